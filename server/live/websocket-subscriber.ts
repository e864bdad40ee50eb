import {HEARTBEAT_MS} from '../contract/limits.js';
import type {EncodedEvent} from './encoded-event.js';
import {Subscriber} from './subscriber.js';
import type {CloseReason} from './subscriber.js';

/** What of a WebSocket is used here. */
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

/** As much as a response keeps before it wants to be drained. */
const FULL_BYTES = 64 * 1024;
/** For a client that was told to close and does not. */
const CLOSE_MS = 2_000;

/** Of `readyState`. */
export const OPEN = 1;

/** RFC 6455: the server goes away; come back, to another. */
export const GOING_AWAY = 1001;
/** RFC 6455: what came was not to come. */
export const POLICY_VIOLATION = 1008;

/** A close says what a call would have been answered with: 4000 and the status, and the code. */
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

export class Socket extends Subscriber {
  readonly stays = true;
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

  override end(why: CloseReason, last?: EncodedEvent): void {
    if (why === 'slow') {
      // It reads nothing, this neither: but if it is only slow, it learns why.
      this.socket.close(...CLOSES.slow);
      setImmediate(() => {
        this.socket.terminate();
      });
      return;
    }
    if (last) this.write(last);
    closeWith(this.socket, ...CLOSES[why]);
  }

  protected override write(frame: EncodedEvent): void {
    const wasFull = this.isFull;
    this.socket.send(frame.json, () => {
      if ((wasFull || this.wantsDrain) && !this.isFull) {
        this.wantsDrain = false;
        this.options.onDrain();
      }
    });
    if (this.isFull) this.wantsDrain = true;
  }

  private wantsDrain = false;

  /** A dead peer looks like one who has nothing to say, but that it answers no ping. */
  protected override beat(): void {
    if (this.unansweredPings++ >= MAX_UNANSWERED_PINGS) this.socket.terminate();
    else this.socket.ping();
  }
}

const MAX_UNANSWERED_PINGS = Math.ceil(30_000 / HEARTBEAT_MS);
