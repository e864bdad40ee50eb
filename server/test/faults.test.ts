import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import {connectDatabase} from '../database/connect.js';
import {isDatabaseDown} from '../database/errors.js';
import {
  failUnderLoad,
  isInTime,
  countMails,
  waitForEmptyQueue,
  assertNothingLost,
} from './fail-under-load.js';
import {FaultProxy} from './fault-proxy.js';
import type {Fault} from './fault-proxy.js';
import {LoadVisitor} from './load.js';
import {startMailbox} from './mailbox.js';
import type {Mailbox} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startProcess} from './server-process.js';
import {startServer} from './start-server.js';
import {bucketsMissing, createTestBucket} from './test-bucket.js';
import {createMigratedDatabase} from './test-database.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const FAULTS = ['refuse', 'freeze', 'cut'] as const;

interface Parts {
  database: FaultProxy;
  /** Undefined if no bucket is available. The store is then a folder. */
  storage: FaultProxy | undefined;
  mail: FaultProxy;
  settings: Record<string, string>;
  mailbox: Mailbox;
  /** Connection pool that bypasses the proxy. */
  sql: postgres.Sql;
}

/** Creates a proxy before each dependency of a server. */
const partsBehindProxies = async (t: Test): Promise<Parts> => {
  const {url} = await createMigratedDatabase(t);
  const sql = postgres(url, {max: 2, onnotice: () => undefined});
  t.teardown(() => sql.end());
  const database = await FaultProxy.start(t, url);
  const mailbox = await startMailbox(t);
  const mail = await FaultProxy.start(t, mailbox.url);
  const bucket = bucketsMissing ? undefined : await createTestBucket(t);
  const storage = bucket && (await FaultProxy.start(t, bucket.endpoint));
  const settings = {
    TRUST_PROXY: '127.0.0.1,::1',
    DATABASE_URL: database.replaceHost(url),
    SMTP_URL: mail.replaceHost(mailbox.url),
    ...(bucket && {
      S3_BUCKET: bucket.bucket,
      S3_ENDPOINT: storage?.replaceHost(bucket.endpoint) ?? '',
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
    }),
  };
  return {database, storage, mail, settings, mailbox, sql};
};

const startBehindProxies = async (t: Test) => {
  const parts = await partsBehindProxies(t);
  const {settings} = parts;
  const smtpUrl = settings['SMTP_URL'] ?? '';
  return {...parts, server: await startServer(t, {settings, deps: {smtpUrl}})};
};

t.test('a dependency that fails and recovers', async (t) => {
  const {server, ...parts} = await startBehindProxies(t);
  const reaper = new Reaper({...server, log: server.app.log});

  for (const fault of FAULTS) {
    await t.test(`PostgreSQL, ${fault}`, async (t) => {
      const {load, during} = await failUnderLoad(t, server, parts.database, fault);

      t.ok(during.some(({status}) => status === 503));
      await assertNothingLost(t, parts, load);
      await until(async () => {
        const stuck = await parts.sql`select from file_uploads where state = 'uploading'`;
        return stuck.length === 0;
      });
    });
  }

  for (const fault of FAULTS) {
    const skip = bucketsMissing;
    await t.test(`the store, ${fault}`, {skip}, async (t) => {
      const {load, during} = await failUnderLoad(t, server, parts.storage as FaultProxy, fault);

      const refused = during.filter(({status}) => status === 503);
      t.same([...new Set(refused.map(({kind}) => kind))], ['upload'], 'only uploads notice');
      t.same(await parts.sql`select from file_uploads where state = 'uploading'`, []);
      await assertNothingLost(t, parts, load);
    });
  }

  for (const fault of FAULTS) {
    await t.test(`the mail server, ${fault}, with 20 registrations`, async (t) => {
      await parts.mail.set(fault);
      const emails = Array.from({length: 20}, () => `${randomUUID()}@example.com`);
      const visitors = await Promise.all(emails.map(() => LoadVisitor.create(server.url)));
      const before = performance.now();
      // The requests do not wait for the mail server, which recovers only afterwards.
      const responses = await Promise.all(visitors.map((v, i) => v.contact(emails[i] ?? '')));
      const ms = performance.now() - before;
      await sleep(1_000);
      const sentMeanwhile = emails.filter((email) => countMails(parts.mailbox).has(email));
      await parts.mail.set('pass');

      t.same([...new Set(responses.map(({status}) => status))], [202]);
      t.ok(isInTime(ms), `${Math.round(ms)} ms`);
      t.same(sentMeanwhile, []);
      await waitForEmptyQueue(parts.sql);
      t.same(
        emails.filter((email) => countMails(parts.mailbox).get(email) !== 1),
        [],
        'each visitor gets one e-mail',
      );
    });
  }

  await t.test('cleanup deletes nothing while PostgreSQL is unavailable', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const {body} = await visitor.upload(makePdf());
    await parts.sql`
      update visits set last_seen_at = last_seen_at - interval '1 day' where uuid = ${visitor.uuid}`;
    const key = `uploads/${visitor.uuid}/${body.file.id}.pdf`;

    for (const fault of ['refuse', 'cut'] as const) {
      await parts.database.set(fault);
      await t.rejects(reaper.run());
      t.ok(await server.objects.head(key), fault);
    }
    await parts.database.set('freeze');
    const impatient = connectDatabase({url: parts.settings['DATABASE_URL'] ?? '', silenceMs: 500});
    await t.rejects(
      new Reaper({...server, sql: impatient, log: server.app.log}).run(),
      'frozen as well',
    );
    t.ok(await server.objects.head(key));
    await impatient.end({timeout: 1});
    await parts.database.set('pass');

    await reaper.run();
    t.equal(await server.objects.head(key), undefined, 'the object is deleted afterwards');
  });

  const errors = server.logLines.filter(({level}) => Number(level) >= 50).map(({msg}) => msg);
  t.same(
    // Fastify logs this about a handler that continued after its 503 for a timeout.
    errors.filter((msg) => msg !== 'Promise errored, but reply.sent = true was set'),
    [],
    'the server itself has logged no error',
  );
});

t.test('a transaction whose connection dies leaves the pool intact', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const proxy = await FaultProxy.start(t, url);
  const sql = connectDatabase({url: proxy.replaceHost(url), max: 2, silenceMs: 500});
  t.teardown(() => sql.end({timeout: 1}));

  for (const fault of [...FAULTS, ...FAULTS]) {
    const begun = Array.from({length: 6}, () =>
      sql.begin(async (tx) => {
        await tx`select 1`;
        await proxy.set(fault);
        await tx`select 2`;
      }),
    );
    const outcomes = await Promise.allSettled(begun);
    const failures = outcomes.flatMap((item) =>
      item.status === 'rejected' ? [item.reason as unknown] : [],
    );
    t.same(failures.length, 6, fault);
    t.ok(failures.every(isDatabaseDown), 'each failure is recognised');
    await proxy.set('pass');

    const answers = await Promise.all(
      Array.from({length: 10}, (_, i) =>
        sql<{i: number}[]>`select ${i}::int as i`.catch(() => undefined),
      ),
    );
    await until(async () => (await sql`select 1`.catch(() => undefined))?.length === 1);
    const wrong = answers.filter((rows, i) => rows && rows[0]?.i !== i);
    t.same(wrong, [], 'no result goes to another query');
  }
});

t.test('a server that stops responding is detected:', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const proxy = await FaultProxy.start(t, url);
  const sql = connectDatabase({url: proxy.replaceHost(url), max: 1, silenceMs: 2_000});
  t.teardown(() => sql.end({timeout: 1}));
  await sql`select 1`;
  const isNoticed = async (t: Test, query: Promise<unknown>) => {
    let outcome: boolean | undefined;
    query.then(
      () => (outcome = false),
      (error: unknown) => (outcome = isDatabaseDown(error)),
    );
    await until(() => outcome !== undefined);
    t.equal(outcome, true, 'while it is still silent');
    await proxy.set('pass');
    await until(async () => (await sql`select 1`.catch(() => undefined))?.length === 1);
  };
  /** Freezes the proxy once the result of an earlier query has arrived. */
  const behindAnother = (query: Promise<unknown>) => {
    void sql`select pg_sleep(0.1)`.then(() => proxy.set('freeze'));
    return query;
  };

  await t.test('between two queries of one connection', async (t) => {
    await isNoticed(t, behindAnother(sql`select pg_sleep(1)`));
  });

  await t.test('before a statement that must be described first', async (t) => {
    await isNoticed(t, behindAnother(sql`select pg_sleep(${1}::int)`));
  });

  await t.test('within a result', async (t) => {
    let rows = 0;
    const long = sql`select repeat('x', 10000) from generate_series(1, 10000)`.forEach(() => {
      if (++rows === 1) void proxy.set('freeze');
    });

    await isNoticed(t, long);
    t.ok(rows < 10_000, `${rows} rows arrived`);
  });
});

t.test('a slot whose acknowledgement was lost is free for the retry', async (t) => {
  const {server, database, sql} = await startBehindProxies(t);
  const visitor = await LoadVisitor.create(server.url);
  const bytes = makePdf();
  const key = randomUUID();

  // The three texts match the preparation of the statement, its execution and the commit.
  database.freezeAfter = ['insert into file_uploads', '', ''];
  const unheard = await visitor.upload(bytes, {key});
  const taken = await sql`select from file_uploads where state = 'uploading'`;
  const retried = await visitor.upload(bytes, {key});

  t.same([unheard.status, taken.length, retried.status], [503, 1, 201]);
  t.same(
    (await visitor.files()).map(({id}) => id),
    [retried.body.file.id],
  );
});

t.test('a server that starts while a dependency is unavailable', async (t) => {
  const cases: {part: 'database' | 'storage'; fault: Fault}[] = [
    {part: 'database', fault: 'refuse'},
    {part: 'database', fault: 'freeze'},
    {part: 'database', fault: 'cut'},
    ...(bucketsMissing ? [] : [{part: 'storage', fault: 'freeze'} as const]),
  ];
  const started = await Promise.all(
    cases.map(async (item) => {
      const parts = await partsBehindProxies(t);
      const proxy = parts[item.part] as FaultProxy;
      await proxy.set(item.fault);
      return {...item, parts, proxy, ...(await startProcess(t, parts.settings))};
    }),
  );

  for (const {part, fault, parts, proxy, url} of started) {
    await t.test(
      `${part}, ${fault}: it listens, reports it, and works after the recovery`,
      async (t) => {
        const askReadiness = () =>
          request<{checks: Record<string, string>}>(url, 'GET', '/readyz').catch(() => undefined);
        await until(async () => (await askReadiness()) !== undefined);
        const away = await askReadiness();
        t.equal(away?.status, 503);
        t.not(away?.body.checks[part], 'ok', `says ${String(away?.body.checks[part])}`);

        await proxy.set('pass');
        await until(async () => (await askReadiness())?.status === 200);

        const visitor = await LoadVisitor.create(url);
        t.equal((await visitor.upload(makePdf())).status, 201);
        const email = `${randomUUID()}@example.com`;
        t.equal((await visitor.contact(email)).status, 202);
        await parts.mailbox.waitFor(email);
      },
    );
  }
});
