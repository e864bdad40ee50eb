import {readFile, readdir, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';

import {pino} from 'pino';
import t from 'tap';
import type {Test} from 'tap';

import {auditCommand} from '../audit/command.js';
import {archiveLease, archiveMonth, dropOldMonths} from '../audit/archive.js';
import type {AuditMaintenanceDeps} from '../audit/archive.js';
import {chainAuditLog} from '../audit/chain/chain.js';
import {auditMonths} from '../audit/chain/store.js';
import {maintainAudit} from '../audit/maintenance.js';
import {verifyArchive} from '../audit/chain/verify.js';
import {cleanupCommand} from '../cleanup/command.js';
import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/sql.js';
import {runCommand} from './run-command.js';
import {startServer, temporaryFolder} from './start-server.js';
import {createMigratedDatabase} from './test-database.js';

const OLD = '2025-06';

const open = async (t: Test) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url, max: 5, silenceMs: 30_000, connectSeconds: 20});
  t.teardown(() => sql.end());
  const archiveDir = path.join(await temporaryFolder(t), 'archive');
  const audit = {retentionDays: 365, ipDays: 30, ipMode: 'full' as const, archiveDir};
  const parts = {sql, config: {audit}, log: pino({level: 'silent'})};
  return {sql, archiveDir, parts, keep: () => maintainAudit(parts, {drops: true})};
};

/** Creates a past month and its rows. Call it before younger rows are added, as in real use. */
const addOldMonth = async (sql: Sql, count: number, month = OLD) => {
  await sql`select make_audit_month(${`${month}-01`}::date)`;
  await sql`
    insert into audit_logs (timestamp, event_type, user_uuid, site_key, ip_address, metadata)
    select ${`${month}-10T00:00:00Z`}::timestamptz + n * interval '1 second', 'file_upload',
           gen_random_uuid(), 'demo', '203.0.113.9', jsonb_build_object('size', n, 'flags', '["ü"]'::jsonb)
    from generate_series(1, ${count}::int) n`;
};

const getLines = async (file: string) =>
  gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const archiveAgain = (sql: Sql) =>
  sql`update tasks set next_run_at = now(), leased_until = null where name = 'audit_archive'`;

t.test('a month beyond its retention is archived whole, then dropped', async (t) => {
  const {sql, archiveDir, keep} = await open(t);
  await addOldMonth(sql, 2_345);
  const stored = await sql<{id: string; size: number}[]>`
    select id, (metadata->>'size')::int as size from audit_logs where timestamp < '2025-07-01' order by id`;

  await keep();

  t.same(await readdir(archiveDir), ['audit-2025-06.jsonl.gz']);
  const lines = await getLines(path.join(archiveDir, 'audit-2025-06.jsonl.gz'));
  t.same(
    lines.map(({id, metadata}) => ({id, size: (metadata as {size: number}).size})),
    stored,
  );
  t.match(lines[0], {
    seq: 1,
    hash: /^[0-9a-f]{64}$/,
    timestamp: '2025-06-10T00:00:01.000000Z',
    event_type: 'file_upload',
    site_key: 'demo',
    metadata: {flags: ['ü']},
  });
  t.notMatch(JSON.stringify(lines), /203\.0\.113/, 'the archive contains no IP address');
  t.notOk((await auditMonths(sql)).includes(OLD));
  const [recorded] = await sql<{metadata: Record<string, unknown>}[]>`
    select metadata from audit_logs where event_type = 'orphan_cleanup'`;
  t.match(recorded?.metadata, {month: OLD, rows: 2_345, head: lines.at(-1)?.['hash']});
});

t.test('a month within its retention stays', async (t) => {
  const {sql, archiveDir, keep} = await open(t);
  const [last] = await sql<{month: string}[]>`
    select to_char(now() - interval '11 months', 'YYYY-MM') as month`;
  await addOldMonth(sql, 3, last?.month);
  await keep();
  t.ok((await auditMonths(sql)).includes(last?.month ?? ''));
  t.equal((await readdir(archiveDir).catch(() => [])).length, 0);
});

t.test('a folder without write access stops the drop and is reported', async (t) => {
  const {sql, archiveDir, keep} = await open(t);
  await addOldMonth(sql, 10);
  // Not even root can write into a folder whose path is a file.
  await writeFile(archiveDir, '');

  await keep();

  t.equal((await sql`select from audit_logs where timestamp < '2025-07-01'`).length, 10);
  t.match(await sql`select code, message from alerts`, [
    {
      code: 'audit_archive_failed',
      message: /AUDIT_ARCHIVE_DIR.*(EEXIST|ENOTDIR).*Nothing was deleted/,
    },
  ]);
});

/** Archives a month without dropping it, like a process that is killed in between. */
const archiveOnly = async (deps: AuditMaintenanceDeps, archiveDir: string): Promise<string> => {
  await addOldMonth(deps.sql, 50);
  await chainAuditLog(deps.sql);
  const lease = archiveLease(deps.sql);
  await lease.acquire();
  return (await archiveMonth({...deps, lease}, archiveDir, OLD)).file;
};

t.test('after a kill between archive and drop, the next run uses that file', async (t) => {
  const {sql, archiveDir, parts, keep} = await open(t);
  const file = await archiveOnly(parts, archiveDir);
  const before = await readFile(file);
  await archiveAgain(sql);

  await keep();

  t.same(await readdir(archiveDir), ['audit-2025-06.jsonl.gz']);
  t.same(await readFile(file), before);
  t.notOk((await auditMonths(sql)).includes(OLD));
});

t.test('after a kill during the archive, the next run writes another file', async (t) => {
  const {sql, archiveDir, parts, keep} = await open(t);
  const file = await archiveOnly(parts, archiveDir);
  await writeFile(`${file}.part`, 'half of it');
  await truncate(file, 200);
  await archiveAgain(sql);

  await keep();

  t.same((await readdir(archiveDir)).sort(), [
    'audit-2025-06-2.jsonl.gz',
    'audit-2025-06.jsonl.gz',
    'audit-2025-06.jsonl.gz.part',
  ]);
  t.equal((await getLines(path.join(archiveDir, 'audit-2025-06-2.jsonl.gz'))).length, 50);
  t.notOk((await auditMonths(sql)).includes(OLD));
});

t.test('an archive is never overwritten', async (t) => {
  const {sql, archiveDir, keep} = await open(t);
  await addOldMonth(sql, 5);
  await keep();
  const file = path.join(archiveDir, 'audit-2025-06.jsonl.gz');
  const before = await readFile(file);
  await addOldMonth(sql, 2);
  await archiveAgain(sql);

  await keep();

  t.same(await readFile(file), before);
  t.equal((await getLines(path.join(archiveDir, 'audit-2025-06-2.jsonl.gz'))).length, 2);
});

t.test('two replicas archive a month once', async (t) => {
  const {sql, archiveDir, parts} = await open(t);
  await addOldMonth(sql, 3_000);
  await chainAuditLog(sql);

  await Promise.all([dropOldMonths(parts), dropOldMonths(parts), dropOldMonths(parts)]);

  t.same(await readdir(archiveDir), ['audit-2025-06.jsonl.gz']);
  t.equal((await getLines(path.join(archiveDir, 'audit-2025-06.jsonl.gz'))).length, 3_000);
  const runs = await sql`select from audit_logs where event_type = 'orphan_cleanup'`;
  t.equal(runs.length, 1);
});

t.test(
  'a process that outlives its lease neither continues nor ends its successor’s lease',
  async (t) => {
    const {sql} = await open(t);
    const slept = archiveLease(sql);
    const successor = archiveLease(sql);
    t.ok(await slept.acquire());
    t.notOk(await successor.acquire());
    await sql`update tasks set leased_until = now() - interval '1 second'`;
    t.ok(await successor.acquire());

    t.notOk(await slept.renew());
    await slept.finish();

    t.notOk(await archiveLease(sql).acquire(), 'the successor still has the lease');
    t.ok(await successor.renew());
  },
);

t.test('an archive is verified without the database', async (t) => {
  const {sql, archiveDir, keep} = await open(t);
  await addOldMonth(sql, 20);
  await chainAuditLog(sql);
  await keep();
  const file = path.join(archiveDir, 'audit-2025-06.jsonl.gz');
  t.match(await verifyArchive(file), {month: OLD, rows: 20, unchained: 0, fault: undefined});

  const text = gunzipSync(await readFile(file)).toString();
  for (const [what, changed] of [
    ['changed', text.replace('"size":7,', '"size":8,').replace('"size":7}', '"size":8}')],
    ['taken out', text.replace(/^.*"seq":7,.*\n/m, '')],
    ['with another hash', text.replace(/("seq":7,"hash":")../, '$1zz')],
  ] as const) {
    t.not(changed, text, what);
    const bad = path.join(archiveDir, `audit-2025-06-${what.length}0.jsonl.gz`);
    await writeFile(bad, gzipSync(changed));
    t.match((await verifyArchive(bad)).fault, /\d/, what);
  }
  const cut = path.join(archiveDir, 'cut.jsonl.gz');
  await writeFile(cut, (await readFile(file)).subarray(0, 300));
  await t.rejects(verifyArchive(cut));
  await t.rejects(verifyArchive(path.join(archiveDir, 'none.jsonl.gz')), {code: 'ENOENT'});
});

t.test('a month that was tampered with is archived unchanged and reported', async (t) => {
  const {sql, archiveDir, keep} = await open(t);
  await addOldMonth(sql, 20);
  await chainAuditLog(sql);
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`delete from audit_logs where metadata->>'size' = '7'`;
  });

  await keep();

  t.match(await sql`select message from alerts where code = 'audit_chain_broken'`, [
    {message: /2025-06 is broken: row \d+ is missing/},
  ]);
  const {fault} = await verifyArchive(path.join(archiveDir, 'audit-2025-06.jsonl.gz'));
  t.match(fault, /is missing/);
});

t.test('cleanup writes an archive, and audit verify --file reads it', async (t) => {
  const archiveDir = path.join(await temporaryFolder(t), 'archive');
  const server = await startServer(t, {settings: {AUDIT_ARCHIVE_DIR: archiveDir}});
  await addOldMonth(server.sql, 12);

  await runCommand(server, cleanupCommand);

  const file = path.join(archiveDir, 'audit-2025-06.jsonl.gz');
  t.match(
    await runCommand(server, auditCommand, 'verify', '--file', file),
    /^2025-06: intact, 12 rows; last hash [0-9a-f]{64}\n12 rows in 1 month checked\.$/,
  );
  await t.rejects(runCommand(server, auditCommand, 'verify', '--file', `${file}x`), {
    message: /is not a readable archive/,
  });
  await t.rejects(runCommand(server, auditCommand, 'verify', '--file', file, '--month', OLD), {
    message: /together/,
  });
});

t.test('without an archive folder the month is dropped', async (t) => {
  const {sql, parts} = await open(t);
  await addOldMonth(sql, 5);
  const config = {audit: {...parts.config.audit, archiveDir: undefined}};
  await maintainAudit({...parts, config}, {drops: false});
  t.ok((await auditMonths(sql)).includes(OLD), 'the month stays while cleanup is off');
  await maintainAudit({...parts, config}, {drops: true});
  t.notOk((await auditMonths(sql)).includes(OLD));
});
