import t from 'tap';

import {chainAuditLog} from '../audit/chain/chain.js';
import {auditCommand} from '../audit/command.js';
import {verifyAuditLog} from '../audit/chain/verify.js';
import type {Sql} from '../database/sql.js';
import {addAuditRows, getChainedRows, openAuditDatabase, getCurrentMonth} from './audit-helpers.js';
import {runCommand, runMaria} from './run-command.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

/** Changes rows like an owner of the database, without the triggers. */
const tamper = async (sql: Sql, statement: string) =>
  sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(statement);
  });

t.test('tampering is found', async (t) => {
  const middle = '(select id from audit_logs order by id offset 50 limit 1)';
  for (const [what, statement, fault] of [
    [
      'a changed event',
      `update audit_logs set event_type = 'x' where id = ${middle}`,
      /row 51 was changed after/,
    ],
    [
      'a changed number deep in metadata',
      `update audit_logs set metadata = jsonb_set(metadata, '{list,1}', '2') where id = ${middle}`,
      /row 51 was changed after/,
    ],
    [
      'a time moved by a microsecond',
      `update audit_logs set timestamp = timestamp - interval '1 microsecond' where id = ${middle}`,
      /row 51 was changed after/,
    ],
    [
      'another visitor',
      `update audit_logs set user_uuid = gen_random_uuid() where id = ${middle}`,
      /row 51 was changed after/,
    ],
    ['a deleted row', `delete from audit_logs where id = ${middle}`, /row 51 is missing/],
    [
      'a row deleted with its entry',
      `with gone as (delete from audit_logs where id = ${middle} returning id)
       delete from audit_chain where audit_id in (select id from gone)`,
      /no entry 51/,
    ],
    [
      'two rows that changed places',
      `update audit_chain set audit_id = -1 where audit_id = 51;
       update audit_chain set audit_id = 51 where audit_id = 52;
       update audit_chain set audit_id = 52 where audit_id = -1`,
      /row 52 was changed after/,
    ],
    [
      'a row put in behind, under a free number',
      `insert into audit_logs (id, timestamp, event_type) overriding system value
       values (-5, now(), 'contact_given')`,
      /row -5 is not in the chain/,
    ],
    [
      'a row put in behind, an hour back',
      `select make_audit_month('2999-01-01');
       insert into audit_logs (timestamp, event_type) values
       ('2999-01-15T12:00:00Z', 'contact_given'), ('2999-01-15T11:00:00Z', 'contact_given')`,
      /older than a row before it/,
    ],
    [
      'a row put into a month that is over',
      `select make_audit_month('2026-01-01');
       insert into audit_logs (timestamp, event_type) values ('2026-01-31T23:59:00Z', 'contact_given')`,
      /has a higher id than rows of the next month/,
    ],
  ] as const) {
    await t.test(what, async (t) => {
      const {sql} = await openAuditDatabase(t);
      await addAuditRows(sql, 100);
      await chainAuditLog(sql);
      for (let i = 0; i < 3; i++) await chainAuditLog(sql);

      await tamper(sql, statement);

      const faults: string[] = [];
      for await (const {fault} of verifyAuditLog(sql)) if (fault !== undefined) faults.push(fault);
      t.equal(faults.length, 1);
      t.match(faults[0], fault);
      await chainAuditLog(sql);
      const after: string[] = [];
      for await (const {fault} of verifyAuditLog(sql)) if (fault !== undefined) after.push(fault);
      t.equal(after.length, 1, 'the next run does not repair it');
    });
  }
});

t.test('the chain itself cannot be changed', async (t) => {
  const {sql} = await openAuditDatabase(t);
  await addAuditRows(sql, 2);
  await chainAuditLog(sql);
  const leaf = `audit_chain_${getCurrentMonth().replace('-', '_')}`;
  for (const table of ['audit_chain', leaf]) {
    for (const statement of [
      `update ${table} set hash = sha256('x')`,
      `delete from ${table}`,
      `truncate ${table}`,
    ]) {
      await t.rejects(sql.unsafe(statement), {message: /append-only/}, statement);
    }
  }
  t.equal((await getChainedRows(sql)).length, 2);
});

t.test('maria audit verify reports the first broken row and fails', async (t) => {
  const server = await startServer(t);
  await Visitor.consenting(server.url);
  await chainAuditLog(server.sql);

  const whole = await runCommand(server, auditCommand, 'verify');
  t.match(whole, new RegExp(`${getCurrentMonth()}: intact, \\d+ rows; last hash [0-9a-f]{64}`));
  t.match(whole, /\d+ rows in \d+ months checked\.$/);
  const one = await runCommand(server, auditCommand, 'verify', '--month', getCurrentMonth());
  t.match(one, /in 1 month checked/);

  await tamper(
    server.sql,
    `update audit_logs set event_type = 'other' where event_type = 'consent_given'`,
  );
  const env = {DATABASE_URL: server.config.databaseUrl ?? '', DATA_DIR: server.dataDir};
  const {code, stdout, stderr} = await runMaria(env, 'audit', 'verify');
  t.equal(code, 1);
  t.match(stdout, /broken; first break: row \d+ was changed after it was chained/);
  t.match(stderr, /Rows of the audit log were changed/);

  await t.rejects(runCommand(server, auditCommand, 'verify', '--month', '2020-01'), {
    message: /no rows of the month 2020-01/,
  });
  for (const month of ['2026', '2026-13', 'x']) {
    await t.rejects(runCommand(server, auditCommand, 'verify', '--month', month), {
      message: /Invalid --month/,
    });
  }
});
