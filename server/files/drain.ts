import type {IncomingMessage} from 'node:http';

export const DRAIN_MAX_BYTES = 8 * 1024 * 1024;
export const DRAIN_MAX_MS = 2_000;

/**
 * Reads and forgets the rest of a body that nobody wants, so that the answer arrives and the
 * connection can be used again. A body that goes on past the bounds has its connection closed on
 * purpose: left alone, the next request on it would hang. Call before the answer goes out: once it
 * has, Node itself swallows what comes, without a bound and without a word.
 */
export const drainRefused = (request: IncomingMessage): void => {
  if (request.complete || request.destroyed) return;
  let seenBytes = 0;
  const close = () => {
    request.socket.destroy();
  };
  const timer = setTimeout(close, DRAIN_MAX_MS);
  request.unpipe();
  request.on('data', (chunk: Buffer) => {
    seenBytes += chunk.length;
    if (seenBytes > DRAIN_MAX_BYTES) close();
  });
  const done = () => {
    clearTimeout(timer);
  };
  request.once('end', done);
  request.once('close', done);
  request.once('error', done);
  request.resume();
};
