import {abortAfter} from '../async/timeout.js';

/** Time limit of a call that a visitor waits for; it covers both attempts. */
export const SMALL_CALL_MS = 1_500;
/** Time limit of a list or batch of 1,000 keys: real stores take seconds, and no visitor waits. */
export const BATCH_CALL_MS = 30_000;
/**
 * After `QUIET_MS` without progress, a put probes its store for at most `POLL_INTERVAL_MS`. If the
 * store responds, it is only slow, and the put continues. Otherwise the put fails immediately.
 */
export const QUIET_MS = 600;
export const POLL_INTERVAL_MS = 900;
/** Time limit for a transfer in which the store neither accepts nor sends a byte. */
export const STALL_MS = 10_000;

/** Runs a call with a signal that aborts after `ms`. Use it for thousands of calls in a row. */
export function callWithin<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return abortAfter(ms, new Error(`no response within ${ms} ms`), call);
}
