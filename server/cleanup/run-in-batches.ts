import {setTimeout as sleep} from 'node:timers/promises';

/** Maximum number of batches in a run; the next run continues. */
const MAX_BATCHES = 1_000;
/** Pause in which waiting transactions get their row or connection. */
const PAUSE_MS = 10;

/**
 * Repeats a batch as long as it is full, and returns the total count. The pauses between batches
 * ensure that no visitor waits longer than one batch.
 */
export const runInBatches = async (
  size: number,
  batch: (size: number) => Promise<number>,
  signal?: AbortSignal,
): Promise<number> => {
  let total = 0;
  for (let i = 0; i < MAX_BATCHES && !signal?.aborted; i++) {
    const count = await batch(size);
    total += count;
    if (count < size) break;
    await sleep(PAUSE_MS);
  }
  return total;
};
