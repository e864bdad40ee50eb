/** Returns the row of a statement that always returns one. Throws if it has returned none. */
export const one = <Row>(
  rows: readonly Row[],
  message = 'The database returned no row. Expected one row. Report this error.',
): Row => {
  const [row] = rows;
  if (row === undefined) throw new Error(message);
  return row;
};
