import postgres from 'postgres';
import t from 'tap';

import {connectDatabase, countConnections} from '../database/connect.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {createMigratedDatabase} from './test-database.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const getMetrics = async (url: string): Promise<string> => {
  const {status, body} = await request<{text: string}>(url, 'GET', '/metrics');
  if (status !== 200) throw new Error(`/metrics responded with ${status}.`);
  return body.text;
};

const getValue = (metrics: string, line: string): number =>
  Number(
    metrics
      .split('\n')
      .find((one) => one.startsWith(`${line} `))
      ?.split(' ')[1],
  );

/** Metrics that are zero when nothing is in progress. */
const AT_REST = [
  'maria_uploads_running',
  'maria_jobs{state="queued"}',
  'maria_database_connections{pool="requests",state="busy"}',
  ...['audit', 'claims', 'rate_limits', 'watched'].map(
    (queue) => `maria_waiting_writes{queue="${queue}"}`,
  ),
];

t.test('pages cannot read the metrics', async (t) => {
  const server = await startServer(t);
  const {headers} = await fetch(`${server.url}/metrics`, {headers: {origin: 'https://a.example'}});
  t.equal(headers.get('access-control-allow-origin'), null);
});

t.test('the metrics count a visit', async (t) => {
  const server = await startServer(t, {settings: {CLEANUP_INTERVAL_MINUTES: '0.005'}});
  const visitor = await Visitor.consenting(server.url);
  const bytes = makePdf(70_000);
  await visitor.upload(bytes);
  await visitor.upload(Buffer.from('no PDF'));
  await visitor.contact('anna@example.com');
  await server.mailbox.waitFor('anna@example.com');
  server.cleanup.start();
  let metrics = '';
  await until(async () => {
    metrics = await getMetrics(server.url);
    return (
      getValue(metrics, CLEANUPS) >= 1 && AT_REST.every((name) => getValue(metrics, name) === 0)
    );
  });

  t.equal(getValue(metrics, 'maria_uploads_total{outcome="stored"}'), 1);
  t.equal(getValue(metrics, 'maria_uploads_total{outcome="not_a_pdf"}'), 1);
  t.equal(getValue(metrics, 'maria_upload_bytes_sum'), bytes.length);
  t.equal(getValue(metrics, 'maria_errors_total{code="not_a_pdf"}'), 1);
  t.equal(getValue(metrics, 'maria_jobs{state="dead"}'), 0);
  t.ok(getValue(metrics, 'maria_audit_events_total{event="file_upload"}') >= 1);
  t.ok(getValue(metrics, 'maria_database_connections{pool="requests",state="open"}') >= 1);
  t.ok(getValue(metrics, 'maria_database_connections{pool="background",state="open"}') >= 1);
  t.ok(getValue(metrics, 'maria_cleanup_last_success_seconds{part="reaper"}') > 0);
  const contact = '{route="/api/session/contact",method="PUT",status="202"}';
  t.equal(getValue(metrics, `maria_http_requests_total${contact}`), 1);
  for (const secret of [visitor.uuid, visitor.token, 'anna', '127.0.0.1', '::1']) {
    t.notOk(metrics.includes(secret), `no ${secret} among the metrics`);
  }
});

t.test('frequent reads of the metrics cost one database query', async (t) => {
  const server = await startServer(t);
  const statements: string[] = [];
  const backgroundSql = postgres(server.config.databaseUrl ?? '', {
    debug: (_connection, statement) => statements.push(statement),
  });
  t.teardown(() => backgroundSql.end());
  const watched = await startServer(t, {beside: server, deps: {backgroundSql}});

  for (let i = 0; i < 5; i++) {
    await Promise.all([1, 2, 3].map(() => getMetrics(watched.url)));
  }

  const looks = statements.filter((statement) => /from jobs\b[^]*\bunion all\b/.test(statement));
  t.equal(looks.length, 1);
});

t.test('audit rows of another app in this process are not counted', async (t) => {
  const server = await startServer(t);
  const other = await startServer(t);
  await (await Visitor.consenting(server.url)).upload(makePdf(1_000));

  const line = 'maria_audit_events_total{event="file_upload"}';
  t.equal(getValue(await getMetrics(server.url), line), 1);
  t.same(getValue(await getMetrics(other.url), line), NaN);
});

t.test('a database that does not respond delays no other metric', async (t) => {
  const server = await startServer(t);
  const locking = postgres(server.config.databaseUrl ?? '', {max: 1});
  t.teardown(() => locking.end());

  const metrics = await locking.begin(async (tx) => {
    await tx`lock table jobs in access exclusive mode`;
    await getMetrics(server.url);
    const answer = await getMetrics(server.url);
    const waiting = await tx`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    t.equal(waiting.length, 1, 'its query has not timed out yet');
    return answer;
  });

  t.same(getValue(metrics, 'maria_jobs{state="queued"}'), NaN, 'which is not zero');
  t.ok(getValue(metrics, 'maria_database_connections{pool="background",state="busy"}') >= 1);
});

t.test('a pool’s connections are counted while they are open', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url, max: 3, connectSeconds: 20});
  const other = postgres(url, {max: 1});
  t.teardown(() => Promise.all([sql.end(), other.end()]));
  t.same(countConnections(sql), {open: 0, busy: 0});

  const working = Promise.all([1, 2, 3].map(() => sql`select pg_sleep(1)`));
  await until(async () => countConnections(sql).busy === 3);
  await working;
  t.same(countConnections(sql), {open: 3, busy: 0});

  await other`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'maria-chat' and datname = current_database()`;
  await until(async () => countConnections(sql).open === 0);
});

const CLEANUPS = 'maria_cleanup_total{part="reaper",what="runs"}';
