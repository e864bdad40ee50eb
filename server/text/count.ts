/** Returns a number with its noun, in the singular for 1: `1 file`, `2 files`. */
export const formatCount = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;
