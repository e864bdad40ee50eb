import {brotliCompressSync, gzipSync} from 'node:zlib';

import type {ReleaseBuild} from '../releases/build.js';
import {LOADER} from '../releases/names.js';
import {storeBuild} from '../releases/store.js';
import type {TestServer} from './start-server.js';

/** Returns a build of the widget with one chunk. `text` makes two builds of one version differ. */
export const createBuild = (release: string, chunk: string, text = release): ReleaseBuild => ({
  release,
  files: [LOADER, chunk].map((name) => {
    const bytes = Buffer.from(`/* ${text} */ export const name = '${name}';`.repeat(20));
    return {
      name,
      contentType: 'text/javascript; charset=utf-8',
      bytes,
      gzip: gzipSync(bytes),
      brotli: brotliCompressSync(bytes),
    };
  }),
});

/** Stores the build as a server does at its start. */
export const storeRelease = ({sql}: TestServer, build: ReleaseBuild): Promise<string[]> =>
  storeBuild(sql, build);

/** Returns the text of one file of a build. */
export const getFileText = ({files}: ReleaseBuild, name: string): string =>
  files.find((file) => file.name === name)?.bytes.toString() ?? '';

/** Moves the last use of a release `days` into the past. */
export const backdateLastUse = async (
  {sql}: TestServer,
  release: string,
  days: number,
): Promise<void> => {
  await sql`
    update widget_releases set last_asked_at = now() - ${`${days} days`}::interval
    where release = ${release}`;
};

/** Returns the distinct numbers of days since the files of a release were used. */
export const getUnusedDays = async ({sql}: TestServer, release: string): Promise<number[]> => {
  const rows = await sql<{days: number}[]>`
    select distinct extract(day from now() - last_asked_at)::int as days
    from widget_releases where release = ${release} order by 1`;
  return rows.map(({days}) => days);
};
