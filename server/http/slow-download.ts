import type {ServerResponse} from 'node:http';
import {Readable} from 'node:stream';

import {DOWNLOAD_SPEED_LIMITS, SlowClientGuard} from './slow-client-guard.js';
import type {SlowClientLimits} from './slow-client-guard.js';

/** Bytes that a download buffers for its client. */
const BUFFER_BYTES = 64 * 1024;

export interface DownloadPace {
  limits?: SlowClientLimits | undefined;
  onTooSlow?: () => void;
}

/**
 * Returns the bytes as a stream for `response`. Closes its connection if the client reads too
 * slowly or for too long, because a download keeps a file or a store connection open.
 */
export const guardDownload = (
  bytes: AsyncIterable<Uint8Array>,
  response: ServerResponse,
  {limits = DOWNLOAD_SPEED_LIMITS, onTooSlow}: DownloadPace = {},
): Readable => {
  const abort = () => {
    onTooSlow?.();
    response.destroy();
  };
  const guard = new SlowClientGuard(abort, undefined, limits);
  const closed = untilClosed(response);
  void closed.then(() => {
    guard.stop();
  });
  const timed = timeReads(bytes, {guard, closed});
  return Readable.from(timed, {objectMode: false, highWaterMark: BUFFER_BYTES});
};

export const untilClosed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.closed) resolve();
    else response.once('close', resolve);
  });

async function* timeReads(
  bytes: AsyncIterable<Uint8Array>,
  {guard, closed}: {guard: SlowClientGuard; closed: Promise<void>},
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    let resume: () => void = () => undefined;
    const resumed = new Promise<void>((resolve) => {
      resume = resolve;
    });
    void guard.wait(
      () => resumed,
      () => chunk.length,
    );
    try {
      yield chunk;
    } finally {
      resume();
    }
  }
  // The last bytes can still be in a buffer, unread by the client.
  void guard.wait(
    () => closed,
    () => 0,
  );
}
