import type {LiveEvent} from '../../../server/contract/events.js';

/** What to wait for before the next turn; nothing where there is to be none. */
type Rest = (() => Promise<void>) | void;

/**
 * One tab of a session reads for all of them: a stream is a connection, of which browsers have six
 * to a host. It gives its turn up while it rests. Without locks, or a channel, each tab reads for
 * itself.
 */
export const shareStream = (
  name: string,
  read: (tell: (events: LiveEvent[]) => void) => Promise<Rest>,
  hear: (events: LiveEvent[]) => void,
  signal: AbortSignal,
) => {
  const channel = openChannel(name);
  const hearMessage = ({data}: MessageEvent<LiveEvent[]>) => {
    // Another version of the widget, in another tab, may have more to say.
    if (Array.isArray(data)) hear(data);
  };
  channel?.addEventListener('message', hearMessage, {signal});
  signal.addEventListener('abort', () => channel?.close());
  const readForAll = () =>
    read((events) => {
      hear(events);
      if (!signal.aborted) channel?.postMessage(events);
    });
  const takeTurns = async (turn: () => Promise<Rest>) => {
    for (let rest = await turn(); rest; rest = await turn()) await rest();
  };
  const isShared = channel && 'locks' in navigator;
  const turn = () => navigator.locks.request(name, {signal}, readForAll);
  takeTurns(isShared ? turn : readForAll).catch((error: unknown) => {
    if (signal.aborted) return;
    if (!isRefused(error)) throw error;
    void takeTurns(readForAll);
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
