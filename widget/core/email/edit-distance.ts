/** Returns whether at most so many edits make one of the other: insert, delete, replace or swap letters. */
export const isWithinEdits = (one: string, other: string, edits: number): boolean => {
  if (one === other) return true;
  if (edits === 0) return false;
  let same = 0;
  while (one[same] === other[same]) same++;
  const after = (a: number, b: number) =>
    isWithinEdits(one.slice(same + a), other.slice(same + b), edits - 1);
  const isSwapped = one[same] === other[same + 1] && one[same + 1] === other[same];
  return after(1, 0) || after(0, 1) || after(1, 1) || (isSwapped && after(2, 2));
};
