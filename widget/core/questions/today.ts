/** Returns the visitor's own day, as `YYYY-MM-DD`. */
const localDay = () => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

/** Returns the days that `today` means in the limits of a date. */
export const today = () => {
  const day = localDay();
  return {earliest: day, latest: day};
};
