import type {Line} from '../flow/transcript.js';

/**
 * Returns the lines with another one at its place in time. Lines that are repeated have no time: the
 * ordinal of a message says which of them follow it.
 */
export const insertByTime = (lines: readonly Line[], line: Line, ordinal: number) => {
  const after = lines.findIndex(({at, place}) => at > line.at || place! >= ordinal);
  const at = after < 0 ? lines.length : after;
  return [...lines.slice(0, at), line, ...lines.slice(at)];
};

/** Returns the lines with one at the place of its number from the backend, because clocks differ. */
export const moveByNumber = (lines: readonly Line[], line: Line, number: number) => {
  const others = lines.filter((one) => one !== line);
  const lower = others.findLastIndex((one) => one.number! < number);
  const higher = others.findIndex((one) => one.number! > number);
  const place = Math.max(lines.indexOf(line), lower + 1);
  others.splice(higher < 0 ? place : Math.min(place, higher), 0, line);
  return others;
};
