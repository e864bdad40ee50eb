import type {WebhookEvent} from '../contract/webhooks.js';
import type {Queryable, Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';

export interface Webhook {
  id: string;
  siteKey: string;
  url: string;
  events: WebhookEvent[];
  withContact: boolean;
  keyId: string;
  createdAt: Date;
}

/** Payload of a webhook job: the event and its session, but no content of the session. */
export interface WebhookJob {
  webhook: string;
  event: WebhookEvent;
  uuid: string;
  /** Time of the event. */
  at: string;
  details: {message_id?: number};
}

export interface WebhookTrigger {
  event: WebhookEvent;
  uuid: string;
  siteKey: string;
  details?: WebhookJob['details'];
}

/** Queues a delivery to each webhook with this event, in the transaction that causes the event. */
export const enqueueWebhooks = async (
  tx: Queryable,
  {event, uuid, siteKey, details = {}}: WebhookTrigger,
): Promise<void> => {
  await tx`
    with noted as (
      insert into webhook_deliveries (id, webhook_id, event, session_uuid, details)
      select gen_random_uuid(), id, ${event}, ${uuid}, ${JSON.stringify(details)}::text::jsonb
      from webhooks where site_key = ${siteKey} and ${event} = any(events)
      returning id, webhook_id, event, session_uuid, details, created_at)
    ${jobsFrom(tx)} from noted d`;
};

/** The jobs have no `session_uuid`, because `session.erased` must outlive the session. */
const jobsFrom = (sql: Queryable) => sql`
  insert into jobs (id, kind, payload)
  select d.id, 'webhook', jsonb_build_object(
    'webhook', d.webhook_id, 'event', d.event, 'uuid', d.session_uuid,
    'at', d.created_at, 'details', d.details)`;

const selectColumns = (sql: Queryable) => sql`
  id, site_key as "siteKey", url, events, with_contact as "withContact", key_id as "keyId",
  created_at as "createdAt"`;

export const insertWebhook = async (
  sql: Queryable,
  {id, siteKey, url, events, withContact, keyId}: Omit<Webhook, 'createdAt'>,
): Promise<void> => {
  await sql`
    insert into webhooks (id, site_key, url, events, with_contact, key_id)
    values (${id}, ${siteKey}, ${url}, ${events}, ${withContact}, ${keyId})`;
};

export const findWebhook = async (sql: Queryable, id: string): Promise<Webhook | undefined> => {
  const [webhook] = await sql<Webhook[]>`
    select ${selectColumns(sql)} from webhooks where id = ${id}`;
  return webhook;
};

export const listWebhooks = async (
  sql: Queryable,
  siteKey: string | undefined,
): Promise<Webhook[]> => sql<Webhook[]>`
  select ${selectColumns(sql)} from webhooks
  where ${siteKey ?? null}::text is null or site_key = ${siteKey ?? null} order by created_at`;

/** Deletes a webhook with its queued deliveries and its log. Returns whether it existed. */
export const deleteWebhook = async (sql: Sql, id: string): Promise<boolean> =>
  transaction(sql, async (tx) => {
    // The webhook first, so that the second statement sees jobs of concurrent transactions.
    const rows = await tx`delete from webhooks where id = ${id} returning id`;
    await tx`delete from jobs where kind = 'webhook' and payload->>'webhook' = ${id}`;
    return rows.length > 0;
  });

export interface DeliveryAttempt {
  status: number | null;
  error: string | null;
  ms: number;
}

export const recordAttempt = async (
  sql: Queryable,
  id: string,
  {state, status, error, ms}: DeliveryAttempt & {state: 'queued' | 'delivered' | 'dead'},
): Promise<void> => {
  await sql`
    update webhook_deliveries set state = ${state}, attempts = attempts + 1, last_status = ${status},
      last_error = ${error}, last_ms = ${ms}, tried_at = now()
    where id = ${id}`;
};

export interface Delivery {
  id: string;
  event: WebhookEvent;
  reference: string;
  state: string;
  attempts: number;
  status: number | null;
  error: string | null;
  ms: number | null;
  created_at: string;
}

export const listDeliveries = async (
  sql: Queryable,
  webhookId: string,
  since: Date,
): Promise<Delivery[]> => sql<Delivery[]>`
  select id, event, session_uuid as reference, state, attempts, last_status as status,
    last_error as error, last_ms as ms, to_json(created_at)#>>'{}' as created_at
  from webhook_deliveries where webhook_id = ${webhookId} and created_at >= ${since}
  order by created_at, id`;

/** Queues deliveries again, with the ids they had, so that a receiver recognises a duplicate. */
export const replayDeliveries = async (
  sql: Sql,
  webhookId: string,
  {since, id, onlyDead}: {since: Date; id: string | undefined; onlyDead: boolean},
): Promise<number> =>
  transaction(sql, async (tx) => {
    const rows = await tx<{id: string}[]>`
      update webhook_deliveries set state = 'queued'
      where webhook_id = ${webhookId} and state <> 'queued' and created_at >= ${since}
        and (${id ?? null}::uuid is null or id = ${id ?? null}::uuid)
        and (not ${onlyDead} or state = 'dead')
      returning id`;
    const ids = rows.map((row) => row.id);
    // Dead jobs are still in the table.
    await tx`delete from jobs where id = any(${ids}::uuid[])`;
    await tx`${jobsFrom(tx)} from webhook_deliveries d where d.id = any(${ids}::uuid[])`;
    return ids.length;
  });

const KEPT = '30 days';

/** Deletes old deliveries and the jobs of dead ones. `jobs` is not locked if there are none. */
export const deleteOldDeliveries = (sql: Sql, limit: number): Promise<number> =>
  transaction(sql, async (tx) => {
    const deleted = await tx<{id: string}[]>`
      delete from webhook_deliveries where id in (
        select id from webhook_deliveries
        where created_at < now() - ${KEPT}::interval limit ${limit} for update skip locked)
      returning id`;
    const ids = deleted.map(({id}) => id);
    if (ids.length > 0) await tx`delete from jobs where id = any(${ids}::uuid[])`;
    return ids.length;
  });
