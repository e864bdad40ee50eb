import net from 'node:net';

import type {Config} from '../config/config.js';
import {FileInfected, ScanUnavailable} from '../errors.js';

export type Scanner = NonNullable<Config['scanner']>;
export type ScanVerdict = 'clean' | 'skipped';

const ANSWER_MS = 30_000;
const CONNECT_MS = 2_000;

/**
 * One file through clamd's INSTREAM: each chunk behind its length as 32 bits big-endian, a length
 * of 0 at the end, then one line as answer (clamd(8)). Its StreamMaxLength must exceed ours.
 */
export class VirusScan {
  private answer = '';
  private failure: Error | undefined;
  private readonly closed: Promise<void>;

  private constructor(
    private readonly socket: net.Socket,
    private readonly required: boolean,
  ) {
    socket.on('data', (bytes: Buffer) => {
      this.answer += bytes.toString('latin1');
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
      });
    });
    socket.on('error', (error) => {
      this.failure = error;
    });
    socket.setTimeout(ANSWER_MS, () => {
      socket.destroy(new Error(`clamd was silent for ${ANSWER_MS} ms.`));
    });
  }

  /** Throws `ScanUnavailable` when the scanner cannot be reached and is required. */
  static async begin({host, port, required}: Scanner): Promise<VirusScan> {
    const socket = net.connect({host, port});
    const scan = new VirusScan(socket, required);
    const timer = setTimeout(() => {
      socket.destroy(new Error(`clamd took no connection within ${CONNECT_MS} ms.`));
    }, CONNECT_MS);
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', resolve);
    });
    clearTimeout(timer);
    if (scan.failure) scan.giveUp();
    else socket.write('zINSTREAM\0');
    return scan;
  }

  async add(bytes: Uint8Array): Promise<void> {
    if (this.failure || this.socket.destroyed) return;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    this.socket.write(length);
    if (this.socket.write(bytes)) return;
    await Promise.race([
      new Promise<void>((resolve) => {
        this.socket.once('drain', resolve);
      }),
      this.closed,
    ]);
  }

  /** Throws `FileInfected`, or `ScanUnavailable` when there is no verdict and one is required. */
  async verdict(): Promise<ScanVerdict> {
    if (!this.failure && !this.socket.destroyed) this.socket.write(Buffer.alloc(4));
    await this.closed;
    const answer = this.answer.replace(/\0/g, '').trim();
    if (/ FOUND$/.test(answer)) throw new FileInfected();
    if (/ OK$/.test(answer)) return 'clean';
    this.failure ??= new Error(`clamd answered "${answer}".`);
    this.giveUp();
    return 'skipped';
  }

  stop(): void {
    this.socket.destroy();
  }

  private giveUp(): void {
    this.socket.destroy();
    if (this.required) {
      throw new ScanUnavailable(undefined, {cause: this.failure, retryAfter: 30});
    }
  }
}
