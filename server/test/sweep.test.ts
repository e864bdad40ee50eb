import {randomUUID} from 'node:crypto';

import t from 'tap';

import type {ObjectStore} from '../object-store/object-store.js';
import {
  getAlertCauses,
  putUnknownObject,
  createSweep,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing, testedStores} from './test-bucket.js';

const DAY_MS = 86_400_000;

for (const store of testedStores) {
  const skip = store === 's3' && bucketsMissing;
  t.test(`the sweep, with files on ${store}`, {skip}, async (t) => {
    const settings = {VISIT_IDLE_MINUTES: '30'};
    const sweepNow = {dryRun: false, force: true, minAgeMs: 0};

    await t.test(
      'keeps known objects; alerts about unknown objects and deletes them after the quarantine',
      async (t) => {
        const server = await startServer(t, {store, settings});
        const {key} = await createVisitWithFile(server);
        const unknown = await putUnknownObject(server);

        const first = await createSweep(server).run(sweepNow);
        t.match(first, {seen: 2, known: 1, unknown: 1, sighted: 1, removed: 0});
        t.same(await getAlertCauses(server), ['orphan_sighted']);
        const second = await createSweep(server).run(sweepNow);
        t.match(second, {unknown: 1, sighted: 0, removed: 0}, 'still in quarantine');
        await server.sql`update orphan_candidates set first_seen_at = now() - interval '7 days 1 minute'`;
        const third = await createSweep(server).run(sweepNow);

        t.match(third, {removed: 1, failures: 0});
        t.same(await listKeys(server.objects), [key]);
        t.notOk((await listKeys(server.objects)).includes(unknown));
        t.equal((await server.sql`select from orphan_candidates`).length, 0);
      },
    );

    await t.test('resets the quarantine if a later sweep finds a row', async (t) => {
      const server = await startServer(t, {store, settings});
      const {visitor} = await createVisitWithFile(server);
      const id = randomUUID();
      const other = randomUUID();
      const key = await putUnknownObject(server, `uploads/${other}/${id}.pdf`);
      await createSweep(server).run(sweepNow);
      await server.sql`update orphan_candidates set first_seen_at = now() - interval '8 days'`;
      await server.sql`
        insert into visits (uuid, site_key, token_hash)
        select ${other}, site_key, token_hash from visits where uuid = ${visitor.uuid}`;

      const report = await createSweep(server).run(sweepNow);

      t.match(report, {unknown: 0, removed: 0});
      t.ok((await listKeys(server.objects)).includes(key));
      t.equal((await server.sql`select from orphan_candidates`).length, 0);
    });

    await t.test('deletes no object below the age limit, and none of another form', async (t) => {
      const server = await startServer(t, {store, settings});
      await createVisitWithFile(server);
      await putUnknownObject(server);
      const odd = await putUnknownObject(server, `uploads/${randomUUID()}/notes.txt`);

      const young = await createSweep(server).run({dryRun: false, force: true, quarantineMs: 0});
      t.match(young, {unknown: 0, young: 2, foreign: 1, removed: 0});
      const report = await createSweep(server).run({...sweepNow, quarantineMs: 0});

      t.match(report, {unknown: 1, foreign: 1, removed: 1});
      t.ok((await listKeys(server.objects)).includes(odd));
      t.ok((await getAlertCauses(server)).includes('foreign_keys'));
    });

    await t.test('reports keys outside its folder, even without a file', async (t) => {
      const server = await startServer(t, {store, settings});
      const keys = [
        await putUnknownObject(server, 'other/a.pdf'),
        await putUnknownObject(server, 'z.pdf'),
      ];

      const report = await createSweep(server).run({...sweepNow, quarantineMs: 0});

      t.match(report, {seen: 2, foreign: 2, unknown: 0, removed: 0});
      t.same(await getAlertCauses(server), ['foreign_keys']);
      t.same((await listKeys(server.objects, '')).sort(), keys);
    });
  });
}

t.test('the sweep stops', async (t) => {
  await t.test('before a full bucket without a file in the database', async (t) => {
    const server = await startServer(t);
    await putUnknownObject(server);

    await t.rejects(
      createSweep(server).run({dryRun: false, force: true, minAgeMs: 0}),
      /has no row for any file/,
    );

    t.same(await getAlertCauses(server), ['sweep_stopped']);
    t.equal((await listKeys(server.objects)).length, 1);
  });

  await t.test('if more than fifty and more than a fifth are unknown', async (t) => {
    const server = await startServer(t);
    await createVisitWithFile(server);
    for (let i = 0; i < 51; i++) await putUnknownObject(server);
    const others = Array.from({length: 250}, (_, i) => `other/${i}.txt`);
    await Promise.all(others.map((key) => putUnknownObject(server, key)));

    await t.rejects(
      createSweep(server).run({dryRun: false, force: true, minAgeMs: 0, quarantineMs: 0}),
      /51 of 52 objects are not in the database/,
    );

    t.equal((await listKeys(server.objects)).length, 52);
  });

  await t.test('not if fifty are unknown', async (t) => {
    const server = await startServer(t);
    await createVisitWithFile(server);
    for (let i = 0; i < 50; i++) await putUnknownObject(server);

    const report = await createSweep(server).run({
      dryRun: false,
      force: true,
      minAgeMs: 0,
      quarantineMs: 0,
    });

    t.match(report, {unknown: 50, removed: 50});
    t.equal((await listKeys(server.objects)).length, 1);
  });

  await t.test('without a deletion if a page of the list fails', async (t) => {
    const server = await startServer(t);
    await createVisitWithFile(server);
    await putUnknownObject(server);
    const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
      async *list(prefix: string, after?: string) {
        yield* server.objects.list(prefix, after);
        throw new Error('The second page did not come.');
      },
    });

    await t.rejects(
      createSweep(server, {objects}).run({
        dryRun: false,
        force: true,
        minAgeMs: 0,
        quarantineMs: 0,
      }),
      /second page/,
    );

    t.equal((await listKeys(server.objects)).length, 2);
  });
});

t.test('a stored file without its object is reported, and its row is kept', async (t) => {
  const server = await startServer(t);
  const {key} = await createVisitWithFile(server);
  await createVisitWithFile(server);
  await server.objects.delete([key]);

  const report = await createSweep(server).run({dryRun: false, force: true});

  t.match(report, {missing: 1});
  t.same(await getAlertCauses(server), ['object_missing']);
  t.equal((await server.sql`select from file_uploads where state = 'stored'`).length, 2);
});

t.test('the second check before a deletion keeps objects that have a row by then', async (t) => {
  const server = await startServer(t);
  const {visitor} = await createVisitWithFile(server);
  const key = await putUnknownObject(server);
  const uuid = key.split('/')[1] ?? '';
  await createSweep(server).run({dryRun: false, force: true, minAgeMs: 0});
  await server.sql`update orphan_candidates set first_seen_at = now() - interval '8 days'`;
  // The row reappears after the list and before the deletion.
  const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
    async *list(prefix: string, after?: string) {
      yield* server.objects.list(prefix, after);
      await server.sql`
        insert into visits (uuid, site_key, token_hash)
        select ${uuid}, site_key, token_hash from visits where uuid = ${visitor.uuid}`;
    },
  });

  const report = await createSweep(server, {objects}).run({
    dryRun: false,
    force: true,
    minAgeMs: 0,
  });

  t.match(report, {unknown: 1, removed: 0});
  t.ok((await listKeys(server.objects)).includes(key));
});

t.test('one replica sweeps once a day and resumes an interrupted sweep', async (t) => {
  const server = await startServer(t);
  await createVisitWithFile(server);

  const before = await databaseTime(server);
  const [first, second] = await Promise.all([
    createSweep(server).run({dryRun: false}),
    createSweep(server).run({dryRun: false}),
  ]);
  t.equal([first, second].filter(Boolean).length, 1);
  t.equal(await createSweep(server).run({dryRun: false}), undefined, 'not again today');

  const [row] = await server.sql<{next: Date}[]>`
    select next_run_at as next from tasks where name like 'sweep%'`;
  const next = Number(row?.next);
  t.ok(next >= before + DAY_MS && next <= (await databaseTime(server)) + DAY_MS);
});

const databaseTime = async ({sql}: TestServer): Promise<number> => {
  const [row] = await sql<{now: Date}[]>`select now()`;
  return Number(row?.now);
};
