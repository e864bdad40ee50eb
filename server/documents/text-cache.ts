import {MEBIBYTE, MINUTE_MS} from '../units.js';
import type {PdfText} from './read-pdf.js';

export const CACHE_LIMITS = {maxMs: 30 * MINUTE_MS, maxBytes: 8 * MEBIBYTE};
/** Size of an entry without its text, so that files without text count too. */
const ENTRY_BYTES = 500;

interface Entry {
  text: Promise<PdfText>;
  bytes: number;
  until: number;
}

/** Cache of texts by file ID, with a maximum age and size. It deletes the oldest texts first. */
export class ExtractedTextCache {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly limits = CACHE_LIMITS,
    private readonly now = () => performance.now(),
  ) {}

  get(id: string): Promise<PdfText> | undefined {
    this.expire();
    return this.entries.get(id)?.text;
  }

  listIds(): string[] {
    this.expire();
    return [...this.entries.keys()];
  }

  set(id: string, text: Promise<PdfText>): void {
    const entry = {text, bytes: ENTRY_BYTES, until: this.now() + this.limits.maxMs};
    this.entries.delete(id);
    this.entries.set(id, entry);
    text.then(
      (read) => {
        const lengths = [read.text, ...read.texts].map((text) => text.length);
        entry.bytes += 2 * lengths.reduce((sum, length) => sum + length, 0);
        this.shrink();
      },
      () => {
        this.delete(id, text);
      },
    );
  }

  /** Deletes an entry. With `text`, deletes it only if that text is still the cached text. */
  delete(id: string, text?: Promise<PdfText>): void {
    if (text === undefined || this.entries.get(id)?.text === text) this.entries.delete(id);
  }

  private expire(): void {
    const now = this.now();
    for (const [id, {until}] of this.entries) if (until <= now) this.entries.delete(id);
  }

  private shrink(): void {
    let bytes = 0;
    for (const entry of this.entries.values()) bytes += entry.bytes;
    for (const [id, entry] of this.entries) {
      if (bytes <= this.limits.maxBytes) return;
      this.entries.delete(id);
      bytes -= entry.bytes;
    }
  }
}
