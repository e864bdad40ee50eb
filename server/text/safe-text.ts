import {INVISIBLE} from '../contract/invisible.js';

/** Tag characters, which can hide a whole text. */
const TAGS = /[\u{e0000}-\u{e007f}]/gu;

/**
 * Returns a responder's text without characters that could display something else than it contains.
 * Tabs and line feeds stay, and so do the joiners of emoji and scripts.
 */
export const sanitizeText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .toWellFormed()
    .replace(INVISIBLE, (one) => (one === '\n' || one === '\t' ? one : ''))
    .replace(TAGS, '');

/**
 * Sanitiser for a text that arrives in pieces, with a maximum number of characters. Half a
 * character or half a line end at the end of a piece waits for the next piece.
 */
export class StreamingSanitizer {
  /** True if the text was longer than the maximum. */
  isCut = false;
  private unfinished = '';

  constructor(private remainingCharacters: number) {}

  add(piece: string): string {
    const text = this.unfinished + piece;
    const end = /[\ud800-\udbff\r]$/.test(text) ? text.length - 1 : text.length;
    this.unfinished = text.slice(end);
    return this.cut(sanitizeText(text.slice(0, end)));
  }

  end(): string {
    const rest = sanitizeText(this.unfinished);
    this.unfinished = '';
    return this.cut(rest);
  }

  private cut(text: string): string {
    const characters = [...text];
    const kept = characters.slice(0, this.remainingCharacters);
    if (kept.length < characters.length) this.isCut = true;
    this.remainingCharacters -= kept.length;
    return kept.join('');
  }
}
