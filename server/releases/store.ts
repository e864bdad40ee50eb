import {createHash} from 'node:crypto';

import {recordAudit} from '../audit/store.js';
import type {Queryable, Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import type {ReleaseBuild, ReleaseFile} from './build.js';

/** A file to look up. Without a release, the name alone identifies its contents. */
export interface WantedFile {
  release: string | null;
  name: string;
}

export interface StoredReleaseFile extends Omit<ReleaseFile, 'contentType'> {
  release: string;
  /** True if the use of this file was recorded today. */
  isUseRecorded: boolean;
}

/**
 * Stores the files of a build that its release does not have yet, and notes that the release is in
 * use. Returns the names of files that are stored with other contents, which are not replaced.
 */
export const storeBuild = (sql: Sql, {release, files}: ReleaseBuild): Promise<string[]> =>
  transaction(sql, async (tx) => {
    const names = files.map(({name}) => name);
    // Before the look-up, because expiry deletes no file that was noted today.
    await recordUse(tx, release, names);
    const before = await findDigests(tx, release);
    for (const file of files) if (!before.has(file.name)) await insertFile(tx, release, file);
    const after = await findDigests(tx, release);
    return files.filter(({name, bytes}) => after.get(name) !== sha256(bytes)).map(({name}) => name);
  });

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const findDigests = async (tx: Queryable, release: string): Promise<Map<string, string>> => {
  const rows = await tx<{name: string; digest: string}[]>`
    select name, encode(sha256(bytes), 'hex') as digest
    from widget_releases where release = ${release}`;
  return new Map(rows.map(({name, digest}) => [name, digest]));
};

const insertFile = async (
  tx: Queryable,
  release: string,
  {name, contentType, bytes, gzip, brotli}: ReleaseFile,
): Promise<void> => {
  await tx`
    insert into widget_releases (release, name, content_type, bytes, gzip, brotli)
    values (${release}, ${name}, ${contentType}, ${bytes}, ${gzip}, ${brotli})
    on conflict (name, release) do nothing`;
};

/**
 * Notes that a release, or these files of it, are used today. Changes nothing after the first call
 * of a day. The order of the locks keeps two servers from blocking each other.
 */
export const recordUse = async (
  sql: Queryable,
  release: string,
  names?: string[],
): Promise<void> => {
  await sql`
    update widget_releases set last_asked_at = now()
    where (name, release) in (
      select name, release from widget_releases
      where release = ${release} and last_asked_at < date_trunc('day', now())
        and (${!names} or name = any(${names ?? []}::text[]))
      order by name for update)`;
};

/** Looks up many files in one statement, in the order of `wanted`; undefined for a missing file. */
export const findFiles = async (
  sql: Sql,
  wanted: WantedFile[],
): Promise<(StoredReleaseFile | undefined)[]> => {
  const names = wanted.map(({name}) => name);
  const releases = wanted.map(({release}) => release);
  const rows = await sql<(StoredReleaseFile & {place: number})[]>`
    select given.place::int, found.release, found.name, found.bytes, found.gzip, found.brotli,
           found.last_asked_at >= date_trunc('day', now()) as "isUseRecorded"
    from unnest(${names}::text[], ${releases}::text[]) with ordinality
      as given (name, release, place)
    cross join lateral (
      select * from widget_releases
      where name = given.name and (given.release is null or release = given.release)
      order by stored_at limit 1) found`;
  const byPlace = new Map(rows.map((row) => [row.place, row]));
  return wanted.map((_file, index) => byPlace.get(index + 1));
};

/** Deletes a batch of files that were not used for `days`, and returns their number. */
export const expireReleases = (sql: Sql, days: number, limit: number): Promise<number> =>
  transaction(sql, async (tx) => {
    const rows = await tx<{release: string}[]>`
      delete from widget_releases where (name, release) in (
        select name, release from widget_releases
        where last_asked_at < now() - ${`${days} days`}::interval
        limit ${limit} for update skip locked)
      returning release`;
    if (rows.length > 0) {
      const releases = [...new Set(rows.map(({release}) => release))].sort();
      const metadata = {part: 'releases', releases, removed: rows.length};
      await recordAudit(tx, {event: 'orphan_cleanup', metadata});
    }
    return rows.length;
  });
