import {setTimeout as sleep} from 'node:timers/promises';

/** Many times the usual duration, so that a busy machine does not fail the test. */
const WAIT_MS = 120_000;
const POLL_MS = 25;

/** Waits until a condition holds. Throws if it does not hold in time. */
export const until = async (
  holds: () => Promise<boolean> | boolean,
  waitMs = WAIT_MS,
): Promise<void> => {
  const end = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`The condition did not hold within ${waitMs} ms.`);
    await sleep(POLL_MS);
  }
};
