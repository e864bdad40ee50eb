import type {LiveEvent} from '../../server/contract/events.js';

/**
 * One tab of a session reads for all of them: a stream is a connection, of which browsers have six
 * to a host. Without locks, or a channel, each tab reads for itself.
 */
export const readTogether = (
  name: string,
  read: (tell: (events: LiveEvent[]) => void) => Promise<void>,
  hear: (events: LiveEvent[]) => void,
  signal: AbortSignal,
) => {
  const channel = openChannel(name);
  channel?.addEventListener('message', ({data}) => hear(data as LiveEvent[]), {signal});
  signal.addEventListener('abort', () => channel?.close());
  const readForAll = () =>
    read((events) => {
      hear(events);
      if (!signal.aborted) channel?.postMessage(events);
    });
  const reading =
    channel && 'locks' in navigator
      ? navigator.locks.request(name, {signal}, readForAll)
      : readForAll();
  reading.catch((error: unknown) => {
    if (signal.aborted) return;
    if (!isRefused(error)) throw error;
    void readForAll();
  });
};

/** Browsers that refuse storage refuse these as well. */
const isRefused = (error: unknown) =>
  error instanceof DOMException && error.name === 'SecurityError';

const openChannel = (name: string) => {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
};
