import {listAnswers, toApiAnswers} from '../answers/store.js';
import type {WebhookEvent} from '../contract/webhooks.js';
import type {Queryable} from '../database/sql.js';
import {listStoredFiles} from '../files/store.js';
import {findLatestConsents} from '../visits/consents.js';
import {findSession} from '../visits/store.js';
import type {Webhook, WebhookJob} from '../webhooks/store.js';

interface VisitRow {
  state: string;
  startedAt: Date;
  step: string | null;
  completedAt: Date | null;
}

const STATES: Partial<Record<WebhookEvent, string>> = {
  'session.pending': 'pending',
  'session.complete': 'complete',
  'session.erased': 'erased',
  'visit.abandoned': 'abandoned',
};

/**
 * Renders the body of an event from the current rows. If the session has ended since the event, it
 * contains no consents, files or contact. Names, e-mail addresses and answers need `withContact`.
 */
export const renderEvent = async (
  sql: Queryable,
  {siteKey, withContact}: Pick<Webhook, 'siteKey' | 'withContact'>,
  {event, uuid, at, details}: Omit<WebhookJob, 'webhook'>,
): Promise<string> => {
  const [visit] = await sql<VisitRow[]>`
    select v.state, v.started_at as "startedAt", v.furthest_step as step,
           s.completed_at as "completedAt"
    from visits v left join user_sessions s on s.uuid = v.uuid where v.uuid = ${uuid}`;
  const isLive = visit?.state === 'open' || visit?.state === 'session';
  const session = isLive ? await findSession(sql, uuid) : undefined;
  const answers = session && withContact ? await listAnswers(sql, uuid) : [];
  const files = isLive ? await listStoredFiles(sql, uuid) : [];
  return JSON.stringify({
    type: event,
    timestamp: new Date(at).toISOString(),
    data: {
      reference: uuid,
      site: siteKey,
      state: STATES[event] ?? session?.state ?? (isLive ? 'visit' : 'gone'),
      started_at: visit?.startedAt ?? null,
      completed_at: visit?.completedAt ?? null,
      furthest_step: visit?.step ?? null,
      ...details,
      consents: isLive ? await findLatestConsents(sql, uuid) : [],
      files: files.map(({id, name, size}) => ({id, size, ...(withContact && {name})})),
      ...(withContact &&
        session && {
          contact: {name: session.name, email: session.email, locale: session.locale},
          answers: toApiAnswers(answers),
        }),
    },
  });
};
