import {setTimeout as sleep} from 'node:timers/promises';

const MOST_TRIES = 15;
const PAUSE_MS = 1_000;

/** A call of the test's own, which must succeed. */
export const patiently = async <T extends {status: number}>(call: () => Promise<T>): Promise<T> => {
  const answer = await untilServed(call);
  if (answer.status >= 400) throw new Error(`A call of the test’s own got ${answer.status}.`);
  return answer;
};

/** On a machine with too much to do a call may have to be made again, as the answer says. */
export const untilServed = async <T extends {status: number}>(
  call: () => Promise<T>,
): Promise<T> => {
  let answer = await call();
  for (let tries = 0; tries < MOST_TRIES && answer.status === 503; tries++) {
    await sleep(PAUSE_MS);
    answer = await call();
  }
  return answer;
};
