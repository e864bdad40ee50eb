import type {LiveEvent} from '../../../server/contract/events.js';

import type {Platform} from '../platform.js';

/** Waits before the next turn. Nothing if there is no next turn. */
type Wait = (() => Promise<void>) | void;

interface SharedStream {
  /** Name of the lock and of the channel. */
  name: string;
  platform: Pick<Platform, 'locks' | 'openChannel'>;
  signal: AbortSignal;
  read: (broadcast: (events: LiveEvent[]) => void) => Promise<Wait>;
  receive: (events: LiveEvent[]) => void;
}

/**
 * Lets one tab of a session receive events for all of them, because browsers allow six connections
 * to a host. The tab gives up its turn while it waits. Without locks or a channel, each tab receives
 * for itself.
 */
export const shareStream = ({name, platform, signal, read, receive}: SharedStream) => {
  const {locks} = platform;
  const channel = platform.openChannel?.(name);
  const onMessage = ({data}: MessageEvent<LiveEvent[]>) => {
    // Another version of the widget, in another tab, may send other messages.
    if (Array.isArray(data)) receive(data);
  };
  channel?.addEventListener('message', onMessage, {signal});
  signal.addEventListener('abort', () => channel?.close());
  const readForAll = () =>
    read((events) => {
      receive(events);
      if (!signal.aborted) channel?.postMessage(events);
    });
  const takeTurns = async (turn: () => Promise<Wait>) => {
    for (let wait = await turn(); wait; wait = await turn()) await wait();
  };
  const turn = () => locks!.request(name, {signal}, readForAll);
  // Browsers that refuse storage refuse locks as well. Nothing else rejects before the signal aborts.
  takeTurns(channel && locks ? turn : readForAll).catch(
    () => void (signal.aborted || takeTurns(readForAll)),
  );
};
