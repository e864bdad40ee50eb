import {findLink} from '../accounts/link-store.js';
import {SignInLinks} from '../accounts/links.js';
import {isWithoutLeads} from '../accounts/memberships.js';
import type {Config} from '../config/config.js';
import type {RecordedConsent} from '../contract/sessions.js';
import type {Sql} from '../database/sql.js';
import {listStoredFiles} from '../files/store.js';
import {countOwnMessages} from '../messages/store.js';
import {findLatestConsents} from '../visits/consents.js';
import {findSession} from '../visits/store.js';
import {
  findUnconfirmedEmail,
  findVerification,
  restartValidity,
} from '../sessions/verification-store.js';
import {getConversation} from '../sites/conversation.js';
import {findSite} from '../sites/store.js';
import type {Site} from '../sites/store.js';
import {renderConfirmationMail} from './confirmation-mail.js';
import type {ConfirmationLinks} from '../mail/links.js';
import type {Mail} from '../mail/transport.js';
import {renderInvitationMail, renderNewBrowserMail, renderSignInMail} from './account-mails.js';
import {renderAlertMail} from './alert-mail.js';
import {listLeadAnswers} from './lead-answers.js';
import {renderLeadMail, renderMessageMail} from './owner-mails.js';
import type {LeadCause} from './owner-mails.js';
import type {MailJob} from '../jobs/queue.js';

const LAST_ACTIONS_LENGTH = 200;

/**
 * Renders the e-mail of a job from the current rows. Returns undefined if the e-mail is obsolete:
 * the link is used or void, the session was erased, or there is no recipient.
 */
export const composeMail = async (
  {sql, config, links}: {sql: Sql; config: Config; links: ConfirmationLinks},
  job: MailJob,
): Promise<Mail | undefined> => {
  if (job.template === 'confirmation')
    return composeConfirmation(sql, config, links, job.verification_id);
  if (job.template === 'lead') return composeLead(sql, config, job);
  if (job.template === 'message') return composeMessage(sql, config, job.uuid);
  if ('link_id' in job) return composeAccountMail(sql, config, job);
  return config.mail.admin ? composeAlert(sql, config.mail.admin, job) : undefined;
};

const composeConfirmation = async (
  sql: Sql,
  config: Config,
  links: ConfirmationLinks,
  id: string,
): Promise<Mail | undefined> => {
  await restartValidity(sql, id, config.verificationMs);
  const verification = await findVerification(sql, id);
  if (verification?.state !== 'open') return undefined;
  const site = await findSite(sql, verification.siteKey);
  return {
    to: verification.email,
    ...renderConfirmationMail({
      site: site?.name ?? verification.siteKey,
      url: links.createUrl(verification.id, verification.keyId),
      validMs: config.verificationMs,
      locale: verification.locale,
    }),
  };
};

/**
 * Returns the URL of a lead in the console. Returns undefined if the console is switched off, or if
 * the recipient has an account that cannot open the leads of the site.
 */
const findConsoleUrl = async (
  sql: Sql,
  {console}: Config,
  {uuid, site: {key, notifyEmail}}: {uuid: string; site: Site},
): Promise<string | undefined> => {
  if (!console) return undefined;
  const isClosed = await isWithoutLeads(sql, {siteKey: key, email: notifyEmail ?? ''});
  return isClosed ? undefined : `${console.url}leads/${uuid}`;
};

const composeLead = async (
  sql: Sql,
  config: Config,
  {uuid, ...causes}: MailJob & {template: 'lead'},
): Promise<Mail | undefined> => {
  const session = await findSession(sql, uuid);
  const [visit] = await sql<{site: string}[]>`
    select site_key as site from visits where uuid = ${uuid}`;
  const site = visit && (await findSite(sql, visit.site));
  if (!session || !site?.notifyEmail) return undefined;
  const consents = await findLatestConsents(sql, uuid);
  const files = await listStoredFiles(sql, uuid);
  if (causes.files_added && files.length === 0) return undefined;
  return {
    to: site.notifyEmail,
    ...renderLeadMail({
      reference: uuid,
      consoleUrl: await findConsoleUrl(sql, config, {uuid, site}),
      cause: getLeadCause(causes),
      site: site.name,
      name: session.name,
      email: session.email,
      consents: consents.map((consent) => ({...consent, at: new Date(consent.recorded_at)})),
      unaskedPurposes: findUnaskedPurposes(site, consents),
      answers: await listLeadAnswers(sql, {uuid, site}, session),
      files: files.map(({name, size}) => ({name, size: size ?? 0})),
      messages: await countOwnMessages(sql, uuid),
    }),
  };
};

/** Returns the purposes for which the site's conversation asks, and that have no decision. */
const findUnaskedPurposes = ({settings}: Site, consents: RecordedConsent[]): string[] => {
  const purposes = getConversation(settings).steps.flatMap((step) =>
    step.type === 'consent' ? [step.purpose] : [],
  );
  return [...new Set(purposes)].filter((asked) => !consents.some(({purpose}) => purpose === asked));
};

const getLeadCause = (
  causes: Omit<MailJob & {template: 'lead'}, 'uuid' | 'template'>,
): LeadCause => {
  if (causes.changed) return 'changed';
  if (causes.files_added) return 'files_added';
  return causes.answers_changed ? 'answers_changed' : 'new';
};

const composeMessage = async (
  sql: Sql,
  config: Config,
  uuid: string,
): Promise<Mail | undefined> => {
  const [visit] = await sql<{site: string}[]>`
    select site_key as site from visits where uuid = ${uuid} and state in ('open', 'session')`;
  const site = visit && (await findSite(sql, visit.site));
  if (!site?.notifyEmail) return undefined;
  const session = await findSession(sql, uuid);
  const isConfirmed = session?.state === 'complete';
  // In a pending session, a corrected e-mail address is stored with its link only.
  const corrected = isConfirmed ? undefined : await findUnconfirmedEmail(sql, uuid);
  return {
    to: site.notifyEmail,
    ...renderMessageMail({
      reference: uuid,
      consoleUrl: await findConsoleUrl(sql, config, {uuid, site}),
      site: site.name,
      email: corrected ?? session?.email,
      isConfirmed,
    }),
  };
};

const composeAccountMail = async (
  sql: Sql,
  {console, secrets}: Config,
  {template, link_id: id}: MailJob & {link_id: string},
): Promise<Mail | undefined> => {
  const link = await findLink(sql, id);
  const to = link?.email;
  if (!console || !link?.isOpen || !to) return undefined;
  const url = new SignInLinks(secrets, console).createUrl(link);
  if (template === 'sign_in') return {to, ...renderSignInMail(url)};
  if (template === 'invitation') return {to, ...renderInvitationMail(link, url)};
  return {to, ...renderNewBrowserMail(link, url)};
};

const composeAlert = async (
  sql: Sql,
  to: string,
  {uuid, at, count = 1, since, ...job}: MailJob & {template: 'alert'},
): Promise<Mail> => {
  const actions = uuid
    ? await sql<{event: string}[]>`
        select event_type as event from audit_logs where user_uuid = ${uuid}
        order by timestamp desc, id desc limit 10`
    : [];
  const lastActions = actions
    .map(({event}) => event)
    .join(', ')
    .slice(0, LAST_ACTIONS_LENGTH);
  return {
    to,
    ...renderAlertMail({
      ...job,
      uuid,
      count,
      at: at === undefined ? new Date() : new Date(at),
      since: since === undefined ? undefined : new Date(since),
      lastActions,
    }),
  };
};
