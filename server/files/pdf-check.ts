import {PDF_HEADER_WITHIN_BYTES, PDF_TRAILER_WITHIN_BYTES} from '../contract/limits.js';

const HEADER = Buffer.from('%PDF-');
const TRAILER = Buffer.from('%%EOF');

/**
 * Check for PDF files: `%PDF-` must appear within the first 1,024 bytes, where PDF viewers accept
 * it. A missing `%%EOF` only sets a flag, because many real files lack it.
 */
export class PdfCheck {
  private head = Buffer.alloc(0);
  private tail = Buffer.alloc(0);
  private seenBytes = 0;

  add(bytes: Uint8Array): void {
    if (this.head.length < PDF_HEADER_WITHIN_BYTES) {
      const missing = PDF_HEADER_WITHIN_BYTES - this.head.length;
      this.head = Buffer.concat([this.head, bytes.subarray(0, missing)]);
    }
    this.tail = Buffer.concat([this.tail, bytes.subarray(-PDF_TRAILER_WITHIN_BYTES)]).subarray(
      -PDF_TRAILER_WITHIN_BYTES,
    );
    this.seenBytes += bytes.length;
  }

  /** Whether the bytes are a PDF; undefined while further bytes can still decide it. */
  get isPdf(): boolean | undefined {
    if (this.head.includes(HEADER)) return true;
    return this.head.length >= PDF_HEADER_WITHIN_BYTES ? false : undefined;
  }

  get hasTrailer(): boolean {
    return this.tail.includes(TRAILER);
  }
}
