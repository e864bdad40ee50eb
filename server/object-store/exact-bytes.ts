import {untilAborted} from '../async/timeout.js';
import {LengthMismatch} from './errors.js';
import type {Bytes} from './object-store.js';

/**
 * Yields exactly `size` bytes or throws. The last chunk is withheld until the source has ended. A
 * store that has received all announced bytes keeps the object, even if the source fails later.
 */
export async function* requireExactLength(size: number, bytes: Bytes, signal: AbortSignal) {
  let seenBytes = 0;
  let lastChunk: Uint8Array | undefined;
  for await (const chunk of chunksUntilAborted(bytes, signal)) {
    if (chunk.length === 0) continue;
    seenBytes += chunk.length;
    if (seenBytes > size) throw new LengthMismatch(size, seenBytes);
    if (lastChunk) yield lastChunk;
    lastChunk = chunk;
  }
  if (seenBytes !== size) throw new LengthMismatch(size, seenBytes);
  if (lastChunk) yield lastChunk;
}

/** Yields the chunks until the signal aborts. A plain loop would wait for a silent source. */
async function* chunksUntilAborted(bytes: Bytes, signal: AbortSignal) {
  const source = bytes[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await untilAborted(source.next(), signal);
      if (next.done) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // Not awaited: a silent source would block here. Its error is ignored, because the caller
    // already gets the reason why the loop ended.
    if (!ended) source.return?.().catch(() => undefined);
  }
}
