import {setTimeout as sleep} from 'node:timers/promises';

import {withTimeout} from './async/timeout.js';
import type {RunningApp} from './app.js';
import {stopJobs} from './background-work.js';

const BACKGROUND_MS = 2_000;

/**
 * Reports not ready to load balancers, keeps serving for `noticeMs`, then accepts no connections
 * and waits for open requests and replies to visitors. Aborts them after `requestsMs` in total.
 *
 * An abort leaves nothing unfinished: an upload has no object before its last byte, and leases of
 * e-mails and cleanup expire. Subscribers reconnect to another server. Background work gets only
 * `BACKGROUND_MS`, because the database may be the service that does not respond.
 */
export const stopGracefully = async (
  running: RunningApp,
  {noticeMs, requestsMs}: {noticeMs: number; requestsMs: number},
): Promise<void> => {
  const {app, responderService} = running;
  running.drain();
  const repliesFinished = responderService.drain();
  const requestsFinished = sleep(noticeMs).then(() => app.close());
  await withTimeout(Promise.all([requestsFinished, repliesFinished]), requestsMs, () => {
    app.server.closeAllConnections();
  });
  await requestsFinished;
  await withTimeout(stopJobs(running), BACKGROUND_MS, () => undefined);
};
