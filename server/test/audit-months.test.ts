import postgres from 'postgres';
import t from 'tap';

import {auditMonths} from '../audit/chain/store.js';
import {dropAuditMonth, makeAuditPartitions} from '../audit/partitions.js';
import {BatchedAuditWriter} from '../audit/store.js';
import type {Sql} from '../database/sql.js';
import {openAuditDatabase, getCurrentMonth} from './audit-helpers.js';

const addRow = (sql: Sql | postgres.TransactionSql) =>
  sql`insert into audit_logs (event_type) values ('file_download')`;

t.test('months are created without blocking writers', async (t) => {
  const {sql, url} = await openAuditDatabase(t);
  const writer = postgres(url, {max: 1});
  t.teardown(() => writer.end());
  const next = (await auditMonths(sql)).length;

  await writer.begin(async (tx) => {
    await addRow(tx);
    // A lock that excluded the writer would make this wait for the end of its transaction.
    await sql`select make_audit_partitions(5)`;
    await addRow(sql);
  });

  t.equal((await auditMonths(sql)).length, next + 2);
  await sql`
    insert into audit_logs (timestamp, event_type) values (now() + interval '5 months', 'error')`;
  const indexes = await sql<{table: string; count: number}[]>`
    select tablename as table, count(*)::int as count from pg_indexes
    where tablename ~ '^audit_logs_[0-9]' group by 1`;
  t.same([...new Set(indexes.map(({count}) => count))], [7], 'with all their indexes');
});

t.test('a month is not dropped during a write to its trail, and writers continue', async (t) => {
  const {sql, url} = await openAuditDatabase(t);
  await sql`select make_audit_month('2025-01-01')`;
  const writer = postgres(url, {max: 1});
  t.teardown(() => writer.end());

  await writer.begin(async (tx) => {
    await addRow(tx);
    const dropping = dropAuditMonth(sql, 365, '2025-01');
    const others = addRow(sql);
    t.equal(await dropping, false);
    await others;
  });

  t.ok((await auditMonths(sql)).includes('2025-01'));
  t.equal(await dropAuditMonth(sql, 365, '2025-01'), true);
  t.notOk((await auditMonths(sql)).includes('2025-01'));
  const left = await sql`select from pg_class where relname ~ '2025_01'`;
  t.equal(left.length, 0, 'rows and chain are dropped');
});

t.test('a row creates its missing month', async (t) => {
  const {sql} = await openAuditDatabase(t);
  const leaf = `audit_logs_${getCurrentMonth().replace('-', '_')}`;
  await sql.unsafe(`drop table ${leaf}`);
  await t.rejects(addRow(sql), {message: /no partition/});

  await new BatchedAuditWriter(sql).record({event: 'uuid_generated'});

  t.equal((await sql`select from audit_logs`).length, 1);
  t.equal(await makeAuditPartitions(sql), true);
});
