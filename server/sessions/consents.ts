import {recordAudit} from '../audit/store.js';
import {MAX_CONSENTS_PER_SESSION} from '../contract/limits.js';
import type {ConsentDecision} from '../contract/sessions.js';
import type {Queryable} from '../database/sql.js';
import {InvalidRequest, TooManyConsents} from '../errors.js';
import {getConversation} from '../sites/conversation.js';
import type {Site} from '../sites/store.js';
import type {Caller} from '../visits/access.js';
import {countConsents, insertConsent, findLatestConsents} from '../visits/consents.js';
import {setTrainingConsent} from '../visits/store.js';

/**
 * Returns whether the site's conversation asks for consent to read files for replies. Without that
 * step, its visitors cannot have seen the wording.
 */
const asksForAiAnswers = ({settings}: Site): boolean =>
  getConversation(settings).steps.some(
    (step) => step.type === 'consent' && step.purpose === 'ai_answers',
  );

/** Withdrawal is always allowed; granting requires that the conversation asks for it. */
const requireAskedPurpose = (site: Site, decisions: ConsentDecision[]): void => {
  const i = decisions.findIndex(({purpose, granted}) => purpose === 'ai_answers' && granted);
  if (i < 0 || asksForAiAnswers(site)) return;
  throw new InvalidRequest(
    '/consents grants "ai_answers", for which this site does not ask. Expected a purpose of its conversation. Leave it out, or add its consent step.',
    {
      faults: [
        {
          path: `/consents/${i}/purpose`,
          message: 'must be a purpose that the conversation asks for',
        },
      ],
    },
  );
};

/**
 * Appends decisions with their wording, in the transaction that has locked the visit. An equal
 * decision with this wording is recorded at most once a minute. Throws `TooManyConsents`, but never
 * for a withdrawal.
 */
export const recordConsents = async (
  tx: Queryable,
  {uuid, site, ipAddress}: Caller,
  decisions: ConsentDecision[],
): Promise<void> => {
  if (decisions.length === 0) return;
  requireAskedPurpose(site, decisions);
  const latest = await findLatestConsents(tx, uuid);
  const granted = new Set(latest.filter((item) => item.granted).map(({purpose}) => purpose));
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
    await recordAudit(tx, {event, uuid, site: site.key, ipAddress, metadata: {purpose, locale}});
  }
  const training = decisions.findLast(({purpose}) => purpose === 'ai_training');
  if (training) await setTrainingConsent(tx, uuid, training.granted);
};

/** Returns whether these decisions withdraw consent to the storage of personal data. */
export const withdrawsStorageConsent = (decisions: ConsentDecision[]): boolean =>
  decisions.findLast(({purpose}) => purpose === 'personal_data')?.granted === false;
