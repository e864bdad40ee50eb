import {toDay} from '../../../server/contract/answers.js';

/** Returns the days that `today` means in the limits of a date: the visitor's own day. */
export const today = () => {
  const day = toDay(Date.now() - new Date().getTimezoneOffset() * 60_000);
  return {earliest: day, latest: day};
};
