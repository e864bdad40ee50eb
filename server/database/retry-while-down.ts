import {setTimeout as sleep} from 'node:timers/promises';

import {isDatabaseDown} from './failure.js';

const PAUSE_MS = 500;

/**
 * Work that nobody else would do again, when it has found the database away. It may have been done,
 * and its answer lost: so it must bear to be done twice.
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
