import {once} from 'node:events';
import net from 'node:net';

import {withTimeout} from '../async/timeout.js';
import type {Config} from '../config/config.js';
import {FileInfected, ScanUnavailable} from '../errors.js';

export type Scanner = NonNullable<Config['scanner']>;
export type ScanVerdict = 'clean' | 'skipped';

const RESPONSE_MS = 30_000;
const CONNECT_MS = 2_000;

/**
 * Scan of one file with the INSTREAM command of clamd (clamd(8)). Each chunk is sent after its
 * length, a 32-bit big-endian number. A length of 0 ends the file, and clamd responds with one line of
 * text. The StreamMaxLength of clamd must exceed our limit for a file.
 */
export class VirusScan {
  private response = '';
  private failure: Error | undefined;
  private readonly closed = new AbortController();

  private constructor(
    private readonly socket: net.Socket,
    private readonly required: boolean,
  ) {
    socket.on('data', (bytes: Buffer) => {
      this.response += bytes.toString('latin1');
    });
    socket.once('close', () => {
      this.closed.abort();
    });
    socket.on('error', (error) => {
      this.failure = error;
    });
    socket.setTimeout(RESPONSE_MS, () => {
      socket.destroy(new Error(`clamd did not respond for ${RESPONSE_MS} ms.`));
    });
  }

  /** Throws `ScanUnavailable` when the scanner cannot be reached and is required. */
  static async begin({host, port, required}: Scanner): Promise<VirusScan> {
    const socket = net.connect({host, port});
    const scan = new VirusScan(socket, required);
    await withTimeout(once(socket, 'connect'), CONNECT_MS, () => {
      throw new Error(`clamd accepted no connection within ${CONNECT_MS} ms.`);
    }).catch((error: unknown) => {
      scan.failure = error as Error;
    });
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
    // Ends without an error when the connection closes, because `getVerdict` reports the failure.
    await once(this.socket, 'drain', {signal: this.closed.signal}).catch(() => undefined);
  }

  /** Throws `FileInfected`, or `ScanUnavailable` when there is no verdict and one is required. */
  async getVerdict(): Promise<ScanVerdict> {
    if (!this.failure && !this.socket.destroyed) this.socket.write(Buffer.alloc(4));
    const {signal} = this.closed;
    if (!signal.aborted) await once(signal, 'abort');
    const response = this.response.replace(/\0/g, '').trim();
    if (/ FOUND$/.test(response)) throw new FileInfected();
    if (/ OK$/.test(response)) return 'clean';
    this.failure ??= new Error(`clamd responded "${response}".`);
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
