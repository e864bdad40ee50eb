import {randomUUID} from 'node:crypto';

import type {Config} from '../config/config.js';
import {decryptSecret, encryptSecret} from '../config/sealed-secret.js';
import type {CreateExport} from '../contract/owner-exports.js';
import type {LeadChoice, LeadFilter} from '../contract/owner-leads.js';
import {EXPORT_SECONDS} from '../contract/owner-limits.js';
import {one} from '../database/one.js';
import type {Queryable, Sql} from '../database/sql.js';
import {fromChoice} from './selection.js';

/**
 * Stores a requested export until it is fetched. The column has the filter, or a list of UUIDs. It is
 * encrypted, because a filter can contain a name.
 */
export const insertExport = async (
  sql: Sql,
  {secrets}: Config,
  {account, uuids, filter, format}: CreateExport & {account: string},
): Promise<{id: string; expiresAt: Date}> => {
  const rows = await sql<{id: string; expiresAt: Date}[]>`
    insert into lead_exports (id, account_id, filter, format, expires_at)
    values (${randomUUID()}, ${account}, ${encryptSecret(JSON.stringify(uuids ?? filter), secrets[0])},
            ${format}, now() + make_interval(secs => ${EXPORT_SECONDS}))
    returning id, expires_at as "expiresAt"`;
  return one(rows);
};

/** Returns a requested export of the account, once. Returns undefined if there is none. */
export const takeExport = async (
  sql: Sql,
  {secrets}: Config,
  {id, account}: {id: string; account: string},
): Promise<CreateExport | undefined> => {
  const [row] = await sql<{filter: string; format: CreateExport['format']; isValid: boolean}[]>`
    delete from lead_exports where id = ${id} and account_id = ${account}
    returning filter, format, expires_at > now() as "isValid"`;
  const stored = row?.isValid ? decryptSecret(row.filter, secrets) : undefined;
  if (!row || stored === undefined) return undefined;
  const choice = JSON.parse(stored) as string[] | LeadFilter;
  const {format} = row;
  return Array.isArray(choice) ? {uuids: choice, format} : {filter: choice, format};
};

const UUID_BYTES = 16;

/** UUIDs of the leads of an export as bytes: a million of them need 16 MB. */
export interface Snapshot {
  bytes: Buffer;
  /** Number of leads by site. */
  counts: ReadonlyMap<string, number>;
}

/**
 * Returns the leads that a request concerns now. One statement reads them all, so that no lead is
 * missing or double if others change during the export.
 */
export const readSnapshot = async (
  sql: Queryable,
  choice: LeadChoice,
  siteKeys: string[],
): Promise<Snapshot> => {
  const rows = await sql<{siteKey: string; uuids: Uint8Array}[]>`
    select l.site_key as "siteKey",
           string_agg(uuid_send(l.session_uuid), ''::bytea
                      order by l.last_activity_at desc, l.session_uuid desc) as uuids
    ${fromChoice(sql, choice, siteKeys)} group by l.site_key order by l.site_key`;
  return {
    bytes: Buffer.concat(rows.map(({uuids}) => uuids)),
    counts: new Map(rows.map(({siteKey, uuids}) => [siteKey, uuids.length / UUID_BYTES])),
  };
};

/** Yields the UUIDs of a snapshot in pages. */
export function* readPagesOf({bytes}: Snapshot, size: number): Generator<string[]> {
  const step = size * UUID_BYTES;
  for (let start = 0; start < bytes.length; start += step) {
    const page = bytes.subarray(start, start + step);
    yield Array.from({length: page.length / UUID_BYTES}, (_, i) =>
      toUuid(page.toString('hex', i * UUID_BYTES, (i + 1) * UUID_BYTES)),
    );
  }
}

const toUuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  );
