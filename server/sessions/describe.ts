import type {Session} from '../contract/sessions.js';
import type {Queryable} from '../database/sql.js';
import {toApiFile, listStoredFiles} from '../files/store.js';
import {maskEmail} from '../text/email.js';
import {findLatestConsents} from '../visits/consents.js';
import {findSession} from '../visits/store.js';
import type {Visit} from '../visits/store.js';
import {findDelayedEmail, findUnconfirmedEmail} from './verification-store.js';

/**
 * Returns the session's data for its visitor. A UUID before its first change is described as an
 * empty visit.
 */
export const describeSession = async (
  sql: Queryable,
  uuid: string,
  visit: Visit | undefined,
): Promise<Session> => {
  if (!visit) return {...EMPTY, uuid};
  const isSession = visit.state === 'session';
  const [consents, files, session, unconfirmed, delayed] = await Promise.all([
    findLatestConsents(sql, uuid),
    listStoredFiles(sql, uuid),
    isSession ? findSession(sql, uuid) : undefined,
    isSession ? findUnconfirmedEmail(sql, uuid) : undefined,
    isSession ? findDelayedEmail(sql, uuid) : undefined,
  ]);
  const pending =
    unconfirmed !== undefined && unconfirmed !== session?.email ? unconfirmed : undefined;
  return {
    uuid,
    state: session?.state ?? 'visit',
    name: session?.name ?? null,
    email_masked: session ? maskEmail(session.email) : null,
    pending_email_masked: pending === undefined ? null : maskEmail(pending),
    delayed: delayed !== undefined,
    consents,
    files: files.map(toApiFile),
    idle_expires_at: isSession ? null : visit.idleExpiresAt.toISOString(),
  };
};

const EMPTY: Omit<Session, 'uuid'> = {
  state: 'visit',
  name: null,
  email_masked: null,
  pending_email_masked: null,
  delayed: false,
  consents: [],
  files: [],
  idle_expires_at: null,
};
