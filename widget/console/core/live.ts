import {BASE} from './base.js';
import type {LeadChange} from './context.js';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** Time in the background after which a browser may have frozen the page. */
const ASLEEP_MS = 60_000;

interface Listener {
  onChange: (change: LeadChange) => void;
  /** Called when events may have been missed. */
  onMissed: () => void;
  onSignedOut: () => void;
}

/**
 * Listens to the server's events. They are hints that are not stored, so that everything shown is
 * loaded again after each connection. The returned function ends it.
 */
export const listenToEvents = (listener: Listener): (() => void) => {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_WAIT_MS;
  let isOpen = false;
  let hiddenAt = 0;

  const connect = () => {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(`${BASE}api/owner/events`);
    source.addEventListener('open', () => {
      waitMs = FIRST_WAIT_MS;
      isOpen = true;
      listener.onMissed();
    });
    source.addEventListener('lead_changed', ({data}: MessageEvent<string>) => {
      const event = JSON.parse(data) as {data: LeadChange};
      listener.onChange(event.data);
    });
    source.addEventListener('signed_out', listener.onSignedOut);
    source.addEventListener('error', retry);
  };

  // The browser does not connect again after an error status, and a proxy may cut off streams. The
  // page asks for what it missed each time, so that it is right without a stream as well.
  const retry = () => {
    source?.close();
    clearTimeout(timer);
    timer = setTimeout(() => {
      // Without a stream, the page still shows changes, only later.
      if (!isOpen) listener.onMissed();
      isOpen = false;
      connect();
    }, waitMs);
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  };

  const wake = () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (hiddenAt && Date.now() - hiddenAt > ASLEEP_MS) resume();
  };
  const resume = () => {
    waitMs = FIRST_WAIT_MS;
    listener.onMissed();
    connect();
  };
  document.addEventListener('visibilitychange', wake);
  addEventListener('online', resume);
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
    document.removeEventListener('visibilitychange', wake);
    removeEventListener('online', resume);
  };
};
