import {toDay} from '../contract/answers.js';
import type {Today} from '../contract/answers.js';
import {DAY_MS} from '../units.js';

/** Returns the days that a visitor in any time zone can call today. */
export const todayAnywhere = (nowMs: number): Today => ({
  earliest: toDay(nowMs - DAY_MS),
  latest: toDay(nowMs + DAY_MS),
});
