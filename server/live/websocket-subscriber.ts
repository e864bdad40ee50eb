import {HEARTBEAT_MS} from '../contract/limits.js';
import type {EncodedEvent} from './encoded-event.js';
import {Subscriber} from './subscriber.js';
import type {CloseReason} from './subscriber.js';

/** Members of a WebSocket that this server uses. */
export interface WebSocketLike {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(text: string, done: (error?: Error) => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'pong' | 'close', listener: () => void): unknown;
  on(event: 'message', listener: (text: Buffer, isBinary: boolean) => void): unknown;
  once(event: 'message', listener: (text: Buffer, isBinary: boolean) => void): unknown;
}

/** Number of buffered bytes from which a WebSocket counts as full, as for an HTTP response. */
const FULL_BYTES = 64 * 1024;
/** Time for the client to close its side, before the connection is terminated. */
const CLOSE_MS = 2_000;

/** Value of `readyState` while a WebSocket is open. */
export const OPEN = 1;

/** Close code of RFC 6455: the server is stopping. The client reconnects to another. */
export const GOING_AWAY = 1001;
/** Close code of RFC 6455: the client has sent a message that is not allowed. */
export const POLICY_VIOLATION = 1008;

/** Closes a WebSocket. For errors, `code` is 4000 plus the status and `reason` the error code. */
export const closeWith = (socket: WebSocketLike, code: number, reason: string): void => {
  socket.close(code, reason);
  setTimeout(() => {
    socket.terminate();
  }, CLOSE_MS).unref();
};

const CLOSES: Record<CloseReason, [number, string]> = {
  gone: [4410, 'session_gone'],
  erased: [4410, 'session_gone'],
  refused: [4401, 'token_invalid'],
  slow: [4408, 'too_slow'],
  draining: [GOING_AWAY, 'going away'],
};

export class WebSocketSubscriber extends Subscriber {
  readonly isPersistent = true;
  private unansweredPings = 0;

  constructor(
    private readonly socket: WebSocketLike,
    private readonly options: {cursor: number; tokenHash: Uint8Array; onDrain: () => void},
  ) {
    super(options.cursor, options.tokenHash);
    socket.on('pong', () => {
      this.unansweredPings = 0;
    });
  }

  override get isFull(): boolean {
    return this.socket.bufferedAmount >= FULL_BYTES;
  }

  override end(reason: CloseReason, last?: EncodedEvent): void {
    if (reason === 'slow') {
      // A client that reads slowly can still receive the reason. One that reads nothing cannot.
      this.socket.close(...CLOSES.slow);
      setImmediate(() => {
        this.socket.terminate();
      });
      return;
    }
    if (last) this.write(last);
    closeWith(this.socket, ...CLOSES[reason]);
  }

  protected override write(event: EncodedEvent): void {
    const wasFull = this.isFull;
    this.socket.send(event.json, () => {
      if ((wasFull || this.wantsDrain) && !this.isFull) {
        this.wantsDrain = false;
        this.options.onDrain();
      }
    });
    if (this.isFull) this.wantsDrain = true;
  }

  private wantsDrain = false;

  /** Sends a ping. A dead connection looks idle, but it returns no pong. */
  protected override sendHeartbeat(): void {
    if (this.unansweredPings++ >= MAX_UNANSWERED_PINGS) this.socket.terminate();
    else this.socket.ping();
  }
}

const MAX_UNANSWERED_PINGS = Math.ceil(30_000 / HEARTBEAT_MS);
