import {randomUUID} from 'node:crypto';

import t from 'tap';

import {claimDeletions, markRemoved} from '../cleanup/store.js';
import type {DueFile} from '../cleanup/store.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {
  getAlertCauses,
  backdateActivity,
  putUnknownObject,
  createReaper,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';

t.test('the reaper', async (t) => {
  const server = await startServer(t);

  await t.test('deletes the data of an abandoned visit and keeps its tombstone', async (t) => {
    const {visitor, key} = await createVisitWithFile(server);
    await backdateActivity(server, visitor, 31);

    const report = await createReaper(server).run();

    t.match(report, {abandoned: 1, removed: 1, tombstones: 1, failures: 0});
    t.notOk((await listKeys(server.objects)).includes(key));
    t.equal(await getVisitState(server, visitor.uuid), 'gone');
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

  await t.test('keeps a visit one minute before its idle limit', async (t) => {
    const {visitor, key} = await createVisitWithFile(server);
    await backdateActivity(server, visitor, 29);

    await createReaper(server).run();

    t.ok((await listKeys(server.objects)).includes(key));
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('ends a visit that exceeds its maximum duration', async (t) => {
    const {visitor, key} = await createVisitWithFile(server);
    await server.sql`
      update visits set started_at = now() - interval '24 hours 1 minute' where uuid = ${visitor.uuid}`;

    await createReaper(server).run();

    t.notOk((await listKeys(server.objects)).includes(key));
  });

  await t.test('never changes a session, however long it is idle', async (t) => {
    const {visitor, key} = await createVisitWithFile(server);
    await visitor.contact('anna@example.com');
    await backdateActivity(server, visitor, 60 * 24 * 6);

    await createReaper(server).run();

    t.ok((await listKeys(server.objects)).includes(key));
    t.equal((await visitor.session()).body.state, 'pending');
  });

  await t.test('deletes a dead server’s upload twice before it deletes the row', async (t) => {
    const {visitor} = await createVisitWithFile(server);
    const id = randomUUID();
    const key = `uploads/${visitor.uuid}/${id}.pdf`;
    await server.sql`
      insert into file_uploads (id, session_uuid, file_name, s3_key, slot, leased_until)
      values (${id}, ${visitor.uuid}, 'a.pdf', ${key}, 2, now() - interval '1 second')`;
    const getRow = async () =>
      (await server.sql`select state, removals from file_uploads where id = ${id}`)[0];

    await createReaper(server).run();
    t.match(await getRow(), {state: 'deleting', removals: 1});
    // The put of the dead server arrives late.
    await putUnknownObject(server, key);
    const beforeLease = await createReaper(server).run();
    t.match(beforeLease, {seen: 0, removed: 0}, 'two immediate runs count as one check');
    t.match(await getRow(), {removals: 1});
    await server.sql`update file_uploads set removed_at = removed_at - interval '1 minute'`;
    await createReaper(server).run();

    t.equal(await getRow(), undefined);
    t.notOk((await listKeys(server.objects)).includes(key));
  });

  await t.test('keeps an upload while its lease is valid', async (t) => {
    const {visitor} = await createVisitWithFile(server);
    const id = randomUUID();
    await server.sql`
      insert into file_uploads (id, session_uuid, file_name, s3_key, slot, leased_until)
      values (${id}, ${visitor.uuid}, 'a.pdf', ${`uploads/${visitor.uuid}/${id}.pdf`}, 2,
              now() + interval '5 seconds')`;

    await createReaper(server).run();

    const [row] = await server.sql`select state from file_uploads where id = ${id}`;
    t.equal(row?.['state'], 'uploading');
  });

  await t.test('counts undeleted objects as failures, and tries again', async (t) => {
    const {visitor, key, id} = await createVisitWithFile(server);
    await backdateActivity(server, visitor, 31);
    const {objects} = server;
    const failing = Object.assign(Object.create(objects) as ObjectStore, {
      delete: (keys: string[]) =>
        Promise.resolve({
          deleted: [],
          failed: keys.map((one) => ({key: one, code: 'AccessDenied'})),
        }),
    });

    const report = await createReaper(server, {objects: failing}).run();

    t.match(report, {removed: 0, failures: 1, tombstones: 0});
    t.equal(await getVisitState(server, visitor.uuid), 'purging');
    t.ok((await getAlertCauses(server)).includes('object_deletion'));
    const [error] = await server.sql`
      select metadata from audit_logs where event_type = 'file_deletion_error'`;
    t.same(error?.['metadata'], {file_id: id, code: 'AccessDenied'});
    await server.sql`update file_uploads set leased_until = now() - interval '1 second' where id = ${id}`;
    t.match(await createReaper(server).run(), {removed: 1, tombstones: 1});
    t.notOk((await listKeys(objects)).includes(key));
  });

  await t.test('writes one audit row for each run', async (t) => {
    const count = async () =>
      (await server.sql`select from audit_logs where event_type = 'orphan_cleanup'`).length;
    const before = await count();

    await createReaper(server).run();

    t.equal(await count(), before + 1);
  });

  await t.test('makes no list call', async (t) => {
    const {visitor} = await createVisitWithFile(server);
    await backdateActivity(server, visitor, 31);
    let lists = 0;
    const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
      list: () => {
        lists++;
        throw new Error('The reaper listed the bucket.');
      },
    });

    await createReaper(server, {objects}).run();

    t.equal(lists, 0);
  });

  await t.test(
    'archives an unconfirmed session, and deletes it with its files a week later',
    async (t) => {
      const own = await startServer(t);
      const {visitor} = await createVisitWithFile(own);
      await visitor.contact('anna@example.com');
      const age = (days: number) => own.sql`
      update user_sessions set created_at = created_at - ${`${days} days`}::interval,
                               archived_at = archived_at - ${`${days} days`}::interval`;

      await age(29);
      t.match(await createReaper(own).run(), {archived: 0});
      await age(2);
      t.match(await createReaper(own).run(), {archived: 1, purged: 0});
      t.equal((await visitor.session()).status, 410);
      t.equal((await listKeys(own.objects)).length, 1);
      await age(7);
      t.match(await createReaper(own).run(), {purged: 1});
      t.same(await listKeys(own.objects), []);
      t.equal((await own.sql`select from user_sessions`).length, 0);
    },
  );

  await t.test('deletes each file once if two servers run it', async (t) => {
    const own = await startServer(t);
    for (let i = 0; i < 6; i++) {
      const {visitor} = await createVisitWithFile(own);
      await backdateActivity(own, visitor, 31);
    }

    const reports = await Promise.all([createReaper(own).run(), createReaper(own).run()]);
    await createReaper(own).run();

    t.equal(
      reports.reduce((sum, {removed}) => sum + removed, 0),
      6,
    );
    t.equal(
      reports.reduce((sum, {abandoned}) => sum + abandoned, 0),
      6,
    );
    t.same(await listKeys(own.objects), []);
  });
});

t.test('a deletion counts only for the server that has its lease now', async (t) => {
  const server = await startServer(t);
  const {id} = await createVisitWithFile(server);
  // Without a call of the API, the server's own cleanup does not start.
  await server.sql`update file_uploads set state = 'deleting', slot = null where id = ${id}`;
  const [file] = await claimDeletions(server.sql, 1);
  const getRemovals = async () =>
    (await server.sql`select removals from file_uploads where id = ${id}`)[0]?.[
      'removals'
    ] as number;
  t.equal(await getRemovals(), 0, 'no server has deleted it yet');

  await server.sql`update file_uploads set leased_until = clock_timestamp() - interval '1 second'`;
  const [again] = await claimDeletions(server.sql, 1);
  await markRemoved(server.sql, [file as DueFile]);
  t.equal(await getRemovals(), 0);
  await markRemoved(server.sql, [again as DueFile]);
  t.equal(await getRemovals(), 1);
});
