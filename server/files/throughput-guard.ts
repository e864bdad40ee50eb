import type {SlowClientGuard} from '../http/slow-client-guard.js';

/** Yields the bytes, while `pace` measures every wait for the client. */
export async function* withThroughputGuard(
  bytes: AsyncIterable<Uint8Array>,
  pace: SlowClientGuard,
): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    for (;;) {
      const {value, done} = await pace.wait(
        () => iterator.next() as Promise<IteratorResult<Uint8Array, undefined>>,
        (result) => result.value?.length ?? 0,
      );
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

/**
 * Returns the bytes once the first chunk has arrived. A file that its first chunk refuses therefore
 * opens no connection to the store.
 */
export const waitForFirstChunk = async (
  bytes: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> => {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      if (first.done) return;
      yield first.value;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  })();
};
