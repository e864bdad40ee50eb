import {open, rename, rm} from 'node:fs/promises';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {ReadableStream} from 'node:stream/web';
import {parseArgs} from 'node:util';

import {recordAudit} from '../audit/store.js';
import {CommandFailed} from '../command/command.js';
import type {Command, CommandDeps} from '../command/command.js';
import {formatCount} from '../text/count.js';
import {createArchive} from './archive.js';
import {findSessions} from './find-sessions.js';
import type {FoundSession} from './find-sessions.js';

const USAGE = `maria export --uuid UUID | --email E-MAIL [--out FILE]
  Write everything that is stored about a session, with its files, into a ZIP file.
  --uuid         Export the session with this whole UUID
  --email        Export all sessions of this e-mail address (several: a folder for each)
  --out          Write to this file, and replace it (default: maria-UUID.zip in the current folder)
  Example: maria export --email anna@example.com --out anna.zip`;

const OPTIONS = {
  uuid: {type: 'string'},
  email: {type: 'string'},
  out: {type: 'string'},
} as const;

export const exportCommand: Command = {
  usage: USAGE,
  run: async (deps, args) => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const found = await findSessions(deps.backgroundSql, values);
    const file = values.out ?? `maria-${found[0]?.uuid ?? ''}.zip`;
    await writeArchive(deps, found, file);
    await deps.print(`${formatCount(found.length, 'session')} in ${file}`);
  },
};

/**
 * Writes a file that only its owner can read. It gets its name after it is complete and the export
 * is in the audit log, so that a failed export leaves no file.
 */
const writeArchive = async (
  {backgroundSql: sql, objects}: CommandDeps,
  found: FoundSession[],
  file: string,
): Promise<void> => {
  const partial = `${file}.part`;
  const uuids = found.map(({uuid}) => uuid);
  const opened = await open(partial, 'w', 0o600).catch((error: unknown) => {
    throw new CommandFailed(
      `Cannot write ${file}: ${(error as Error).message}. Pass another file with --out.`,
    );
  });
  try {
    const archive = createArchive(
      {sql, objects},
      {uuids, hasFolders: uuids.length > 1},
      new AbortController().signal,
    );
    await pipeline(Readable.fromWeb(archive as ReadableStream), opened.createWriteStream());
    await recordAudit(
      sql,
      ...found.map(
        ({uuid, siteKey: site}) =>
          ({event: 'data_exported', uuid, site, metadata: {by: 'operator'}}) as const,
      ),
    );
    await rename(partial, file);
  } catch (error) {
    await rm(partial, {force: true});
    throw error;
  }
};
