import {createHmac} from 'node:crypto';

import type {Queryable} from '../database/sql.js';

export const TO_ACCOUNT_PER_HOUR = 5;
export const TO_ACCOUNT_PER_DAY = 10;
export const LINKS_BY_CLIENT_PER_HOUR = 10;

/**
 * Counts a sign-in link that a client network requests for an e-mail address. Returns false if a
 * limit stops it. Both keys do the same work, whether an account has the e-mail address or not.
 */
export const countRequestedLink = (
  sql: Queryable,
  hashKey: Buffer,
  {email, client}: {email: string; client: string},
): Promise<boolean> =>
  countMail(sql, [
    createLimit(hashKey, `account:${email.toLowerCase()}`, [
      TO_ACCOUNT_PER_HOUR,
      TO_ACCOUNT_PER_DAY,
    ]),
    createLimit(hashKey, `sign-in:${client}`, [LINKS_BY_CLIENT_PER_HOUR]),
  ]);

/**
 * Counts an invitation to an e-mail address. Returns false if the address has had enough. Sign-in
 * links have their own counter, so that invitations never keep a person from signing in.
 */
export const countInvitationMail = (
  sql: Queryable,
  hashKey: Buffer,
  email: string,
): Promise<boolean> =>
  countMail(sql, [
    createLimit(hashKey, `invitation:${email.toLowerCase()}`, [
      TO_ACCOUNT_PER_HOUR,
      TO_ACCOUNT_PER_DAY,
    ]),
  ]);

interface Limit {
  key: Buffer;
  perHour: number;
  perDay: number;
}

const createLimit = (
  hashKey: Buffer,
  text: string,
  [perHour, perDay = 24 * perHour]: [number, number?],
): Limit => ({key: createHmac('sha256', hashKey).update(text).digest(), perHour, perDay});

/** Counts once for each limit, or not at all if one of them is reached. */
const countMail = async (sql: Queryable, limits: Limit[]): Promise<boolean> => {
  // Always in one order, so that two transactions never wait for each other.
  for (const {key} of limits.toSorted((a, b) => a.key.compare(b.key)))
    await sql`select pg_advisory_xact_lock(${key.readBigInt64BE(0).toString()}::bigint)`;
  const rows = await sql`
    with given as (
      select decode(hex, 'hex') as key, per_hour, per_day
      from unnest(${limits.map(({key}) => key.toString('hex'))}::text[],
                  ${limits.map(({perHour}) => perHour)}::int[],
                  ${limits.map(({perDay}) => perDay)}::int[]) as given (hex, per_hour, per_day)),
    reached as (
      select from given, lateral (
        select count(*) filter (where counted_at > now() - interval '1 hour') as in_hour,
               count(*) as in_day
        from mail_counts c
        where c.key = given.key and counted_at > now() - interval '1 day') seen
      where in_hour >= per_hour or in_day >= per_day)
    insert into mail_counts (key)
    select key from given where not exists (select from reached)
    returning 1`;
  return rows.length > 0;
};
