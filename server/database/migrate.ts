import {createHash} from 'node:crypto';
import {readFile, readdir} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';

import {MINUTE_MS} from '../units.js';
import {connectDatabase} from './connect.js';
import type {Queryable, Sql} from './sql.js';
import {requireOwnSession} from './session-settings.js';
import {transaction} from './transaction.js';

// dist/server/database/ -> the project's migrations/
const DIRECTORY = fileURLToPath(new URL('../../../migrations/', import.meta.url));
/** Key of the advisory lock. Any number works, if all servers use it. */
const LOCK = 7_271_935;
const CONNECT_SECONDS = 5;
/** Time for migrating a large table, or for waiting until another server has done so. */
const SILENCE_MS = 30 * MINUTE_MS;
/** Time that a statement waits for a table; `0` has no limit. */
const TABLE_LOCK_WAIT = '2s';

/** Error for a database whose migrations differ from those of this version. */
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
 * Applies all pending migrations. If several servers start at once, one migrates and the others
 * wait. Throws if an applied migration was edited, or if the database is newer than this version.
 */
export const migrate = async (
  url: string,
  {tableLockWait = TABLE_LOCK_WAIT} = {},
): Promise<void> => {
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
    await transaction(sql, async (tx) => {
      // One transaction for all: a failure leaves the schema as it was.
      await tx`select pg_advisory_xact_lock(${LOCK})`;
      // A waiting transaction blocks every later one on the table, so this one gives up soon.
      await tx`select set_config('lock_timeout', ${tableLockWait}, true)`;
      await tx`
        create table if not exists schema_migrations (
          version integer primary key,
          name text not null,
          checksum text not null,
          applied_at timestamptz not null default now()
        )`;
      const applied = await readAppliedMigrations(tx);
      validateAppliedMigrations(applied, migrations);
      for (const migration of getUnapplied(migrations, applied)) {
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

/** Returns the names of the migrations that the next start applies. Throws like `migrate`. */
export const findPendingMigrations = async (sql: Sql): Promise<string[]> => {
  const migrations = await readMigrations();
  const [table] = await sql<{exists: boolean}[]>`
    select to_regclass('schema_migrations') is not null as exists`;
  const applied = table?.exists ? await readAppliedMigrations(sql) : [];
  validateAppliedMigrations(applied, migrations);
  return getUnapplied(migrations, applied).map(({name}) => name);
};

interface Applied {
  version: number;
  name: string;
  checksum: string;
}

const readAppliedMigrations = (sql: Queryable): Promise<Applied[]> =>
  sql<Applied[]>`select version, name, checksum from schema_migrations order by version`;

/** Returns the migrations not yet applied, even those with a lower number than an applied one. */
const getUnapplied = (migrations: Migration[], applied: Applied[]): Migration[] => {
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
  const byVersion = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of applied) {
    const migration = byVersion.get(row.version);
    if (!migration) {
      throw new MigrationRefused(
        `The database has migration ${row.name}, which this version does not contain. Start a newer version.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationRefused(
        `Migration ${migration.name} differs from the one that was applied to the database. Restore the file, and put changes into a new migration.`,
      );
    }
  }
};
