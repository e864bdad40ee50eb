import {CallFailed} from '../outbound/call-failed.js';
import {readLines} from '../text/lines.js';

const MAX_LINE_LENGTH = 512 * 1024;

/** Yields the lines of a reply. */
export const readReplyLines = (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> =>
  readLines(bytes, {
    maxLength: MAX_LINE_LENGTH,
    tooLong: () => new CallFailed('answer_too_large'),
  });

const DONE = '[DONE]';
/** Limited, because each further line parses the whole event again. */
const MAX_LINES_PER_EVENT = 64;

/**
 * Yields the JSON objects of an event stream. Real servers omit the empty line, the space after
 * `data:`, or `data:` itself. An object that is split over several `data:` lines is joined.
 */
export async function* parseEventStream(lines: AsyncIterable<string>): AsyncGenerator<unknown> {
  let buffered = '';
  let bufferedLines = 0;
  for await (const line of lines) {
    const data = getData(line);
    if (data === undefined) {
      // An empty line ends the event, also if its JSON is incomplete.
      if (line === '' && buffered !== '') throw new CallFailed('bad_answer');
      continue;
    }
    if (buffered === '' && data.trim() === DONE) return;
    buffered = buffered === '' ? data : `${buffered}\n${data}`;
    const event = tryParseJson(buffered);
    if (event === undefined) {
      if (++bufferedLines >= MAX_LINES_PER_EVENT) throw new CallFailed('bad_answer');
      continue;
    }
    buffered = '';
    bufferedLines = 0;
    yield event.value;
  }
  // The stream ended within an object.
  if (buffered !== '') throw new CallFailed('cut');
}

/** Returns the data of a line; undefined for a comment, a name, an id or an empty line. */
const getData = (line: string): string | undefined => {
  if (line.startsWith('data:')) {
    const data = line.slice(line.startsWith('data: ') ? 6 : 5);
    return data.trim() === '' ? undefined : data;
  }
  return line.startsWith('{') ? line : undefined;
};

/** Yields the JSON object of each line. */
export async function* parseJsonLines(lines: AsyncIterable<string>): AsyncGenerator<unknown> {
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const event = tryParseJson(line);
    // The line must not be shown as text: it can be a proxy's page, or half of an object.
    if (event === undefined) throw new CallFailed('bad_answer');
    yield event.value;
  }
}

export const tryParseJson = (text: string): {value: unknown} | undefined => {
  try {
    return {value: JSON.parse(text) as unknown};
  } catch {
    return undefined;
  }
};

/** Returns all bytes as one text. */
export const readText = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) text += decoder.decode(chunk, {stream: true});
  return text + decoder.decode();
};
