import {Type} from 'typebox';

export const textSetting = (description: string) =>
  Type.Optional(Type.String({minLength: 1, description}));
export const choice = <T extends string>(
  values: T[],
  options: {default?: T; description: string},
) => Type.Unsafe<T>({type: 'string', enum: values, ...options});
export const flag = (description: string) => Type.Boolean({default: false, description});
export const DAY_SECONDS = 86_400;
export const DAY_MINUTES = 1_440;
export const YEAR_HOURS = 8_760;
export const CENTURY_DAYS = 36_500;
/** Maximum number that fits the columns and the sums of the rate limits. */
const MAX_COUNT = 1_000_000;
/** Limit that keeps a file's size in bytes within a 32-bit integer. */
export const MAX_MEGABYTES = 2_000;

// Each has a maximum, because a timer or interval that overflows fires at once instead of never.
export const positive = (value: number, maximum: number, description: string) =>
  Type.Number({default: value, exclusiveMinimum: 0, maximum, description});
interface WholeNumber {
  minimum?: number;
  maximum?: number;
}
export const whole = (
  value: number,
  {minimum = 1, maximum = MAX_COUNT, description}: WholeNumber & {description: string},
) => Type.Integer({default: value, minimum, maximum, description});
export const count = (value: number, description: string) => whole(value, {description});
