import {recordAudit} from '../audit/store.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {deleteSettledLinks} from '../sessions/verification-store.js';
import {deleteOldDeliveries} from '../webhooks/store.js';
import {runInBatches} from './run-in-batches.js';

const BATCH = 1_000;

/** Expires confirmation links, and deletes old confirmation links and webhook deliveries. */
export const expireLinksAndDeliveries = async (sql: Sql): Promise<void> => {
  await runInBatches(BATCH, (limit) => expireLinks(sql, limit));
  await runInBatches(BATCH, (limit) => deleteSettledLinks(sql, limit));
  await runInBatches(BATCH, (limit) => deleteOldDeliveries(sql, limit));
};

const expireLinks = async (sql: Sql, limit: number): Promise<number> =>
  transaction(sql, async (tx) => {
    // A subquery for each row: with a join, a batch of 1,000 rows would read all visits.
    const rows = await tx<{uuid: string; site: string}[]>`
      update email_verifications v set voided_at = now(), delayed_at = null
      where v.id in (
        select id from email_verifications
        where used_at is null and voided_at is null and expires_at < now()
        limit ${limit} for update skip locked)
      returning v.session_uuid as uuid,
                (select site_key from visits where uuid = v.session_uuid) as site`;
    await recordAudit(
      tx,
      ...rows.map(({uuid, site}) => ({event: 'verification_expired', uuid, site}) as const),
    );
    return rows.length;
  });
