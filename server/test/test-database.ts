import {createHash, randomUUID} from 'node:crypto';
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import {startEmbeddedPostgres} from '../database/embedded/embedded.js';
import {migrate} from '../database/migrate.js';

export interface TestDatabase {
  url: string;
}

const MIGRATIONS = fileURLToPath(new URL('../../../migrations/', import.meta.url));
const TEMPLATE_LOCK = 4_711;

/** An empty database that goes with its test. */
export async function createTestDatabase(t: Test): Promise<TestDatabase> {
  return createDatabase(t, 'template1');
}

/** A database with all migrations, copied from one that was migrated once for all tests. */
export async function createMigratedDatabase(t: Test): Promise<TestDatabase> {
  template ??= withServer(makeTemplate);
  return createDatabase(t, await template);
}

/** What a backup of this moment would bring back. Whoever is connected is cut off for it. */
export async function copyDatabase(t: Test, {url}: TestDatabase): Promise<TestDatabase> {
  const from = new URL(url).pathname.slice(1);
  for (let triesLeft = 50; ; triesLeft--) {
    await withServer(
      (sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${from}`,
    );
    try {
      return await createDatabase(t, from);
    } catch (error) {
      // Somebody has connected again meanwhile.
      if ((error as {code?: string}).code !== '55006' || triesLeft === 0) throw error;
    }
  }
}

let server: Promise<string> | undefined;
let template: Promise<string> | undefined;

async function createDatabase(t: Test, from: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withServer((sql) => sql`create database ${sql(name)} template ${sql(from)}`);
  t.teardown(() => withServer((sql) => sql`drop database ${sql(name)} with (force)`));
  return {url: urlOf(await serverUrl(), name)};
}

/** Named after what it was made from, so that an older one on a lasting server is not mistaken for it. */
async function makeTemplate(sql: postgres.Sql): Promise<string> {
  const name = `migrated_${await hashOfMigrations()}`;
  await sql`select pg_advisory_lock(${TEMPLATE_LOCK})`;
  const [found] = await sql`select datistemplate as done from pg_database where datname = ${name}`;
  if (found?.['done']) return name;
  if (found) await sql`drop database ${sql(name)} with (force)`;
  await sql`create database ${sql(name)}`;
  await migrate(urlOf(await serverUrl(), name));
  await sql`alter database ${sql(name)} is_template true`;
  return name;
}

async function hashOfMigrations(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(MIGRATIONS)).sort()) {
    hash.update(name).update(await readFile(path.join(MIGRATIONS, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** One connection, whose end also releases its locks. */
async function withServer<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(await serverUrl(), {max: 1, onnotice: () => undefined});
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

function serverUrl(): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return Promise.resolve(given);
  server ??= startOwnServer();
  return server;
}

/** For a test file that runs alone. */
async function startOwnServer(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-test-'));
  const dataDir = path.join(folder, 'database');
  const own = await startEmbeddedPostgres({dataDir, fsync: false, log: () => undefined});
  t.teardown(async () => {
    await own.stop();
    await rm(folder, {recursive: true});
  });
  return own.url;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
