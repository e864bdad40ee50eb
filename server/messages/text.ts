import {MAX_MESSAGE_LENGTH, MAX_REPLY_LENGTH} from '../contract/limits.js';
import {InvalidRequest} from '../errors.js';

/** The text of a message as it is stored: without the space around it. Throws `InvalidRequest`. */
export const readBody = (given: string): string => {
  if (!given.isWellFormed()) throw refused('must be Unicode text, but holds half of a character');
  if (given.includes('\0')) throw refused('must not hold the character NUL');
  const body = given.trim();
  const length = [...body].length;
  if (length === 0) throw refused('must not be empty');
  if (length <= MAX_MESSAGE_LENGTH) return body;
  throw refused(`must have at most ${MAX_MESSAGE_LENGTH} characters, but has ${length}`);
};

const refused = (message: string): InvalidRequest =>
  new InvalidRequest(`/body ${message}.`, {faults: [{path: '/body', message}]});

/** What an answerer said, as it can be stored: its words are not ours to refuse. */
export const replyBody = (given: string): string => {
  const text = given.replaceAll('\0', '');
  // Not through the middle of a character, which `toWellFormed` would show as a mark.
  const end = isHighSurrogate(text, MAX_REPLY_LENGTH - 1) ? MAX_REPLY_LENGTH - 1 : MAX_REPLY_LENGTH;
  return text.slice(0, end).toWellFormed();
};

const isHighSurrogate = (text: string, i: number): boolean => {
  const unit = text.charCodeAt(i);
  return unit >= 0xd800 && unit <= 0xdbff;
};
