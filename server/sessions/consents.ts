import {recordAudit} from '../audit/store.js';
import type {ConsentDecision} from '../contract/sessions.js';
import type {Queryable} from '../database/connect.js';
import type {Caller} from './access.js';
import {insertConsents, latestConsents, setTrainingConsent} from './store.js';

/**
 * Appends decisions with the words they were made on. A decision that repeats the latest one is
 * recorded as well: it was made on words of its own.
 */
export const recordConsents = async (
  tx: Queryable,
  {uuid, site, address}: Caller,
  decisions: ConsentDecision[],
): Promise<void> => {
  if (decisions.length === 0) return;
  const before = await latestConsents(tx, uuid);
  await insertConsents(tx, uuid, decisions);
  const entries = decisions.map(({purpose, granted, locale}) => {
    const wasGranted = before.some((consent) => consent.purpose === purpose && consent.granted);
    const event = granted ? 'consent_given' : wasGranted ? 'consent_withdrawn' : 'consent_refused';
    return {event, uuid, site: site.key, address, metadata: {purpose, locale}} as const;
  });
  await recordAudit(tx, ...entries);
  const training = decisions.findLast(({purpose}) => purpose === 'ai_training');
  if (training) await setTrainingConsent(tx, uuid, training.granted);
};

/** Whether these decisions take back the storing of personal data. */
export const withdrawsStoring = (decisions: ConsentDecision[]): boolean =>
  decisions.findLast(({purpose}) => purpose === 'personal_data')?.granted === false;
