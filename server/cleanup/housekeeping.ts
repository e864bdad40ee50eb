import {recordAudit} from '../audit/store.js';
import type {Config} from '../config.js';
import type {Sql} from '../database/connect.js';
import {expireReleases} from '../releases/store.js';
import {forgetSettledLinks} from '../sessions/verification-store.js';
import {forgetBudgets} from '../responders/budgets.js';
import {forgetDeliveries} from '../webhooks/store.js';
import {inBatches} from './batches.js';

const BATCH = 1_000;

/** What only grows unless somebody looks: links, counters, addresses. */
export const keepHouse = async (sql: Sql, {audit, widgetReleaseDays}: Config): Promise<void> => {
  await inBatches(BATCH, (limit) => expireLinks(sql, limit));
  await inBatches(BATCH, (limit) => forgetSettledLinks(sql, limit));
  await sql`delete from rate_limits where resets_at < now() - interval '1 minute'`;
  await sql`delete from mail_counts where counted_at < now() - interval '1 day'`;
  await forgetBudgets(sql);
  await inBatches(BATCH, (limit) => forgetDeliveries(sql, limit));
  await sql`delete from watched where expires_at < now()`;
  await inBatches(BATCH, (limit) => forgetOldAddresses(sql, audit.ipDays, limit));
  await inBatches(BATCH, (limit) => expireReleases(sql, widgetReleaseDays, limit));
};

const forgetOldAddresses = async (sql: Sql, days: number, limit: number): Promise<number> => {
  const rows = await sql`
    update audit_logs set ip_address = null
    where (id, timestamp) in (
      select id, timestamp from audit_logs
      where ip_address is not null and timestamp < now() - ${`${days} days`}::interval
      limit ${limit} for update skip locked)
    returning id`;
  return rows.length;
};

const expireLinks = async (sql: Sql, limit: number): Promise<number> =>
  sql.begin(async (tx) => {
    // The site by a look-up for each: joined, a batch of a thousand would read all visits.
    const rows = await tx<{uuid: string; site: string}[]>`
      update email_verifications v set voided_at = now()
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
