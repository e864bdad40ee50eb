import {createWriteStream} from 'node:fs';
import {rename, rm} from 'node:fs/promises';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {ReadableStream} from 'node:stream/web';
import {parseArgs} from 'node:util';

import {recordAudit} from '../audit/store.js';
import type {Command, CommandParts} from '../command/command.js';
import {archiveOf} from './archive.js';
import {findSessions} from './find-sessions.js';

const USAGE = `maria export --uuid UUID | --email ADDRESS [--out FILE]
  Writes all that is stored about a session, files included, into a ZIP.
  --email        all sessions of that address, each in a folder when there are several
  --out          instead of maria-UUID.zip in this folder; a file of this name is replaced`;

const OPTIONS = {
  uuid: {type: 'string'},
  email: {type: 'string'},
  out: {type: 'string'},
} as const;

export const exportCommand: Command = {
  usage: USAGE,
  run: async (parts, args) => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const {backgroundSql: sql, print} = parts;
    const found = await findSessions(sql, values);
    const uuids = found.map(({uuid}) => uuid);
    const file = values.out ?? `maria-${uuids[0] ?? ''}.zip`;
    await recordAudit(
      sql,
      ...found.map(
        ({uuid, siteKey: site}) =>
          ({event: 'data_exported', uuid, site, metadata: {by: 'operator'}}) as const,
      ),
    );
    await writeArchive(parts, uuids, file);
    await print(`${uuids.length === 1 ? '1 session' : `${uuids.length} sessions`} in ${file}`);
  },
};

/** Readable by its owner alone, and under its name only when it is whole. */
const writeArchive = async (
  {backgroundSql: sql, objects}: CommandParts,
  uuids: string[],
  file: string,
): Promise<void> => {
  const partial = `${file}.part`;
  const archive = archiveOf({sql, objects}, uuids, new AbortController().signal);
  try {
    await pipeline(
      Readable.fromWeb(archive as ReadableStream),
      createWriteStream(partial, {mode: 0o600}),
    );
    await rename(partial, file);
  } catch (error) {
    await rm(partial, {force: true});
    throw error;
  }
};
