import {randomUUID} from 'node:crypto';
import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';

import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from './sql.js';

interface RestoreGuardDeps {
  sql: Sql;
  /** Keeps the memory from one start to the next. */
  dataDir: string;
  log: FastifyBaseLogger;
}

/** For the operator: in the log, in a mail, and as the answer of a command. */
export const RESTORED_DATABASE =
  'Cleanup deletes nothing: the database is older than what was seen of it before, or a copy. ' +
  'Was a backup restored? See Restore in examples/deploy/README.md. ' +
  'When nothing there is needed any more: maria cleanup --resume.';

const TASK = 'database';
const FILE = 'known-databases.json';

/** The latest stamp of each database, by its identity. */
type Seen = Record<string, number>;

/**
 * Recognises a database that was set back. Its visits look idle, though some became sessions in the
 * time that is lost: what follows rows would delete their files. Each look leaves a stamp in the
 * database, and remembers it outside. A database with an earlier stamp than the remembered one was
 * set back; one whose stamp was left in another place (cluster, database, table) was restored from
 * a dump, or copied. It is held from then on, for all replicas, until an operator resumes.
 */
export class RestoreGuard {
  private seen: Seen = {};
  private held = false;

  constructor(private readonly deps: RestoreGuardDeps) {}

  /** As of the last look. */
  get isPaused(): boolean {
    return this.held;
  }

  /** Whether nothing may be deleted. */
  check(): Promise<boolean> {
    return this.stamp({accepts: false});
  }

  /** The operator's word that this database is the right one. */
  async resume(): Promise<void> {
    await this.stamp({accepts: true});
  }

  private async stamp({accepts}: {accepts: boolean}): Promise<boolean> {
    await this.recall();
    // A stamp is later than every one before it, whatever the clock does.
    const [row] = await this.deps.sql<Stamped[]>`
      insert into tasks as old (name, progress)
      select ${TASK}, jsonb_build_object(
        'identity', identity,
        'stamp', floor(extract(epoch from clock_timestamp()) * 1e6)::bigint,
        'held', not ${accepts} and ${this.memory}::text::jsonb->identity is not null)
      from (
        select concat_ws('/', system_identifier, d.oid, 'tasks'::regclass::oid) as identity
        from pg_control_system(), pg_database d where d.datname = current_database()) here
      on conflict (name) do update set progress = jsonb_build_object(
        'identity', excluded.progress->'identity',
        'stamp', greatest((excluded.progress->>'stamp')::bigint,
                          (old.progress->>'stamp')::bigint + 1),
        'held', not ${accepts} and (
          (old.progress->>'held')::boolean
          or old.progress->>'identity' <> excluded.progress->>'identity'
          or (old.progress->>'stamp')::bigint < coalesce(
               (${this.memory}::text::jsonb->>(excluded.progress->>'identity'))::bigint, 0)))
      returning progress->>'identity' as identity, (progress->>'stamp')::float8 as stamp,
                (progress->>'held')::boolean as held`;
    if (!row) throw new Error('The database did not answer with its stamp.');
    this.held = row.held;
    this.learn({[row.identity]: row.stamp});
    await this.keep();
    return row.held;
  }

  private get memory(): string {
    return JSON.stringify(this.seen);
  }

  private async recall(): Promise<void> {
    const text = await readFile(this.file, 'utf8').catch(() => '{}');
    this.learn(parsed(text));
  }

  private async keep(): Promise<void> {
    const {dataDir, log} = this.deps;
    try {
      await mkdir(dataDir, {recursive: true});
      const partial = `${this.file}.${randomUUID()}.part`;
      await writeFile(partial, this.memory);
      await rename(partial, this.file);
    } catch (error) {
      log.warn({err: error}, 'what is known of the database is forgotten at the next stop');
    }
  }

  private learn(stamps: Seen): void {
    for (const [identity, stamp] of Object.entries(stamps)) {
      this.seen[identity] = Math.max(stamp, this.seen[identity] ?? 0);
    }
  }

  private get file(): string {
    return path.join(this.deps.dataDir, FILE);
  }
}

interface Stamped {
  identity: string;
  stamp: number;
  held: boolean;
}

const parsed = (text: string): Seen => {
  try {
    return JSON.parse(text) as Seen;
  } catch {
    // Cut off by a full disk, say: the memory begins anew.
    return {};
  }
};
