import {setTimeout as sleep} from 'node:timers/promises';

import type {RunningApp} from './app.js';

const BACKGROUND_MS = 2_000;

/**
 * Says no to load balancers, works on until they have noticed, then takes no new connection and
 * lets what is under way finish. What is not done after `requestsMs` in all is broken off, which
 * leaves nothing: an upload has no object before its last byte, mails and cleanup have their leases.
 * An answer to a visitor may be said to its end as long; its readers go on at another replica.
 * What writes in the background is not waited for longer: the database may be the one that is silent.
 */
export const stopGracefully = async (
  {app, opened, cleanup, expiry, trail, sender, answering, webhooks, release, drain}: RunningApp,
  {noticeMs, requestsMs}: {noticeMs: number; requestsMs: number},
): Promise<void> => {
  drain();
  const answered = answering.finish();
  let breakingOff: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    breakingOff = setTimeout(() => {
      app.server.closeAllConnections();
      resolve();
    }, requestsMs);
  });
  await sleep(noticeMs);
  await app.close();
  await Promise.race([answered, tooLate]);
  clearTimeout(breakingOff);
  const parts = [opened, cleanup, expiry, trail, sender, answering, webhooks, release];
  const background = Promise.all(parts.map((part) => part.stop()));
  await Promise.race([background, sleep(BACKGROUND_MS, undefined, {ref: false})]);
};
