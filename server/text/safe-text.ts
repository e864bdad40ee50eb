/**
 * Control characters but tab and line feed, and what turns the direction of text around: with them
 * an answer could look like something else than it is.
 */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const TAGS = /[\u{e0000}-\u{e007f}]/gu;

/** A responder's words as they may be stored. */
export const safeText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(UNSAFE, (one) => (one === '\n' || one === '\t' ? one : ''))
    .replace(TAGS, '')
    .toWellFormed();

/**
 * Text that comes in pieces, of at most so many characters in all. What a piece cannot be judged
 * by alone waits for the next: half a character, half a line end.
 */
export class StreamingSanitizer {
  /** There was more than there is room for. */
  isCut = false;
  private held = '';

  constructor(private leftCharacters: number) {}

  add(piece: string): string {
    const text = this.held + piece;
    const end = /[\ud800-\udbff\r]$/.test(text) ? text.length - 1 : text.length;
    this.held = text.slice(end);
    return this.cut(safeText(text.slice(0, end)));
  }

  end(): string {
    const rest = safeText(this.held);
    this.held = '';
    return this.cut(rest);
  }

  private cut(text: string): string {
    const characters = [...text];
    const taken = characters.slice(0, this.leftCharacters);
    if (taken.length < characters.length) this.isCut = true;
    this.leftCharacters -= taken.length;
    return taken.join('');
  }
}
