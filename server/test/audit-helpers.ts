import type postgres from 'postgres';
import type {Test} from 'tap';

import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/sql.js';
import {createMigratedDatabase} from './test-database.js';

export const openAuditDatabase = async (t: Test): Promise<{sql: Sql; url: string}> => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url, max: 8, silenceMs: 30_000, connectSeconds: 20});
  t.teardown(() => sql.end());
  return {sql, url};
};

export const getCurrentMonth = () => new Date().toISOString().slice(0, 7);

export const addAuditRows = (
  sql: Sql | postgres.TransactionSql,
  count: number,
  event = 'file_download',
) => sql`
  insert into audit_logs (event_type, user_uuid, site_key, ip_address, metadata)
  select ${event}, gen_random_uuid(), 'demo', '203.0.113.7',
         jsonb_build_object('n', n, 'ключ', 'ü "x"', '10', true, 'a', null, 'list', '["b", 1.50]'::jsonb)
  from generate_series(1, ${count}::int) n`;

export const getChainedRows = async (sql: Sql) =>
  (
    await sql<{seq: string; id: string}[]>`
      select seq, audit_id as id from audit_chain order by month, seq`
  ).map(({seq, id}) => [Number(seq), Number(id)]);
