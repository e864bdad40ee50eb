import {randomUUID} from 'node:crypto';

import postgres from 'postgres';

import {makeAuditPartitions} from '../audit/partitions.js';
import {migrate} from '../database/migrate.js';
import {DEMO_SITE, ensureDemoSites} from '../sites/demo-sites.js';

const serverUrl = (): string => {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url) throw new Error('There is no PostgreSQL. Run `npm run bench`, which starts one.');
  return url;
};

/** Creates a migrated database with the demo site on the run's server. */
export const createDatabase = async (): Promise<string> => {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(serverUrl());
  await withConnection(url.href, (sql) => sql`create database ${sql(name)}`);
  url.pathname = `/${name}`;
  await migrate(url.href);
  await withConnection(url.href, async (sql) => {
    await makeAuditPartitions(sql);
    await ensureDemoSites(sql, 'http://localhost');
  });
  return url.href;
};

/** Connects without time limits, because filling a table takes minutes. */
const withConnection = async <T>(
  url: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> => {
  const sql = postgres(url, {max: 1, onnotice: () => undefined});
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
};

const databasesByCount = new Map<number, Promise<string>>();

/** Returns a database with `count` ended visits, as after years of use. All benches share it. */
export const getDatabaseWithVisits = (count: number): Promise<string> => {
  const made = databasesByCount.get(count) ?? createDatabaseWithVisits(count);
  databasesByCount.set(count, made);
  return made;
};

const createDatabaseWithVisits = async (count: number): Promise<string> => {
  const url = await createDatabase();
  process.stderr.write(`Creating ${count} visits ...\n`);
  await withConnection(url, async (sql) => {
    await sql`set work_mem = '256MB'`;
    // The site exists. A check of the foreign key for each row would take most of the time.
    await sql`set session_replication_role = replica`;
    // Inserted in the order of the index, because otherwise its pages would be written repeatedly.
    await sql`
      insert into visits (uuid, site_key, token_hash, state)
      select uuid, ${DEMO_SITE}, sha256(uuid_send(uuid)), 'gone'
      from (select gen_random_uuid() as uuid from generate_series(1, ${count}::int)) as made
      order by uuid`;
    await sql`vacuum analyze visits`;
    await sql`checkpoint`;
  });
  return url;
};
