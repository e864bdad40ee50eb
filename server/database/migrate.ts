import {createHash} from 'node:crypto';
import {readFile, readdir} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';

import {connectDatabase} from './connect.js';
import type {Queryable, Sql} from './sql.js';
import {requireOwnSession} from './session-settings.js';

// dist/server/database/ -> the project's migrations/
const DIRECTORY = fileURLToPath(new URL('../../../migrations/', import.meta.url));
/** Any constant will do; it must only be the same in every server. */
const LOCK = 7_271_935;
const CONNECT_SECONDS = 5;
/** A migration of a large table, or waiting for another server that is at one. */
const SILENCE_MS = 30 * 60_000;
const TABLE_LOCK_WAIT = '2s';

/** The database was made by another version than this one. */
export class MigrationRefused extends Error {
  readonly code = 'MIGRATION_REFUSED';
}

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Brings a database to the newest schema. Safe when several servers start at once: one works, the
 * others wait. Throws when a landed migration was edited or the database is newer than this code.
 */
export const migrate = async (url: string): Promise<void> => {
  const migrations = await readMigrations();
  const sql = connectDatabase({
    url,
    max: 1,
    connectSeconds: CONNECT_SECONDS,
    silenceMs: SILENCE_MS,
    applicationName: 'maria-chat migrate',
  });
  try {
    await requireOwnSession(sql);
    await sql.begin(async (tx) => {
      // One transaction for all: a failure leaves the schema as it was.
      await tx`select pg_advisory_xact_lock(${LOCK})`;
      // Whoever waits for a table makes everybody behind wait: better to give up and try again.
      await tx`select set_config('lock_timeout', ${TABLE_LOCK_WAIT}, true)`;
      await tx`
        create table if not exists schema_migrations (
          version integer primary key,
          name text not null,
          checksum text not null,
          applied_at timestamptz not null default now()
        )`;
      const applied = await appliedMigrations(tx);
      validateAppliedMigrations(applied, migrations);
      for (const migration of missing(migrations, applied)) {
        await tx.unsafe(migration.sql);
        await tx`
          insert into schema_migrations (version, name, checksum)
          values (${migration.version}, ${migration.name}, ${migration.checksum})`;
      }
    });
  } finally {
    await sql.end({timeout: 5});
  }
};

/** Names of the migrations that the next start brings. Throws where `migrate` would. */
export const pendingMigrations = async (sql: Sql): Promise<string[]> => {
  const migrations = await readMigrations();
  const [table] = await sql<{exists: boolean}[]>`
    select to_regclass('schema_migrations') is not null as exists`;
  const applied = table?.exists ? await appliedMigrations(sql) : [];
  validateAppliedMigrations(applied, migrations);
  return missing(migrations, applied).map(({name}) => name);
};

interface Applied {
  version: number;
  name: string;
  checksum: string;
}

const appliedMigrations = (sql: Queryable): Promise<Applied[]> =>
  sql<Applied[]>`select version, name, checksum from schema_migrations order by version`;

/** One that landed later than its number has its turn as well. */
const missing = (migrations: Migration[], applied: Applied[]): Migration[] => {
  const versions = new Set(applied.map(({version}) => version));
  return migrations.filter(({version}) => !versions.has(version));
};

const readMigrations = async (): Promise<Migration[]> => {
  const names = (await readdir(DIRECTORY)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${DIRECTORY}${name}`, 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return {version: Number(name.slice(0, 4)), name, sql, checksum};
    }),
  );
};

const validateAppliedMigrations = (applied: Applied[], migrations: Migration[]): void => {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of applied) {
    const ours = known.get(row.version);
    if (!ours) {
      throw new MigrationRefused(
        `The database has migration ${row.name}, which this version does not know. Start a newer version.`,
      );
    }
    if (ours.checksum !== row.checksum) {
      throw new MigrationRefused(
        `Migration ${ours.name} differs from what the database was made with. Restore the file; put changes into a new one.`,
      );
    }
  }
};
