import type {Chat} from '../chat.js';

export const goOffline = ({status, uploads}: Chat) => {
  status.setConnection('offline');
  uploads?.pauseAll();
};

/** Repeats at once what waits for a connection. */
export const goOnline = ({outbox, reference, retrier, status, uploads}: Chat) => {
  retrier.retryNow();
  if (!reference) status.setConnection(null);
  // Also without anything to send: the call shows whether the backend can be reached.
  outbox.flushLater();
  uploads?.resume();
};

/** Reports to the backend that the visitor leaves the page, so that it can clean up early. */
export const leavePage = ({answers, client, host, state}: Chat) => {
  if (state.sessionState !== 'visit' || !answers.hasBegun) return;
  client.leave();
  // Visitors who use another tab are still there.
  host.onBackendChange();
};
