import {randomUUID} from 'node:crypto';

import t from 'tap';

import {claimDeletions, markRemoved} from '../cleanup/store.js';
import type {DueFile} from '../cleanup/store.js';
import {connectDatabase} from '../database/connect.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {
  alertsIn,
  letIdle,
  putUnknown,
  reaperOf,
  stateOf,
  sweepOf,
  visitWithFile,
} from './cleanup-parts.js';
import {keysIn} from './keys-in.js';
import {startServer} from './start-server.js';
import {bucketsMissing} from './test-bucket.js';
import {until} from './until.js';

const DAY_MS = 86_400_000;

t.test('the reaper', async (t) => {
  const server = await startServer(t);

  await t.test('removes what an abandoned visit left, and keeps its tombstone', async (t) => {
    const {visitor, key} = await visitWithFile(server);
    await letIdle(server, visitor, 31);

    const report = await reaperOf(server).run();

    t.match(report, {abandoned: 1, removed: 1, tombstones: 1, failures: 0});
    t.notOk((await keysIn(server.objects)).includes(key));
    t.equal(await stateOf(server, visitor), 'gone');
    for (const table of ['file_uploads', 'consents']) {
      const rows = await server.sql`
        select from ${server.sql(table)} where session_uuid = ${visitor.uuid}`;
      t.equal(rows.length, 0, table);
    }
    t.same((await visitor.session()).body.code, 'session_gone');
    const [audit] = await server.sql`
      select metadata, ip_address from audit_logs
      where user_uuid = ${visitor.uuid} and event_type = 'visit_abandoned'`;
    t.match(audit, {metadata: {cause: 'idle'}, ip_address: null});
  });

  await t.test('spares a visit one minute before its idle limit', async (t) => {
    const {visitor, key} = await visitWithFile(server);
    await letIdle(server, visitor, 29);

    await reaperOf(server).run();

    t.ok((await keysIn(server.objects)).includes(key));
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('ends a visit that is kept alive beyond its longest time', async (t) => {
    const {visitor, key} = await visitWithFile(server);
    await server.sql`
      update visits set started_at = now() - interval '24 hours 1 minute' where uuid = ${visitor.uuid}`;

    await reaperOf(server).run();

    t.notOk((await keysIn(server.objects)).includes(key));
  });

  await t.test('never touches a session, however long nobody calls', async (t) => {
    const {visitor, key} = await visitWithFile(server);
    await visitor.contact('anna@example.com');
    await letIdle(server, visitor, 60 * 24 * 6);

    await reaperOf(server).run();

    t.ok((await keysIn(server.objects)).includes(key));
    t.equal((await visitor.session()).body.state, 'pending');
  });

  await t.test('removes an upload whose server died, twice, and only then its row', async (t) => {
    const {visitor} = await visitWithFile(server);
    const id = randomUUID();
    const key = `uploads/${visitor.uuid}/${id}.pdf`;
    await server.sql`
      insert into file_uploads (id, session_uuid, file_name, s3_key, slot, leased_until)
      values (${id}, ${visitor.uuid}, 'a.pdf', ${key}, 2, now() - interval '1 second')`;
    const row = async () =>
      (await server.sql`select state, removals from file_uploads where id = ${id}`)[0];

    await reaperOf(server).run();
    t.match(await row(), {state: 'deleting', removals: 1});
    // The put of the dead server lands late.
    await putUnknown(server, key);
    const beforeLease = await reaperOf(server).run();
    t.match(beforeLease, {seen: 0, removed: 0}, 'two runs in a row are not two looks');
    t.match(await row(), {removals: 1});
    await server.sql`update file_uploads set removed_at = removed_at - interval '1 minute'`;
    await reaperOf(server).run();

    t.equal(await row(), undefined);
    t.notOk((await keysIn(server.objects)).includes(key));
  });

  await t.test('leaves an upload alone while its lease runs', async (t) => {
    const {visitor} = await visitWithFile(server);
    const id = randomUUID();
    await server.sql`
      insert into file_uploads (id, session_uuid, file_name, s3_key, slot, leased_until)
      values (${id}, ${visitor.uuid}, 'a.pdf', ${`uploads/${visitor.uuid}/${id}.pdf`}, 2,
              now() + interval '5 seconds')`;

    await reaperOf(server).run();

    const [row] = await server.sql`select state from file_uploads where id = ${id}`;
    t.equal(row?.['state'], 'uploading');
  });

  await t.test('counts what the store did not delete as a failure, and tries again', async (t) => {
    const {visitor, key, id} = await visitWithFile(server);
    await letIdle(server, visitor, 31);
    const {objects} = server;
    const failing = Object.assign(Object.create(objects) as ObjectStore, {
      delete: (keys: string[]) =>
        Promise.resolve({
          deleted: [],
          failed: keys.map((one) => ({key: one, code: 'AccessDenied'})),
        }),
    });

    const report = await reaperOf(server, {objects: failing}).run();

    t.match(report, {removed: 0, failures: 1, tombstones: 0});
    t.equal(await stateOf(server, visitor), 'purging');
    t.ok((await alertsIn(server)).includes('object_deletion'));
    const [error] = await server.sql`
      select metadata from audit_logs where event_type = 'file_deletion_error'`;
    t.same(error?.['metadata'], {file_id: id, code: 'AccessDenied'});
    await server.sql`update file_uploads set leased_until = now() - interval '1 second' where id = ${id}`;
    t.match(await reaperOf(server).run(), {removed: 1, tombstones: 1});
    t.notOk((await keysIn(objects)).includes(key));
  });

  await t.test('leaves one audit row for each run', async (t) => {
    const count = async () =>
      (await server.sql`select from audit_logs where event_type = 'orphan_cleanup'`).length;
    const before = await count();

    await reaperOf(server).run();

    t.equal(await count(), before + 1);
  });

  await t.test('lists nothing', async (t) => {
    const {visitor} = await visitWithFile(server);
    await letIdle(server, visitor, 31);
    let lists = 0;
    const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
      list: () => {
        lists++;
        throw new Error('The reaper looked into the bucket.');
      },
    });

    await reaperOf(server, {objects}).run();

    t.equal(lists, 0);
  });

  await t.test(
    'archives an unconfirmed session, and purges it with its files a week later',
    async (t) => {
      const own = await startServer(t);
      const {visitor} = await visitWithFile(own);
      await visitor.contact('anna@example.com');
      const age = (days: number) => own.sql`
      update user_sessions set created_at = created_at - ${`${days} days`}::interval,
                               archived_at = archived_at - ${`${days} days`}::interval`;

      await age(29);
      t.match(await reaperOf(own).run(), {archived: 0});
      await age(2);
      t.match(await reaperOf(own).run(), {archived: 1, purged: 0});
      t.equal((await visitor.session()).status, 410);
      t.equal((await keysIn(own.objects)).length, 1);
      await age(7);
      t.match(await reaperOf(own).run(), {purged: 1});
      t.same(await keysIn(own.objects), []);
      t.equal((await own.sql`select from user_sessions`).length, 0);
    },
  );

  await t.test('run by two at once removes each file once', async (t) => {
    const own = await startServer(t);
    for (let i = 0; i < 6; i++) {
      const {visitor} = await visitWithFile(own);
      await letIdle(own, visitor, 31);
    }

    const reports = await Promise.all([reaperOf(own).run(), reaperOf(own).run()]);
    await reaperOf(own).run();

    t.equal(
      reports.reduce((sum, {removed}) => sum + removed, 0),
      6,
    );
    t.equal(
      reports.reduce((sum, {abandoned}) => sum + abandoned, 0),
      6,
    );
    t.same(await keysIn(own.objects), []);
  });
});

t.test(
  'contact and reaper at the same instant: one wins, and no session loses its files',
  async (t) => {
    const server = await startServer(t);
    const rounds = 40;

    for (let i = 0; i < rounds; i++) {
      const {visitor, key} = await visitWithFile(server);
      await server.sql`
      update visits set last_seen_at = now() - interval '30 minutes' + interval '4 milliseconds'
      where uuid = ${visitor.uuid}`;

      const [contact] = await Promise.all([
        visitor.contact(`v${i}@example.com`),
        reaperOf(server).run(),
      ]);
      await reaperOf(server).run();

      const isKept = (await keysIn(server.objects)).includes(key);
      t.ok(
        contact.status === 202 ? isKept : contact.status === 410 && !isKept,
        `${contact.status} ${isKept}`,
      );
    }
  },
);

t.test('a prompt leaves idle visits to the interval', async (t) => {
  for (const settings of [{LEAVE_GRACE_SECONDS: ''}, {LEAVE_GRACE_SECONDS: '60'}]) {
    const server = await startServer(t, {settings});
    const {visitor, key} = await visitWithFile(server);
    await letIdle(server, visitor, 24 * 60);

    t.equal(await reaperOf(server).prompt(), undefined);

    t.ok((await keysIn(server.objects)).includes(key));
    await reaperOf(server).run();
    t.same(await keysIn(server.objects), []);
  }
});

t.test('a removal whose claim ran out is counted by whoever has it now', async (t) => {
  const server = await startServer(t);
  const {visitor, id} = await visitWithFile(server);
  await visitor.call('DELETE', `/api/files/${id}`);
  const [file] = await claimDeletions(server.sql, 1);
  const removals = async () =>
    (await server.sql`select removals from file_uploads where id = ${id}`)[0]?.[
      'removals'
    ] as number;
  t.equal(await removals(), 0, 'nobody has removed it yet');

  await server.sql`update file_uploads set leased_until = clock_timestamp() - interval '1 second'`;
  const [again] = await claimDeletions(server.sql, 1);
  await markRemoved(server.sql, [file as DueFile]);
  t.equal(await removals(), 0);
  await markRemoved(server.sql, [again as DueFile]);
  t.equal(await removals(), 1);
});

t.test('the server cleans up by itself, on its interval', async (t) => {
  const server = await startServer(t, {settings: {CLEANUP_INTERVAL_MINUTES: '0.005'}});
  const {visitor, key} = await visitWithFile(server);
  await letIdle(server, visitor, 31);

  server.cleanup.start();

  await until(async () => !(await keysIn(server.objects)).includes(key));
  t.pass('the file is gone');
});

t.test('with the database away, cleanup deletes nothing and says so', async (t) => {
  const server = await startServer(t);
  const {visitor, key} = await visitWithFile(server);
  await letIdle(server, visitor, 31);
  await putUnknown(server);
  const sql = connectDatabase({url: 'postgres://nobody:x@127.0.0.1:1/none', silenceMs: 2_000});
  t.teardown(() => sql.end({timeout: 0}));

  await t.rejects(reaperOf(server, {sql}).run());
  await t.rejects(sweepOf(server, {sql}).run({dryRun: false, force: true, quarantineMs: 0}));

  t.equal((await keysIn(server.objects)).length, 2);
  t.ok((await keysIn(server.objects)).includes(key));
});

for (const store of ['disk', 's3'] as const) {
  const skip = store === 's3' && bucketsMissing;
  t.test(`the sweep, with files on ${store}`, {skip}, async (t) => {
    const settings = {VISIT_IDLE_MINUTES: '30'};
    const sweepNow = {dryRun: false, force: true, minAgeMs: 0};

    await t.test(
      'keeps what rows know and alerts, waits, then deletes what none does',
      async (t) => {
        const server = await startServer(t, {store, settings});
        const {key} = await visitWithFile(server);
        const unknown = await putUnknown(server);

        const first = await sweepOf(server).run(sweepNow);
        t.match(first, {seen: 2, known: 1, unknown: 1, sighted: 1, removed: 0});
        t.same(await alertsIn(server), ['orphan_sighted']);
        const second = await sweepOf(server).run(sweepNow);
        t.match(second, {unknown: 1, sighted: 0, removed: 0}, 'still in quarantine');
        await server.sql`update orphan_candidates set first_seen_at = now() - interval '7 days 1 minute'`;
        const third = await sweepOf(server).run(sweepNow);

        t.match(third, {removed: 1, failures: 0});
        t.same(await keysIn(server.objects), [key]);
        t.notOk((await keysIn(server.objects)).includes(unknown));
        t.equal((await server.sql`select from orphan_candidates`).length, 0);
      },
    );

    await t.test('forgets a sighting when the next sweep knows the object', async (t) => {
      const server = await startServer(t, {store, settings});
      const {visitor} = await visitWithFile(server);
      const id = randomUUID();
      const other = randomUUID();
      const key = await putUnknown(server, `uploads/${other}/${id}.pdf`);
      await sweepOf(server).run(sweepNow);
      await server.sql`update orphan_candidates set first_seen_at = now() - interval '8 days'`;
      await server.sql`
        insert into visits (uuid, site_key, token_hash)
        select ${other}, site_key, token_hash from visits where uuid = ${visitor.uuid}`;

      const report = await sweepOf(server).run(sweepNow);

      t.match(report, {unknown: 0, removed: 0});
      t.ok((await keysIn(server.objects)).includes(key));
      t.equal((await server.sql`select from orphan_candidates`).length, 0);
    });

    await t.test(
      'takes no object younger than the age limit, and none of another shape',
      async (t) => {
        const server = await startServer(t, {store, settings});
        await visitWithFile(server);
        await putUnknown(server);
        const odd = await putUnknown(server, `uploads/${randomUUID()}/notes.txt`);

        const young = await sweepOf(server).run({dryRun: false, force: true, quarantineMs: 0});
        t.match(young, {unknown: 0, young: 2, foreign: 1, removed: 0});
        const report = await sweepOf(server).run({...sweepNow, quarantineMs: 0});

        t.match(report, {unknown: 1, foreign: 1, removed: 1});
        t.ok((await keysIn(server.objects)).includes(odd));
        t.ok((await alertsIn(server)).includes('foreign_keys'));
      },
    );
  });
}

t.test('the sweep stops', async (t) => {
  await t.test('before a full bucket with no file in the database', async (t) => {
    const server = await startServer(t);
    await putUnknown(server);

    await t.rejects(
      sweepOf(server).run({dryRun: false, force: true, minAgeMs: 0}),
      /knows no file at all/,
    );

    t.same(await alertsIn(server), ['sweep_stopped']);
    t.equal((await keysIn(server.objects)).length, 1);
  });

  await t.test('when more than fifty and more than a fifth are unknown', async (t) => {
    const server = await startServer(t);
    await visitWithFile(server);
    for (let i = 0; i < 51; i++) await putUnknown(server);

    await t.rejects(
      sweepOf(server).run({dryRun: false, force: true, minAgeMs: 0, quarantineMs: 0}),
      /51 of 52 objects are unknown/,
    );

    t.equal((await keysIn(server.objects)).length, 52);
  });

  await t.test('not at fifty', async (t) => {
    const server = await startServer(t);
    await visitWithFile(server);
    for (let i = 0; i < 50; i++) await putUnknown(server);

    const report = await sweepOf(server).run({
      dryRun: false,
      force: true,
      minAgeMs: 0,
      quarantineMs: 0,
    });

    t.match(report, {unknown: 50, removed: 50});
    t.equal((await keysIn(server.objects)).length, 1);
  });

  await t.test('with nothing deleted, when a page of the list fails', async (t) => {
    const server = await startServer(t);
    await visitWithFile(server);
    await putUnknown(server);
    const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
      async *list(prefix: string, after?: string) {
        yield* server.objects.list(prefix, after);
        throw new Error('The second page did not come.');
      },
    });

    await t.rejects(
      sweepOf(server, {objects}).run({dryRun: false, force: true, minAgeMs: 0, quarantineMs: 0}),
      /second page/,
    );

    t.equal((await keysIn(server.objects)).length, 2);
  });
});

t.test('a stored file without its object is told, and its row stays', async (t) => {
  const server = await startServer(t);
  const {key} = await visitWithFile(server);
  await visitWithFile(server);
  await server.objects.delete([key]);

  const report = await sweepOf(server).run({dryRun: false, force: true});

  t.match(report, {missing: 1});
  t.same(await alertsIn(server), ['object_missing']);
  t.equal((await server.sql`select from file_uploads where state = 'stored'`).length, 2);
});

t.test('the second look just before deleting spares what has become known', async (t) => {
  const server = await startServer(t);
  const {visitor} = await visitWithFile(server);
  const key = await putUnknown(server);
  const uuid = key.split('/')[1] ?? '';
  await sweepOf(server).run({dryRun: false, force: true, minAgeMs: 0});
  await server.sql`update orphan_candidates set first_seen_at = now() - interval '8 days'`;
  // The row comes back after the list and before the deletion.
  const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
    async *list(prefix: string, after?: string) {
      yield* server.objects.list(prefix, after);
      await server.sql`
        insert into visits (uuid, site_key, token_hash)
        select ${uuid}, site_key, token_hash from visits where uuid = ${visitor.uuid}`;
    },
  });

  const report = await sweepOf(server, {objects}).run({dryRun: false, force: true, minAgeMs: 0});

  t.match(report, {unknown: 1, removed: 0});
  t.ok((await keysIn(server.objects)).includes(key));
});

t.test('a sweep is one replica’s work, once a day, and goes on where it was cut off', async (t) => {
  const server = await startServer(t);
  await visitWithFile(server);

  const [first, second] = await Promise.all([
    sweepOf(server).run({dryRun: false}),
    sweepOf(server).run({dryRun: false}),
  ]);
  t.equal([first, second].filter(Boolean).length, 1);
  t.equal(await sweepOf(server).run({dryRun: false}), undefined, 'not again today');

  const [row] = await server.sql<{ms: number}[]>`
    select extract(epoch from next_run_at - now())::float8 * 1000 as ms from tasks where name like 'sweep%'`;
  t.ok(Math.abs((row?.ms ?? 0) - DAY_MS) < 60_000);
});

t.test('a dry run writes nothing', async (t) => {
  const server = await startServer(t);
  const {visitor} = await visitWithFile(server);
  await putUnknown(server);
  await letIdle(server, visitor, 31);
  const auditBefore = (await server.sql`select from audit_logs`).length;
  const unknown: string[] = [];

  const plan = await reaperOf(server).plan();
  const report = await sweepOf(server).run({
    dryRun: true,
    minAgeMs: 0,
    onUnknown: (key) => unknown.push(key),
  });

  t.same(plan.visits, [visitor.uuid]);
  t.equal(plan.objects.length, 1);
  t.match(report, {unknown: 1, removed: 0, dry_run: true});
  t.equal(unknown.length, 1);
  t.equal((await keysIn(server.objects)).length, 2);
  t.equal((await server.sql`select from audit_logs`).length, auditBefore);
  t.equal((await server.sql`select from orphan_candidates`).length, 0);
  t.equal((await server.sql`select from tasks`).length, 0);
});
