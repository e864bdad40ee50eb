import type {Actor} from '../audit/actor.js';
import type {Queryable} from '../database/sql.js';
import {RateLimited} from '../errors.js';
import type {Caller} from '../visits/access.js';
import type {StoredSession} from '../visits/store.js';
import {sendConfirmation} from './contact.js';
import type {ContactDeps} from './contact.js';
import {
  findDelayedEmail,
  findUnconfirmedEmail,
  getSecondsUntilResend,
} from './verification-store.js';

const RESENDS_PER_DAY = 5;

/**
 * Sends a new confirmation link, unless the e-mail address is confirmed and no other one waits.
 * Returns whether its e-mail is delayed. Throws `RateLimited`.
 */
export const resendConfirmation = async (
  tx: Queryable,
  deps: ContactDeps,
  caller: Caller,
  {session, client, by}: {session: StoredSession; client: string; by?: Actor},
): Promise<boolean> => {
  const email = await findUnconfirmedEmail(tx, caller.uuid);
  if (!email && session.state === 'complete') return false;
  await requireResendPause(tx, caller);
  await sendConfirmation(tx, deps, caller, {
    email: email ?? session.email,
    client,
    ...(by && {by}),
  });
  return (await findDelayedEmail(tx, caller.uuid)) !== undefined;
};

const requireResendPause = async (tx: Queryable, {uuid}: Caller): Promise<void> => {
  const seconds = await getSecondsUntilResend(tx, uuid, RESENDS_PER_DAY);
  if (seconds === 0) return;
  throw RateLimited.after(
    seconds * 1000,
    `Too many links for this session. Expected at most one a minute and ${RESENDS_PER_DAY} repeats a day.`,
  );
};
