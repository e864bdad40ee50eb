import {recordAudit} from '../audit/store.js';
import type {Config} from '../config.js';
import type {Sql} from '../database/connect.js';
import {forgetSettledLinks} from '../sessions/verification-store.js';
import {inBatches} from './batches.js';

const BATCH = 1_000;

/** What only grows unless somebody looks: links, counters, addresses. */
export const keepHouse = async (sql: Sql, {audit}: Config): Promise<void> => {
  await inBatches(BATCH, (limit) => expireLinks(sql, limit));
  await inBatches(BATCH, (limit) => forgetSettledLinks(sql, limit));
  await sql`delete from rate_limits where resets_at < now() - interval '1 minute'`;
  await sql`delete from mail_counts where counted_at < now() - interval '1 day'`;
  await sql`delete from watched where expires_at < now()`;
  await forgetOldAddresses(sql, audit.ipDays);
};

const forgetOldAddresses = async (sql: Sql, days: number): Promise<void> => {
  for (;;) {
    const rows = await sql`
      update audit_logs set ip_address = null
      where (id, timestamp) in (
        select id, timestamp from audit_logs
        where ip_address is not null and timestamp < now() - ${`${days} days`}::interval
        limit ${BATCH})
      returning id`;
    if (rows.length < BATCH) return;
  }
};

const expireLinks = async (sql: Sql, limit: number): Promise<number> =>
  sql.begin(async (tx) => {
    const rows = await tx<{uuid: string; site: string}[]>`
      update email_verifications v set voided_at = now()
      from visits
      where visits.uuid = v.session_uuid and v.id in (
        select id from email_verifications
        where used_at is null and voided_at is null and expires_at < now()
        limit ${limit} for update skip locked)
      returning v.session_uuid as uuid, visits.site_key as site`;
    await recordAudit(
      tx,
      ...rows.map(({uuid, site}) => ({event: 'verification_expired', uuid, site}) as const),
    );
    return rows.length;
  });
