import t from 'tap';

import {auditCommand} from '../audit/command.js';
import {recordAudit} from '../audit/store.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

const FORMULA = '=HYPERLINK("https://evil.example","x")';

/** Replaces the audit log with events of two sites. The oldest event is two days old. */
const getTrail = async (server: TestServer) => {
  const visitor = await Visitor.arrive(server.url);
  await server.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`delete from audit_logs`;
  });
  await server.sql`
    insert into audit_logs (timestamp, event_type, user_uuid, site_key, metadata) values
    (now() - interval '2 days', 'contact_given', ${visitor.uuid}, 'acme', '{"n": 1}'),
    (now() - interval '2 hours', 'contact_given', ${visitor.uuid}, 'demo', '{"n": 2}'),
    (now() - interval '1 hour', 'file_upload', ${visitor.uuid}, 'acme', '{"n": 3, "flags": ["a,b", "\\"c\\""]}'),
    (now() - interval '10 minutes', 'contact_given', null, 'acme', '{"n": 4}')`;
  return visitor;
};

t.test('all filters of maria audit apply together', async (t) => {
  const server = await startServer(t);
  await server.sql`select make_audit_month(date_trunc('month', now() - interval '2 days')::date)`;
  const visitor = await getTrail(server);
  const getNumbers = async (...args: string[]) =>
    (
      JSON.parse(await runCommand(server, auditCommand, ...args, '--format', 'json')) as {
        metadata: {n: number};
      }[]
    ).map(({metadata}) => metadata.n);

  t.same(await getNumbers(), [1, 2, 3, 4]);
  t.same(await getNumbers('--site', 'acme'), [1, 3, 4]);
  t.same(await getNumbers('--type', 'contact_given'), [1, 2, 4]);
  t.same(await getNumbers('--since', '1d'), [2, 3, 4]);
  t.same(await getNumbers('--site', 'acme', '--type', 'contact_given'), [1, 4]);
  t.same(await getNumbers('--site', 'acme', '--type', 'contact_given', '--since', '1d'), [4]);
  t.same(
    await getNumbers('--uuid', visitor.uuid.toUpperCase(), '--site', 'acme', '--since', '3h'),
    [3],
  );
  t.same(await getNumbers('--site', 'none'), []);
  t.same(await getNumbers('--site', "acme' or true --"), []);
});

t.test('CSV is quoted and contains no formula', async (t) => {
  const server = await startServer(t);
  await Visitor.arrive(server.url);
  await recordAudit(
    server.sql,
    {event: 'origin_refused', site: FORMULA, metadata: {origin: 'a,b "c"\nd'}},
    {event: 'origin_refused', site: '+1', metadata: {}},
    {event: 'origin_refused', site: '@x', metadata: {}},
    {event: 'origin_refused', site: '-1', metadata: {}},
    {event: 'origin_refused', site: '\t=1', metadata: {}},
  );

  const args = ['--type', 'origin_refused', '--format'];
  const csv = await runCommand(server, auditCommand, ...args, 'csv');
  const [head, ...rows] = csv.split('\r\n');
  t.equal(head, 'timestamp,event_type,user_uuid,site_key,ip_address,metadata');
  t.match(
    rows[0],
    /,origin_refused,,"'=HYPERLINK\(""https:\/\/evil.example"",""x""\)",,"\{""origin"":""a,b \\""c\\""\\nd""\}"/,
  );
  t.same(
    rows.slice(1, 5).map((row) => row.split(',')[3]),
    ["'+1", "'@x", "'-1", "'\t=1"],
  );
  const json = JSON.parse(await runCommand(server, auditCommand, ...args, 'json')) as object[];
  t.match(json[0], {site_key: FORMULA, ip_address: null, metadata: {origin: 'a,b "c"\nd'}});
  const table = await runCommand(server, auditCommand, ...args, 'table');
  t.match(table, /^timestamp +event_type +user_uuid +site_key +ip_address +metadata\n/);
});
