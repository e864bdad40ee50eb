import {createHash} from 'node:crypto';

import {ActiveContent, EmptyFile, FileTooLarge, NotAPdf, SizeMismatch} from '../errors.js';
import {ActiveContentScan} from './active-content.js';
import {PdfCheck} from './pdf-check.js';
import type {Received} from './store.js';
import type {VirusScan} from './virus-scan.js';

export interface Checks {
  maxBytes: number;
  /** What the client announced, in bytes; undefined when it did not. */
  declaredBytes: number | undefined;
  refuseActiveContent: boolean;
  scan: VirusScan | undefined;
}

/**
 * Passes a file's bytes on and holds the last chunk back until everything is known to be right:
 * size, header, hash, scanner. A store that takes exactly the announced length can therefore never
 * hold a file that was refused, cut or killed on the way.
 */
export class ValidatingStream implements AsyncIterable<Uint8Array> {
  seenBytes = 0;
  /** Whether the last chunk was handed on. Before that, no object can exist. */
  isCommitted = false;
  private received: Received | undefined;
  private readonly hash = createHash('sha256');
  private readonly pdf = new PdfCheck();
  private readonly active = new ActiveContentScan();

  constructor(
    private readonly source: AsyncIterable<Uint8Array>,
    private readonly checks: Checks,
  ) {}

  /** What was learnt on the way, once all bytes have passed. */
  get result(): Received {
    if (!this.received) throw new Error('The bytes have not all been read yet.');
    return this.received;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let held: Uint8Array[] = [];
    for await (const chunk of this.source) {
      if (chunk.length === 0) continue;
      await this.take(chunk);
      // Nothing leaves before the header is known to be a PDF's.
      if (this.pdf.isPdf) yield* held.splice(0);
      held = [...held, chunk];
    }
    await this.judge();
    const last = held.pop();
    yield* held;
    this.isCommitted = true;
    if (last) yield last;
  }

  private async take(chunk: Uint8Array): Promise<void> {
    const {maxBytes, declaredBytes, scan} = this.checks;
    this.seenBytes += chunk.length;
    if (this.seenBytes > maxBytes) throw tooLarge(maxBytes);
    if (declaredBytes !== undefined && this.seenBytes > declaredBytes) {
      throw mismatch(declaredBytes, `more than that`);
    }
    this.pdf.add(chunk);
    if (this.pdf.isPdf === false) throw new NotAPdf();
    this.hash.update(chunk);
    this.active.add(chunk);
    await scan?.add(chunk);
  }

  private async judge(): Promise<void> {
    const {declaredBytes, refuseActiveContent, scan} = this.checks;
    if (this.seenBytes === 0) throw new EmptyFile();
    if (declaredBytes !== undefined && declaredBytes !== this.seenBytes) {
      throw mismatch(declaredBytes, `${this.seenBytes}`);
    }
    if (!this.pdf.isPdf) throw new NotAPdf();
    const active = this.active.end();
    if (refuseActiveContent && active.some((flag) => flag !== 'encrypted'))
      throw new ActiveContent();
    const verdict = await scan?.verdict();
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

export const tooLarge = (maxBytes: number) =>
  new FileTooLarge(`Expected at most ${maxBytes} bytes in a file, got more. Send a smaller PDF.`);

const mismatch = (declaredBytes: number, got: string) =>
  new SizeMismatch(
    `The field "size" announced ${declaredBytes} bytes, but ${got} arrived. Send the file's own size, or no "size" field.`,
  );
