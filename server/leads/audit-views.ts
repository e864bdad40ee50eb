import {recordAudit} from '../audit/store.js';
import {toActorMetadata} from '../audit/actor.js';
import {VIEW_MINUTES} from '../contract/owner-limits.js';
import type {Queryable, Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import type {LeadKey} from './access.js';

/**
 * Records that an account has opened a lead, or any of its files, once in half an hour. The first
 * opening of a lead ends its mark as new.
 */
export const recordView = (
  sql: Sql,
  {uuid, siteKey}: LeadKey,
  {account, event}: {account: string; event: 'lead_viewed' | 'file_viewed'},
): Promise<void> =>
  transaction(sql, async (tx) => {
    // The lock makes concurrent openings see each other's row.
    const [lead] = await tx<{isNew: boolean}[]>`
      select first_opened_at is null as "isNew" from leads where session_uuid = ${uuid} for update`;
    if (!lead) return;
    const recent = await tx`
      select from audit_logs
      where user_uuid = ${uuid} and event_type = ${event} and metadata->>'account' = ${account}
        and timestamp > now() - make_interval(mins => ${VIEW_MINUTES}) limit 1`;
    if (recent.length > 0) return;
    if (lead.isNew && event === 'lead_viewed') {
      await tx`
        update leads set first_opened_at = clock_timestamp() where session_uuid = ${uuid}`;
    }
    await recordAudit(tx, {
      event,
      uuid,
      site: siteKey,
      metadata: toActorMetadata({account}),
    });
  });

const LISTING_MINUTES = 15;

/** Records that an account has listed leads of a site, once in a quarter of an hour. */
export const recordListing = async (
  sql: Sql,
  account: string,
  rowsBySite: ReadonlyMap<string, number>,
): Promise<void> => {
  for (const [site, rows] of rowsBySite) {
    if (await hasListed(sql, account, site)) continue;
    await transaction(sql, async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${`leads_listed ${account} ${site}`}, 0))`;
      if (await hasListed(tx, account, site)) return;
      const metadata = {rows, ...toActorMetadata({account})};
      await recordAudit(tx, {event: 'leads_listed', site, metadata});
    });
  }
};

const hasListed = async (sql: Queryable, account: string, site: string): Promise<boolean> => {
  const rows = await sql`
    select from audit_logs
    where event_type = 'leads_listed' and site_key = ${site} and metadata->>'account' = ${account}
      and timestamp > now() - make_interval(mins => ${LISTING_MINUTES}) limit 1`;
  return rows.length > 0;
};
