import {randomUUID} from 'node:crypto';
import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';

import type {FastifyBaseLogger} from 'fastify';

import {one} from './one.js';
import type {Sql} from './sql.js';

interface RestoreGuardDeps {
  sql: Sql;
  /** Folder that stores the last stamps between starts. */
  dataDir: string;
  log: FastifyBaseLogger;
}

/** Message for the operator: in the log, in an e-mail and as the error of a command. */
export const RESTORED_DATABASE =
  'Cleanup is paused: the database is older than at an earlier check, or it is a copy. ' +
  'If a backup was restored, follow the section “Restore” of examples/deploy/OPERATIONS.md. ' +
  'Then run: maria cleanup --resume.';

const TASK = 'database';
const FILE = 'known-databases.json';

/** Last stamp of each database, by the identity of the database. */
type Stamps = Record<string, number>;

/**
 * Detects that the database was restored from an older backup. After a restore, visits that had
 * since become sessions look idle, and cleanup would delete their files.
 *
 * Each check writes a stamp to the database and saves it in the data folder. If the database has an
 * earlier stamp than the data folder, a backup was restored. If its stamp comes from another place
 * (cluster, database, table), it was restored from a dump, or copied. Cleanup is then paused on all
 * servers until an operator resumes it.
 */
export class RestoreGuard {
  private lastStamps: Stamps = {};
  private paused = false;

  constructor(private readonly deps: RestoreGuardDeps) {}

  /** Whether the last check has paused cleanup. */
  get isPaused(): boolean {
    return this.paused;
  }

  /** Checks the database. Returns true if nothing may be deleted. */
  check(): Promise<boolean> {
    return this.stamp({isConfirmed: false});
  }

  /** Ends the pause after the operator has confirmed that this database is the right one. */
  async resume(): Promise<void> {
    await this.stamp({isConfirmed: true});
  }

  private async stamp({isConfirmed}: {isConfirmed: boolean}): Promise<boolean> {
    await this.loadStamps();
    // A stamp is later than all earlier stamps, even if the clock was set back.
    const rows = await this.deps.sql<StampRow[]>`
      insert into tasks as old (name, progress)
      select ${TASK}, jsonb_build_object(
        'identity', identity,
        'stamp', floor(extract(epoch from clock_timestamp()) * 1e6)::bigint,
        'held', not ${isConfirmed} and ${this.stampsJson}::text::jsonb->identity is not null)
      from (
        select concat_ws('/', system_identifier, d.oid, 'tasks'::regclass::oid) as identity
        from pg_control_system(), pg_database d where d.datname = current_database()) here
      on conflict (name) do update set progress = jsonb_build_object(
        'identity', excluded.progress->'identity',
        'stamp', greatest((excluded.progress->>'stamp')::bigint,
                          (old.progress->>'stamp')::bigint + 1),
        'held', not ${isConfirmed} and (
          (old.progress->>'held')::boolean
          or old.progress->>'identity' <> excluded.progress->>'identity'
          or (old.progress->>'stamp')::bigint < coalesce(
               (${this.stampsJson}::text::jsonb->>(excluded.progress->>'identity'))::bigint, 0)))
      returning progress->>'identity' as identity, (progress->>'stamp')::float8 as stamp,
                (progress->>'held')::boolean as held`;
    const {identity, stamp, held} = one(rows);
    this.paused = held;
    this.mergeStamps({[identity]: stamp});
    await this.saveStamps();
    return held;
  }

  private get stampsJson(): string {
    return JSON.stringify(this.lastStamps);
  }

  private async loadStamps(): Promise<void> {
    const text = await readFile(this.file, 'utf8').catch(() => '{}');
    this.mergeStamps(parseStamps(text));
  }

  private async saveStamps(): Promise<void> {
    const {dataDir, log} = this.deps;
    try {
      await mkdir(dataDir, {recursive: true});
      const partial = `${this.file}.${randomUUID()}.part`;
      await writeFile(partial, this.stampsJson);
      await rename(partial, this.file);
    } catch (error) {
      log.warn(
        {err: error},
        'cannot save the database stamps; check DATA_DIR, or a restored backup can stay undetected',
      );
    }
  }

  private mergeStamps(stamps: Stamps): void {
    for (const [identity, stamp] of Object.entries(stamps)) {
      this.lastStamps[identity] = Math.max(stamp, this.lastStamps[identity] ?? 0);
    }
  }

  private get file(): string {
    return path.join(this.deps.dataDir, FILE);
  }
}

interface StampRow {
  identity: string;
  stamp: number;
  held: boolean;
}

const parseStamps = (text: string): Stamps => {
  try {
    return JSON.parse(text) as Stamps;
  } catch {
    // The file is incomplete, for example because the disk was full. Start without stamps.
    return {};
  }
};
