import {WrongLength} from './errors.js';
import type {Bytes} from './object-store.js';

/**
 * Passes on exactly `size` bytes or throws. The last chunk is held back until the source has
 * ended: a store that has all announced bytes keeps them, whatever happens afterwards.
 */
export async function* exactly(size: number, bytes: Bytes, signal: AbortSignal) {
  let seenBytes = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of untilAborted(bytes, signal)) {
    if (chunk.length === 0) continue;
    seenBytes += chunk.length;
    if (seenBytes > size) throw new WrongLength(size, seenBytes);
    if (held) yield held;
    held = chunk;
  }
  if (seenBytes !== size) throw new WrongLength(size, seenBytes);
  if (held) yield held;
}

/** Unlike a plain loop, gives up at once when the signal aborts while the source is silent. */
async function* untilAborted(bytes: Bytes, signal: AbortSignal) {
  const source = bytes[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await unlessAborted(source.next(), signal);
      if (next.done) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // Not awaited: a source that is silent would not answer. Its failure comes after the reason
    // that is already on its way to the caller.
    if (!ended) source.return?.().catch(() => undefined);
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, {once: true});
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
