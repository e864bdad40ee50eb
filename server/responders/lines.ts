import {CallFailed} from '../outbound/failure.js';

const MAX_LINE_LENGTH = 512 * 1024;

/**
 * Bytes as lines of text, wherever they are cut: in the middle of a character, of a line, or
 * between the two halves of CRLF. The last line needs no end.
 */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const piece = decoder.decode(chunk, {stream: true});
    const hasEnd = rest.endsWith('\r') || /[\r\n]/.test(piece);
    rest += piece;
    if (rest.length > MAX_LINE_LENGTH + piece.length) throw new CallFailed('answer_too_large');
    // A line that comes in many pieces is not looked through again with each of them.
    if (!hasEnd) continue;
    // A CR at the very end may be half a line end; the next chunk tells.
    const held = rest.endsWith('\r') ? 1 : 0;
    const parts = rest.slice(0, rest.length - held).split(/\r\n|\n|\r/);
    rest = (parts.pop() ?? '') + rest.slice(rest.length - held);
    if (rest.length > MAX_LINE_LENGTH) throw new CallFailed('answer_too_large');
    yield* parts;
  }
  rest += decoder.decode();
  if (rest.length > 0) yield* rest.split(/\r\n|\n|\r/);
}

const DONE = '[DONE]';
/** Each is tried with all before it. */
const MAX_LINES_PER_EVENT = 64;

/**
 * The objects of an event stream. Real servers leave the empty line out, the space behind `data:`,
 * or `data:` itself; an object that is spread over several `data:` lines is put together.
 */
export async function* parseEventStream(lines: AsyncIterable<string>): AsyncGenerator<unknown> {
  let held = '';
  let heldLines = 0;
  for await (const line of lines) {
    const data = getData(line);
    if (data === undefined) {
      // An empty line ends an event, whole or not.
      if (line === '' && held !== '') throw new CallFailed('bad_answer');
      continue;
    }
    if (held === '' && data.trim() === DONE) return;
    held = held === '' ? data : `${held}\n${data}`;
    const event = parsed(held);
    if (event === undefined) {
      if (++heldLines >= MAX_LINES_PER_EVENT) throw new CallFailed('bad_answer');
      continue;
    }
    held = '';
    heldLines = 0;
    yield event.value;
  }
  // Broken off in the middle of an object.
  if (held !== '') throw new CallFailed('cut');
}

/** Undefined: the line carries no data, being a comment, a name, an id, or the end of an event. */
const getData = (line: string): string | undefined => {
  if (line.startsWith('data:')) {
    const data = line.slice(line.startsWith('data: ') ? 6 : 5);
    return data.trim() === '' ? undefined : data;
  }
  return line.startsWith('{') ? line : undefined;
};

/** One object a line. */
export async function* parseJsonLines(lines: AsyncIterable<string>): AsyncGenerator<unknown> {
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const event = parsed(line);
    // Shown as it is it would be anything: a proxy's page, half an object.
    if (event === undefined) throw new CallFailed('bad_answer');
    yield event.value;
  }
}

export const parsed = (text: string): {value: unknown} | undefined => {
  try {
    return {value: JSON.parse(text) as unknown};
  } catch {
    return undefined;
  }
};

/** The whole of it, for an answer that comes in one piece. */
export const wholeText = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes) text += decoder.decode(chunk, {stream: true});
  return text + decoder.decode();
};
