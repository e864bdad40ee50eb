import {recordAnswers} from '../answers/record-answers.js';
import {toActorMetadata} from '../audit/actor.js';
import type {Actor} from '../audit/actor.js';
import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {GivenAnswers} from '../contract/session-answers.js';
import type {Queryable} from '../database/sql.js';
import {changeEmail, changeName} from '../sessions/contact.js';
import type {ContactDeps, EmailChange} from '../sessions/contact.js';
import {findSite} from '../sites/store.js';
import type {Caller} from '../visits/access.js';
import {findSession, findVisit} from '../visits/store.js';
import type {StoredSession} from '../visits/store.js';

/** Session whose visit this transaction has locked, with its visitor as the caller. */
export type LockedSession = Caller & {session: StoredSession};

/** Locks a visit, as every change does. Returns undefined if it has no session. */
export const lockSession = async (
  tx: Queryable,
  config: Config,
  uuid: string,
): Promise<LockedSession | undefined> => {
  await tx`select from visits where uuid = ${uuid} for update`;
  const visit = await findVisit(tx, uuid, config.visit);
  const session = await findSession(tx, uuid);
  const site = visit && (await findSite(tx, visit.siteKey));
  if (!visit || !site || !session) return undefined;
  return {uuid, site, tokenHash: Buffer.from(visit.tokenHash), ipAddress: null, session};
};

export interface Correction {
  name?: string | undefined;
  email?: string | undefined;
  answers: GivenAnswers;
  by: Actor;
  /** Key of the limit for e-mails that one sender causes. */
  client: string;
}

/**
 * Result of a change of the e-mail address; undefined without a new one. `stopped`: a limit of the
 * new e-mail address has suppressed the confirmation link.
 */
export type CorrectionOutcome = EmailChange | 'stopped' | undefined;

/** Corrects a session in the name of its visitor. Returns what happened to the e-mail address. */
export const correctSession = async (
  tx: Queryable,
  deps: ContactDeps,
  {session, ...caller}: LockedSession,
  {name, email, answers, by, client}: Correction,
): Promise<CorrectionOutcome> => {
  let stopped = false;
  let change: EmailChange | undefined;
  if (name !== undefined) {
    await changeName(tx, caller, {before: session.name, name, locale: session.locale});
  }
  await recordAnswers(tx, caller, answers, {...session, ...(name !== undefined && {name})});
  if (email !== undefined) {
    const onMailStopped = () => {
      stopped = true;
      deps.onMailStopped();
    };
    change = await changeEmail(tx, {...deps, onMailStopped}, caller, {email, client, by});
  }
  const fields = [
    ...(name === undefined ? [] : ['name']),
    ...(email === undefined ? [] : ['email']),
    ...(Object.keys(answers).length === 0 ? [] : ['answers']),
  ];
  const metadata = {fields, ...toActorMetadata(by)};
  await recordAudit(tx, {
    event: 'data_rectified',
    uuid: caller.uuid,
    site: caller.site.key,
    metadata,
  });
  return stopped ? 'stopped' : change;
};
