import {setTimeout as sleep} from 'node:timers/promises';

import type {Test} from 'tap';

import {HOUR_MS} from '../units.js';
import {createFailingStore} from './failing-store.js';

/** Limits that no client of a test is too slow for. */
export const PATIENT = {minBytesPerSecond: 0, windowMs: HOUR_MS, maxMs: HOUR_MS};

/** Creates a store whose files never end, so that only the server can end a transfer. */
export const createSlowStore = (t: Test) =>
  createFailingStore(t, {get: async (_key, signal) => sendSlowly(signal)});

/** Yields a byte now and then, so that the connection is not idle. */
async function* sendSlowly(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.from('%');
    await sleep(500, undefined, {signal});
  }
}
