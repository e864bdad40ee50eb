import {randomUUID} from 'node:crypto';

import postgres from 'postgres';
import type {Test} from 'tap';

import {createMigratedDatabase} from './test-database.js';

export const connect = (t: Test, url: string) => {
  const sql = postgres(url, {max: 2, onnotice: () => undefined});
  t.teardown(() => sql.end());
  return sql;
};

export const openMigratedDatabase = async (t: Test) =>
  connect(t, (await createMigratedDatabase(t)).url);

export const addVisit = async (sql: postgres.Sql): Promise<string> => {
  const uuid = randomUUID();
  await sql`insert into sites (key, name) values ('demo', 'Demo') on conflict do nothing`;
  await sql`
    insert into visits (uuid, site_key, token_hash) values (${uuid}, 'demo', sha256('x'))`;
  return uuid;
};
