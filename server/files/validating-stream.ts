import {createHash} from 'node:crypto';

import {ActiveContent, EmptyFile, FileTooLarge, NotAPdf, SizeMismatch} from '../errors.js';
import {ActiveContentScan} from './active-content.js';
import {PdfCheck} from './pdf-check.js';
import type {ReceivedFile} from './store.js';
import type {VirusScan} from './virus-scan.js';

export interface Checks {
  maxBytes: number;
  /** File size that the client announced, in bytes; undefined if it announced none. */
  declaredBytes: number | undefined;
  refuseActiveContent: boolean;
  scan: VirusScan | undefined;
}

/**
 * Stream of a file's bytes that withholds the last chunk until the size, the header and the virus
 * scan are checked. A store that requires exactly the announced length therefore never contains a
 * file that was refused, truncated or interrupted.
 */
export class ValidatingStream implements AsyncIterable<Uint8Array> {
  seenBytes = 0;
  /** Whether the last chunk was passed on. Before that, no object can exist. */
  isCommitted = false;
  private received: ReceivedFile | undefined;
  private readonly hash = createHash('sha256');
  private readonly pdf = new PdfCheck();
  private readonly active = new ActiveContentScan();

  constructor(
    private readonly source: AsyncIterable<Uint8Array>,
    private readonly checks: Checks,
  ) {}

  /** Size, hash and flags of the file. Throws before all bytes have passed. */
  get result(): ReceivedFile {
    if (!this.received)
      throw new Error('The result is not known yet. Read all bytes of the file first.');
    return this.received;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let withheld: Uint8Array[] = [];
    for await (const chunk of this.source) {
      if (chunk.length === 0) continue;
      await this.addChunk(chunk);
      // No byte is passed on before the header of a PDF is found.
      if (this.pdf.isPdf) yield* withheld.splice(0);
      withheld = [...withheld, chunk];
    }
    await this.requireValid();
    const last = withheld.pop();
    yield* withheld;
    this.isCommitted = true;
    if (last) yield last;
  }

  private async addChunk(chunk: Uint8Array): Promise<void> {
    const {maxBytes, declaredBytes, scan} = this.checks;
    this.seenBytes += chunk.length;
    if (this.seenBytes > maxBytes) throw createFileTooLarge(maxBytes);
    if (declaredBytes !== undefined && this.seenBytes > declaredBytes) {
      throw createSizeMismatch(declaredBytes, 'more');
    }
    this.pdf.add(chunk);
    if (this.pdf.isPdf === false) throw new NotAPdf();
    this.hash.update(chunk);
    this.active.add(chunk);
    await scan?.add(chunk);
  }

  private async requireValid(): Promise<void> {
    const {declaredBytes, refuseActiveContent, scan} = this.checks;
    if (this.seenBytes === 0) throw new EmptyFile();
    if (declaredBytes !== undefined && declaredBytes !== this.seenBytes) {
      throw createSizeMismatch(declaredBytes, `${this.seenBytes}`);
    }
    if (!this.pdf.isPdf) throw new NotAPdf();
    const active = this.active.end();
    if (refuseActiveContent && active.some((flag) => flag !== 'encrypted'))
      throw new ActiveContent();
    const verdict = await scan?.getVerdict();
    this.received = {
      size: this.seenBytes,
      sha256: this.hash.digest(),
      flags: [
        ...active,
        ...(this.pdf.hasTrailer ? [] : ['trailer_missing']),
        ...(verdict === 'skipped' ? ['not_scanned'] : []),
      ],
    };
  }
}

export const createFileTooLarge = (maxBytes: number) =>
  new FileTooLarge(
    `The file is too large. Expected at most ${maxBytes} bytes. Send a smaller PDF.`,
  );

const createSizeMismatch = (declaredBytes: number, got: string) =>
  new SizeMismatch(
    `The field "size" does not match the file. Expected ${declaredBytes} bytes, received ${got}. Send the exact size, or omit the field.`,
  );
