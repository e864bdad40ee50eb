/** Letters left out, put in, mistaken or turned round, at most as often as said. */
export const isWithinEdits = (one: string, other: string, slips: number): boolean => {
  if (one === other) return true;
  if (slips === 0) return false;
  let same = 0;
  while (one[same] === other[same]) same++;
  const after = (a: number, b: number) =>
    isWithinEdits(one.slice(same + a), other.slice(same + b), slips - 1);
  const isTurned = one[same] === other[same + 1] && one[same + 1] === other[same];
  return after(1, 0) || after(0, 1) || after(1, 1) || (isTurned && after(2, 2));
};
