import {setTimeout as sleep} from 'node:timers/promises';

/** Many times what it takes, even on a machine that does much else at the same time. */
const WAIT_MS = 60_000;
const LOOK_MS = 25;

/** Waits until something holds, which is what the test is about; fails when it never does. */
export const until = async (
  holds: () => Promise<boolean> | boolean,
  waitMs = WAIT_MS,
): Promise<void> => {
  const end = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come to hold within ${waitMs} ms.`);
    await sleep(LOOK_MS);
  }
};
