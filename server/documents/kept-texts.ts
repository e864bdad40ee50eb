import type {PdfText} from './read-pdf.js';

export const KEPT_LIMITS = {maxMs: 30 * 60_000, maxBytes: 8 * 1024 * 1024};
/** Beside its text: where files have none, their number counts. */
const ENTRY_BYTES = 500;

interface Kept {
  text: Promise<PdfText>;
  bytes: number;
  until: number;
}

/** Texts of files, by their ids, for a while and up to a limit: beyond it the oldest go first. */
export class ExtractedTextCache {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly limits = KEPT_LIMITS,
    private readonly now = () => performance.now(),
  ) {}

  get(id: string): Promise<PdfText> | undefined {
    this.expire();
    return this.kept.get(id)?.text;
  }

  ids(): string[] {
    this.expire();
    return [...this.kept.keys()];
  }

  keep(id: string, text: Promise<PdfText>): void {
    const kept = {text, bytes: ENTRY_BYTES, until: this.now() + this.limits.maxMs};
    this.kept.delete(id);
    this.kept.set(id, kept);
    text.then(
      (read) => {
        kept.bytes += 2 * read.text.length;
        this.shrink();
      },
      () => {
        this.delete(id, text);
      },
    );
  }

  /** With a text: only if it is still that one. */
  delete(id: string, text?: Promise<PdfText>): void {
    if (text === undefined || this.kept.get(id)?.text === text) this.kept.delete(id);
  }

  private expire(): void {
    const now = this.now();
    for (const [id, {until}] of this.kept) if (until <= now) this.kept.delete(id);
  }

  private shrink(): void {
    let bytes = 0;
    for (const one of this.kept.values()) bytes += one.bytes;
    for (const [id, one] of this.kept) {
      if (bytes <= this.limits.maxBytes) return;
      this.kept.delete(id);
      bytes -= one.bytes;
    }
  }
}
