import {setTimeout as sleep} from 'node:timers/promises';

/** What is left then waits for the next run. */
const MAX_BATCHES = 1_000;
/** Whoever waits for a row or a connection comes first. */
const PAUSE_MS = 10;

/**
 * Repeats a batch as long as it comes back full, with a pause after each, so that a visitor never
 * waits for longer than one batch. Answers the sum.
 */
export const inBatches = async (
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
