import {setTimeout as sleep} from 'node:timers/promises';

const MAX_TRIES = 15;
const PAUSE_MS = 1_000;

/** Makes a call that the test needs. Throws if it fails. */
export const callSuccessfully = async <T extends {status: number}>(
  call: () => Promise<T>,
): Promise<T> => {
  const answer = await retryWhileBusy(call);
  if (answer.status >= 400) throw new Error(`A call that the test needs got ${answer.status}.`);
  return answer;
};

/** Repeats a call while the server responds with 503, which a busy machine may cause. */
export const retryWhileBusy = async <T extends {status: number}>(
  call: () => Promise<T>,
): Promise<T> => {
  let answer = await call();
  for (let tries = 0; tries < MAX_TRIES && answer.status === 503; tries++) {
    await sleep(PAUSE_MS);
    answer = await call();
  }
  return answer;
};
