import type {Bytes} from './object-store.js';

/** A call that a visitor waits for: two attempts and all. */
export const SMALL_CALL_MS = 1_500;
/** Lists and batches of a thousand: real stores take seconds for them, and nobody waits. */
export const BATCH_CALL_MS = 30_000;
/**
 * A put without progress for `QUIET_MS` has its store looked at, which gets `LOOK_MS`: one that
 * answers is slow and gets its time, one that does not is away and keeps no visitor waiting.
 */
export const QUIET_MS = 600;
export const POLL_INTERVAL_MS = 900;
/** How long the store may neither take nor give a byte while one is moving. */
export const STALL_MS = 10_000;

/** Aborts with `reason` once it has run for `ms` without a pause. */
export class IdleTimer {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ms: number,
    private readonly expire: () => void,
  ) {}

  start(): void {
    this.stop();
    this.timer = setTimeout(this.expire, this.ms);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

interface Timing {
  start(): void;
  stop(): void;
}

/** Runs the stopwatch while the consumer works, and after the end until somebody stops it. */
export async function* timeConsumer(bytes: Bytes, watch: Timing): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    watch.start();
    yield chunk;
    watch.stop();
  }
  watch.start();
}

/** Runs the stopwatch while the source works. */
export async function* timeSource(bytes: Bytes, watch: IdleTimer): AsyncGenerator<Uint8Array> {
  try {
    watch.start();
    for await (const chunk of bytes) {
      watch.stop();
      yield chunk;
      watch.start();
    }
  } finally {
    watch.stop();
  }
}

/** `signal`, or a timeout, whichever comes first. */
export function within(ms: number, signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(ms);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

/**
 * The same for calls that follow each other by the thousand: an `AbortSignal.timeout` would keep
 * each of them, answer and all, in memory until its time has come.
 */
export async function callWithin<T>(
  ms: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await call(late.signal);
  } finally {
    clearTimeout(timer);
  }
}
