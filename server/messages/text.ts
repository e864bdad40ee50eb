import {MAX_MESSAGE_LENGTH, MAX_REPLY_LENGTH} from '../contract/limits.js';
import {InvalidRequest} from '../errors.js';

/**
 * Returns the text of a message for storage, without leading and trailing space. Throws
 * `InvalidRequest`.
 */
export const readBody = (given: string): string => {
  if (!given.isWellFormed())
    throw createInvalidBody('must be Unicode text, but contains an unpaired surrogate');
  if (given.includes('\0')) throw createInvalidBody('must not contain the character NUL');
  const body = given.trim();
  const length = [...body].length;
  if (length === 0) throw createInvalidBody('must not be empty');
  if (length <= MAX_MESSAGE_LENGTH) return body;
  throw createInvalidBody(`must have at most ${MAX_MESSAGE_LENGTH} characters, but has ${length}`);
};

const createInvalidBody = (message: string): InvalidRequest =>
  new InvalidRequest(`/body ${message}.`, {faults: [{path: '/body', message}]});

/**
 * Returns a reply in a form that can be stored. Unlike a visitor's message, a reply is never
 * refused.
 */
export const toStorableReply = (given: string): string => {
  const text = given.replaceAll('\0', '');
  // Does not cut within a surrogate pair, because `toWellFormed` would show its half as U+FFFD.
  const end = isHighSurrogate(text, MAX_REPLY_LENGTH - 1) ? MAX_REPLY_LENGTH - 1 : MAX_REPLY_LENGTH;
  return text.slice(0, end).toWellFormed();
};

const isHighSurrogate = (text: string, i: number): boolean => {
  const unit = text.charCodeAt(i);
  return unit >= 0xd800 && unit <= 0xdbff;
};
