export interface LineOptions {
  /** Maximum length of a line in UTF-16 code units. */
  maxLength?: number;
  /** Creates the error for a longer line. */
  tooLong?: () => Error;
  /** Creates the error for a last line without a line end. Undefined: that line is yielded. */
  incomplete?: () => Error;
}

const LINE_END = /\r\n|\n|\r/;

/**
 * Yields the lines of a byte stream. Chunks can end within a character, within a line, or between
 * the CR and the LF of a CRLF.
 */
export async function* readLines(
  bytes: AsyncIterable<Uint8Array>,
  {
    maxLength = Infinity,
    tooLong = () => new Error('a line is too long'),
    incomplete,
  }: LineOptions = {},
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of bytes) {
    const piece = decoder.decode(chunk, {stream: true});
    const hasEnd = pending.endsWith('\r') || /[\r\n]/.test(piece);
    pending += piece;
    if (pending.length > maxLength + piece.length) throw tooLong();
    // A long line arrives in many pieces; splitting it again for each piece would be quadratic.
    if (!hasEnd) continue;
    // A CR at the end can be half of a CRLF; the next chunk shows it.
    const trailingCr = pending.endsWith('\r') ? 1 : 0;
    const parts = pending.slice(0, pending.length - trailingCr).split(LINE_END);
    pending = (parts.pop() ?? '') + pending.slice(pending.length - trailingCr);
    if (pending.length > maxLength) throw tooLong();
    yield* parts;
  }
  pending += decoder.decode();
  if (pending === '') return;
  if (incomplete) throw incomplete();
  yield* pending.split(LINE_END);
}
