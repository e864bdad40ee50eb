import {setTimeout as sleep} from 'node:timers/promises';

import {isDatabaseDown} from './errors.js';

const PAUSE_MS = 500;

/**
 * Retries `work` while the database is down, for at most `forMs`. `work` must be idempotent: an
 * attempt may have succeeded although its response was lost.
 */
export const retryWhileDatabaseDown = async <T>(
  work: () => Promise<T>,
  forMs: number,
): Promise<T> => {
  const endMs = performance.now() + forMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseDown(error) || performance.now() > endMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
};
