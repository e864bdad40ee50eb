import {recordAudit} from '../audit/store.js';
import {DEFAULT_CONVERSATION} from '../contract/conversation.js';
import {MAX_CONSENTS_PER_SESSION} from '../contract/limits.js';
import type {ConsentDecision} from '../contract/sessions.js';
import type {Queryable} from '../database/sql.js';
import {InvalidRequest, TooManyConsents} from '../errors.js';
import type {Site} from '../sites/store.js';
import type {Caller} from '../visits/access.js';
import {countConsents, insertConsent, latestConsents, setTrainingConsent} from '../visits/store.js';

/**
 * Whether the site asks its visitors if their files may be read for answers: there is no other
 * place where they could have seen the words of such a consent.
 */
const asksForAnswers = ({settings}: Site): boolean =>
  (settings.conversation ?? DEFAULT_CONVERSATION).steps.some(
    (step) => step.type === 'consent' && step.purpose === 'ai_answers',
  );

/** What was granted once can be taken back for ever; only granting needs to be asked for. */
const requireAskedPurpose = (site: Site, decisions: ConsentDecision[]): void => {
  const i = decisions.findIndex(({purpose, granted}) => purpose === 'ai_answers' && granted);
  if (i < 0 || asksForAnswers(site)) return;
  throw new InvalidRequest(
    'This site reads no documents to answer, so there is nothing to consent to: /consents has "ai_answers".',
    {faults: [{path: `/consents/${i}/purpose`, message: 'is not asked for at this site'}]},
  );
};

/**
 * Appends decisions with the words they were made on, in the transaction that holds the visit. A
 * decision that was recorded with the same words within a minute is not recorded again. Throws
 * `TooManyConsents`, but never for a withdrawal.
 */
export const recordConsents = async (
  tx: Queryable,
  {uuid, site, address}: Caller,
  decisions: ConsentDecision[],
): Promise<void> => {
  if (decisions.length === 0) return;
  requireAskedPurpose(site, decisions);
  const latest = await latestConsents(tx, uuid);
  const granted = new Set(latest.filter((one) => one.granted).map(({purpose}) => purpose));
  let count = await countConsents(tx, uuid);
  for (const decision of decisions) {
    if (!(await insertConsent(tx, uuid, decision))) continue;
    const {purpose, locale} = decision;
    const isWithdrawal = !decision.granted && granted.has(purpose);
    if (++count > MAX_CONSENTS_PER_SESSION && !isWithdrawal) throw new TooManyConsents();
    if (decision.granted) granted.add(purpose);
    else granted.delete(purpose);
    const refusal = isWithdrawal ? 'consent_withdrawn' : 'consent_refused';
    const event = decision.granted ? 'consent_given' : refusal;
    await recordAudit(tx, {event, uuid, site: site.key, address, metadata: {purpose, locale}});
  }
  const training = decisions.findLast(({purpose}) => purpose === 'ai_training');
  if (training) await setTrainingConsent(tx, uuid, training.granted);
};

/** Whether these decisions take back the storing of personal data. */
export const withdrawsStoring = (decisions: ConsentDecision[]): boolean =>
  decisions.findLast(({purpose}) => purpose === 'personal_data')?.granted === false;
