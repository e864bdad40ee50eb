/** Years of the days that calls accept: further days have no date in the database. */
export const FIRST_YEAR = 1970;
export const LAST_YEAR = 9999;

/** Whether a valid day, `YYYY-MM-DD`, is in the years that calls accept. */
export const isDay = (day: string): boolean => {
  const year = Number(day.slice(0, 4));
  return /^\d{4}-/.test(day) && year >= FIRST_YEAR && year <= LAST_YEAR;
};
