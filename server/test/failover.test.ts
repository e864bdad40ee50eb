import t from 'tap';
import type {Test} from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {connectDatabase} from '../database/connect.js';
import type {Queryable} from '../database/sql.js';
import {startEmbeddedPostgres} from '../database/embedded/embedded.js';
import {isDatabaseDown} from '../database/errors.js';
import {READ_ONLY, reportsReadOnly, requireWritable} from '../database/read-only.js';
import {transaction} from '../database/transaction.js';
import {FaultProxy} from './fault-proxy.js';
import {TestRole} from './test-role.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

/** Simulates a primary that has become a standby: it closes connections and refuses writes. */
const makeReadOnly = async (role: TestRole) => {
  await role.set('default_transaction_read_only = on');
  await role.closeConnections();
};

const makeWritable = (role: TestRole) => role.set('default_transaction_read_only = off');

const start = async (t: Test) => {
  const role = await TestRole.withTables(t);
  const server = await startServer(t, {settings: {DATABASE_URL: role.url}});
  return {role, server};
};

const getReadiness = async ({url}: TestServer) => {
  const {status, body} = await request<{checks: {database: string}}>(url, 'GET', '/readyz');
  return {status, database: body.checks.database};
};

t.test('a database that has become read-only', async (t) => {
  const {role, server} = await start(t);
  const visitor = await Visitor.consenting(server.url);
  await until(() => server.live.isListening);

  await makeReadOnly(role);

  await t.test('is reported as unavailable to visitors', async (t) => {
    for (let i = 0; i < 3; i++) {
      const {status, body} = await visitor.consent({ai_training: true});
      t.same([status, body['status'], body['code']], [503, 'unavailable', 'unavailable']);
    }
    const {status, body} = await request<ErrorBody>(
      server.url,
      'POST',
      '/api/session/generate-uuid',
      {json: {}},
    );
    t.same([status, body.code], [503, 'unavailable']);
  });

  await t.test('is named by /readyz', async (t) => {
    t.same(await getReadiness(server), {status: 503, database: 'DATABASE_READ_ONLY'});
  });

  await t.test('keeps no connection, not even the listening one', async () => {
    await until(() => !server.live.isListening);
    await until(async () => (await role.getConnections()).length === 0);
  });

  await t.test('is used again once it accepts writes, without a restart', async (t) => {
    await makeWritable(role);

    await until(async () => (await getReadiness(server)).status === 200);
    t.equal((await visitor.consent({ai_training: true})).status, 200);
    await until(() => server.live.isListening);
    const names = Array.from({length: 20}, (_, i) => `task ${i}`);
    await Promise.all(names.map((name) => server.sql`insert into tasks (name) values (${name})`));
  });

  await t.test('causes no error of the server itself', (t) => {
    t.same(
      server.logLines.filter(({level}) => Number(level) >= 50).map(({msg}) => msg),
      [],
    );
    t.end();
  });
});

t.test('a connection that no longer accepts writes is closed', async (t) => {
  const role = await TestRole.create(t);
  const sql = connectDatabase({url: role.url, max: 1, connectSeconds: 20});
  t.teardown(() => sql.end({timeout: 1}));
  await sql`create table written (word text)`;
  const getPid = async (on: Queryable) => {
    const [row] = await on<{pid: number}[]>`select pg_backend_pid() as pid`;
    return row?.pid ?? 0;
  };
  const becomesClosed = async (pid: number) => {
    await until(async () => !(await role.getConnections()).some((item) => item.pid === pid));
    await until(async () => (await getPid(sql).catch(() => pid)) !== pid);
    await sql`insert into written values ('afterwards')`;
  };

  await t.test('when a write is refused', async (t) => {
    const pid = await getPid(sql);

    const failure = await sql
      .begin(async (tx) => {
        await tx`set transaction read only`;
        await tx`insert into written values ('in vain')`;
      })
      .catch((error: unknown) => error);

    t.ok(isDatabaseDown(failure));
    await becomesClosed(pid);
  });

  await t.test('when the server reports it', async (t) => {
    const pid = await getPid(sql);

    const failure = await sql`set default_transaction_read_only = on`.catch(
      (error: unknown) => error,
    );

    t.ok(isDatabaseDown(failure));
    await becomesClosed(pid);
  });

  await t.test('and a transaction can check whether it accepts writes', async (t) => {
    await requireWritable(sql);
    const readOnly = transaction(sql, async (tx) => {
      await tx`set transaction read only`;
      await requireWritable(tx);
    });
    await t.rejects(readOnly, {code: READ_ONLY});
  });

  await t.test('and no other connection is closed', async (t) => {
    const pid = await getPid(sql);

    await t.rejects(sql`select 1 / 0`);
    await sql.begin('read only', (tx) => tx`select from written`);
    await sql`select ${'default_transaction_read_only'}::text, 'SERROR\0C25006\0'::text`.catch(
      () => undefined,
    );

    t.equal(await getPid(sql), pid);
  });
});

t.test('the host in DATABASE_URL that accepts writes is used', async (t) => {
  const testRole = await TestRole.create(t);
  const folder = await temporaryFolder(t);
  const other = await startEmbeddedPostgres({dataDir: folder, fsync: false, log: () => undefined});
  t.teardown(() => other.stop());
  const two = await testRole.createOn(t, other.url);
  const proxy = await FaultProxy.start(t, testRole.url);
  const hosts = [proxy.replaceHost(testRole.url), two.url].map((url) => new URL(url).host);
  const url = proxy.replaceHost(testRole.url).replace(hosts[0] ?? '', hosts.join(','));
  const sql = connectDatabase({url, max: 3, connectSeconds: 20});
  t.teardown(() => sql.end({timeout: 1}));
  const getPortInUse = async () => {
    const [row] = await sql<{port: string}[]>`select current_setting('port') as port`;
    return row?.port;
  };
  const getPort = ({url: target}: TestRole) => new URL(target).port;
  const uses = (role: TestRole) =>
    until(async () => (await getPortInUse().catch(() => undefined)) === getPort(role));

  await t.test('from the first query', async (t) => {
    await makeReadOnly(testRole);

    const ports = await Promise.all(Array.from({length: 6}, getPortInUse));

    t.same([...new Set(ports)], [getPort(two)]);
  });

  await t.test('when another one takes over', async () => {
    await makeWritable(testRole);
    await makeReadOnly(two);

    await uses(testRole);
  });

  await t.test('when one host is unavailable', async () => {
    await makeWritable(two);
    await proxy.set('refuse');

    await uses(two);
    await proxy.set('pass');
  });

  await t.test('and without such a host the error reports it', async () => {
    await makeReadOnly(testRole);
    await makeReadOnly(two);

    await until(async () => {
      const failure: unknown = await sql`select 1`.catch((error: unknown) => error);
      return (failure as {code?: string}).code === READ_ONLY;
    });
  });
});

t.test('a server’s reports about its read-only state are recognised', (t) => {
  const report = (...fields: string[]) => Buffer.from(`${fields.join('\0')}\0`);

  t.ok(reportsReadOnly(report('in_hot_standby', 'on')));
  t.notOk(reportsReadOnly(report('in_hot_standby', 'off')));
  t.notOk(reportsReadOnly(report('default_transaction_read_only', 'off')));
  t.ok(reportsReadOnly(report('SFEHLER', 'VERROR', 'C25006', 'Mnur Lesen')));
  t.notOk(reportsReadOnly(report('SERROR', 'VERROR', 'C22012', 'MC25006')));
  t.end();
});
