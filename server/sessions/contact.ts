import {rewordQuestions} from '../answers/record-answers.js';
import {toActorMetadata} from '../audit/actor.js';
import type {Actor} from '../audit/actor.js';
import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {GivenAnswers} from '../contract/session-answers.js';
import type {ConsentDecision} from '../contract/sessions.js';
import type {Queryable, Transaction} from '../database/sql.js';
import {recordEvents} from '../events/store.js';
import {ConsentRequired, InvalidEmail, InvalidName} from '../errors.js';
import {consumeMailQuota} from '../mail/limits.js';
import type {ConfirmationLinks} from '../mail/links.js';
import {enqueueMail} from '../jobs/queue.js';
import type {Caller} from '../visits/access.js';
import {recordVisitorAnswers} from './answers.js';
import {recordConsents} from './consents.js';
import {parseEmail} from '../text/email.js';
import {enqueueWebhooks} from '../webhooks/store.js';
import {cleanName} from '../text/person-name.js';
import {hasConsent} from '../visits/consents.js';
import {countProgress, readProgress} from '../visits/funnel.js';
import {
  findSession,
  insertSession,
  setSessionLocale,
  setSessionName,
  setVisitState,
} from '../visits/store.js';
import type {StoredSession} from '../visits/store.js';
import {
  findDelayedEmail,
  insertVerification,
  findUnconfirmedEmail,
  voidVerifications,
} from './verification-store.js';

export interface ContactDeps {
  config: Config;
  links: ConfirmationLinks;
  mailHashKey: Buffer;
  /** Called when the limit of an e-mail address suppresses an e-mail. */
  onMailStopped: () => void;
}

export interface Contact {
  name: string;
  email: string;
}

/** Contact as a visitor submits it, with the answers to the questions of the site. */
interface SubmittedContact extends Contact {
  answers: GivenAnswers;
  locale: string | null;
  /** Network of the sender. */
  client: string;
}

/** Recipient of a confirmation link. */
interface Addressee {
  email: string;
  /** Network of the sender. */
  client: string;
  /** Party that caused the e-mail; absent for the visitor. */
  by?: Actor;
}

/** Returns the contact in the form that is stored. Throws `InvalidName` or `InvalidEmail`. */
export const readContact = ({name, email}: Contact): Contact => ({
  name: readName(name),
  email: readEmail(email),
});

export const readName = (given: string): string => {
  const name = cleanName(given);
  if (name) return name;
  throw new InvalidName(
    `The name of ${[...given].length} characters is not valid. Expected 1 to 100 characters, with at least one letter or digit. Correct the name.`,
  );
};

export const readEmail = (given: string): string => {
  const email = parseEmail(given);
  if (email) return email;
  throw new InvalidEmail();
};

/**
 * Turns a visit into a pending session and queues the confirmation link, in the transaction that
 * has locked the visit. A repeat with an equal e-mail address changes nothing and sends nothing.
 */
export const submitContact = async (
  tx: Transaction,
  deps: ContactDeps,
  caller: Caller,
  contact: SubmittedContact & {consents: ConsentDecision[]},
): Promise<void> => {
  await recordConsents(tx, caller, contact.consents);
  if (!(await hasConsent(tx, caller.uuid, 'personal_data'))) throw new ConsentRequired();
  const session = await findSession(tx, caller.uuid);
  if (session) {
    await correctContact(tx, deps, caller, {before: session, contact});
    return;
  }
  const before = await readProgress(tx, caller.uuid);
  await insertSession(tx, {
    uuid: caller.uuid,
    siteKey: caller.site.key,
    name: contact.name,
    email: contact.email,
    locale: contact.locale,
    ipAddress: caller.ipAddress,
    trainingGranted: await hasConsent(tx, caller.uuid, 'ai_training'),
  });
  await recordVisitorAnswers(tx, caller, contact.answers, contact);
  await setVisitState(tx, caller.uuid, 'session');
  await audit(tx, caller, 'contact_given');
  await recordEvents(tx, caller.uuid, {type: 'session_state', data: {state: 'pending'}});
  const {uuid, site} = caller;
  await enqueueWebhooks(tx, {event: 'session.pending', uuid, siteKey: site.key});
  await sendConfirmation(tx, deps, caller, contact);
  await countProgress(tx, site, {before, after: {hasContact: true}, counters: ['contact_given']});
};

const correctContact = async (
  tx: Transaction,
  deps: ContactDeps,
  caller: Caller,
  {before, contact}: {before: StoredSession; contact: SubmittedContact},
): Promise<void> => {
  const {uuid} = caller;
  const {name, email, locale, client, answers} = contact;
  const fields: string[] = [];
  if (name !== before.name) fields.push('name');
  if (email !== ((await findUnconfirmedEmail(tx, uuid)) ?? before.email)) fields.push('email');
  if (locale !== null && locale !== before.locale) fields.push('locale');
  if (await recordVisitorAnswers(tx, caller, answers, {name, locale: locale ?? before.locale}))
    fields.push('answers');
  if (fields.length === 0) return;
  await changeName(tx, caller, {before: before.name, name, locale: locale ?? before.locale});
  // Before the link, because its e-mail uses the new language.
  if (locale !== null) await setSessionLocale(tx, uuid, locale);
  await changeEmail(tx, deps, caller, {email, client});
  await audit(tx, caller, 'data_rectified', {fields});
};

/** Stores a name, also in the questions that contain the earlier one. */
export const changeName = async (
  tx: Queryable,
  caller: Caller,
  {before, name, locale}: {before: string; name: string; locale: string | null},
): Promise<void> => {
  await setSessionName(tx, caller.uuid, name);
  const change = {key: 'name', before, after: name};
  await rewordQuestions(tx, caller, [change], {name, locale});
};

/**
 * Requests a new e-mail address. Until it is confirmed, the session keeps its state and the old
 * e-mail address.
 */
export const changeEmail = async (
  tx: Queryable,
  deps: ContactDeps,
  caller: Caller,
  {email, client, by}: Addressee,
): Promise<EmailChange> => {
  const session = await findSession(tx, caller.uuid);
  const unconfirmed = await findUnconfirmedEmail(tx, caller.uuid);
  if (!session || email === (unconfirmed ?? session.email)) return 'unchanged';
  if (email === session.email && session.state === 'complete') {
    await voidVerifications(tx, caller.uuid);
    return 'cancelled';
  }
  await sendConfirmation(tx, deps, caller, {email, client, ...(by && {by})});
  return 'requested';
};

/**
 * Result of a change of the e-mail address. `unchanged`: it is stored or waits for its confirmation
 * already. `cancelled`: it is confirmed, and an earlier change no longer waits.
 */
export type EmailChange = 'unchanged' | 'cancelled' | 'requested';

/**
 * Inserts a link and queues its e-mail, unless a limit of the e-mail address suppresses it. Beyond
 * the limit of the client network, the e-mail waits in the queue; a repeat does not move it.
 */
export const sendConfirmation = async (
  tx: Queryable,
  {config, links, mailHashKey, onMailStopped}: ContactDeps,
  caller: Caller,
  {email, client, by}: Addressee,
): Promise<void> => {
  const {uuid} = caller;
  if ((await findDelayedEmail(tx, uuid)) === email) return;
  const quota = await consumeMailQuota(tx, mailHashKey, {email, client});
  const {outcome} = quota;
  const mailed = ({now: 'now', stopped: 'never', delayed: 'delayed', late: 'delayed'} as const)[
    outcome
  ];
  const id = await insertVerification(tx, {
    uuid,
    email,
    keyId: links.keyId,
    validMs: config.verificationMs,
    mailed,
  });
  if (outcome === 'stopped') onMailStopped();
  else {
    const job = {template: 'confirmation', verification_id: id} as const;
    const payload = outcome === 'late' ? {...job, is_late: true as const} : job;
    await enqueueMail(tx, payload, uuid, 'at' in quota ? quota.at : undefined);
  }
  await audit(tx, caller, 'verification_sent', {
    mailed: mailed === 'now',
    ...(by && toActorMetadata(by)),
    ...(mailed === 'never' && {stopped_by: 'address'}),
    ...(mailed === 'delayed' && {delayed: true}),
  });
};

const audit = (
  tx: Queryable,
  {uuid, site, ipAddress}: Caller,
  event: 'contact_given' | 'data_rectified' | 'verification_sent',
  metadata = {},
) => recordAudit(tx, {event, uuid, site: site.key, ipAddress, metadata});
