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

/** Creates an empty database, which is dropped at the test's end. */
export async function createTestDatabase(t: Test): Promise<TestDatabase> {
  return createDatabase(t, 'template1');
}

/** Creates a database with all migrations, as a copy of a template that was migrated once. */
export async function createMigratedDatabase(t: Test): Promise<TestDatabase> {
  template ??= withServer(makeTemplate);
  return createDatabase(t, await template);
}

/** Copies a database, as a backup would. All its connections are closed for that. */
export async function copyDatabase(t: Test, {url}: TestDatabase): Promise<TestDatabase> {
  const from = new URL(url).pathname.slice(1);
  for (let triesLeft = 50; ; triesLeft--) {
    await withServer(
      (sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${from}`,
    );
    try {
      return await createDatabase(t, from);
    } catch (error) {
      // A client has connected again since the connections were closed.
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
  return {url: getUrl(await serverUrl(), name)};
}

/**
 * The name contains a hash of the migrations, so an old template on a lasting server is not used.
 */
async function makeTemplate(sql: postgres.Sql): Promise<string> {
  const name = `migrated_${await hashOfMigrations()}`;
  await sql`select pg_advisory_lock(${TEMPLATE_LOCK})`;
  const [found] = await sql`select datistemplate as done from pg_database where datname = ${name}`;
  if (found?.['done']) return name;
  if (found) await sql`drop database ${sql(name)} with (force)`;
  await sql`create database ${sql(name)}`;
  await migrate(getUrl(await serverUrl(), name));
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

/** Runs `work` on one connection. Its end also releases the connection's locks. */
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

/** Starts a server for a test file that runs without the test runner. */
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

function getUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
