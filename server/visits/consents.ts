import type {ConsentDecision, Purpose, RecordedConsent} from '../contract/sessions.js';
import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';

/**
 * Records a decision. Returns false if an equal decision with this wording was recorded within a
 * minute, and no different decision of this purpose since.
 */
export const insertConsent = async (
  sql: Queryable,
  uuid: string,
  {purpose, granted, wording, locale}: ConsentDecision,
): Promise<boolean> => {
  const decision = granted ? 'granted' : 'refused';
  const rows = await sql`
    with given as (select sha256(convert_to(${wording}::text, 'UTF8')) as hash)
    insert into consents (session_uuid, purpose, decision, wording, wording_sha256, locale)
    select ${uuid}::uuid, ${purpose}, ${decision}, ${wording}, given.hash, ${locale} from given
    where not exists (
      select from consents c
      where c.session_uuid = ${uuid} and c.purpose = ${purpose} and c.decision = ${decision}
        and c.wording_sha256 = given.hash
        and c.recorded_at > clock_timestamp() - interval '1 minute'
        and not exists (
          select from consents later
          where later.session_uuid = ${uuid} and later.purpose = ${purpose}
            and later.id > c.id and later.decision <> c.decision))
    returning id`;
  return rows.length > 0;
};

export const countConsents = async (sql: Queryable, uuid: string): Promise<number> => {
  const [row] = await sql<{count: number}[]>`
    select count(*)::int as count from consents where session_uuid = ${uuid}`;
  return row?.count ?? 0;
};

/** Returns the latest decision of each purpose. */
export const findLatestConsents = async (
  sql: Queryable,
  uuid: string,
): Promise<RecordedConsent[]> => {
  const rows = await sql<{purpose: Purpose; granted: boolean; at: Date}[]>`
    select distinct on (purpose) purpose, decision = 'granted' as granted, recorded_at as at
    from consents where session_uuid = ${uuid} order by purpose desc, id desc`;
  return rows.map(({purpose, granted, at}) => ({purpose, granted, recorded_at: at.toISOString()}));
};

export const hasConsent = async (
  sql: Queryable,
  uuid: string,
  purpose: Purpose,
): Promise<boolean> => {
  const rows = await sql<{granted: boolean}[]>`
    select ${isGranted(sql, sql`${uuid}::uuid`, purpose)} as granted`;
  return one(rows).granted;
};

/** Returns the condition that the latest decision of a visit about a purpose grants it. */
export const isGranted = (sql: Queryable, uuid: ReturnType<Queryable>, purpose: Purpose) => sql`
  coalesce((select decision = 'granted' from consents
            where session_uuid = ${uuid} and purpose = ${purpose}
            order by id desc limit 1), false)`;
