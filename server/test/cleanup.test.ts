import t from 'tap';

import {
  backdateActivity,
  putUnknownObject,
  createReaper,
  createSweep,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import {until} from './until.js';

t.test('if contact and reaper coincide, one wins, and no session loses its files', async (t) => {
  const server = await startServer(t);
  const rounds = 40;

  for (let i = 0; i < rounds; i++) {
    const {visitor, key} = await createVisitWithFile(server);
    await server.sql`
      update visits set last_seen_at = now() - interval '30 minutes' + interval '4 milliseconds'
      where uuid = ${visitor.uuid}`;

    const [contact] = await Promise.all([
      visitor.contact(`v${i}@example.com`),
      createReaper(server).run(),
    ]);
    await createReaper(server).run();

    const isKept = (await listKeys(server.objects)).includes(key);
    t.ok(
      contact.status === 202 ? isKept : contact.status === 410 && !isKept,
      `${contact.status} ${isKept}`,
    );
  }
});

t.test('an urgent run leaves idle visits to the interval', async (t) => {
  for (const settings of [{LEAVE_GRACE_SECONDS: ''}, {LEAVE_GRACE_SECONDS: '60'}]) {
    const server = await startServer(t, {settings});
    const {visitor, key} = await createVisitWithFile(server);
    await backdateActivity(server, visitor, 24 * 60);

    t.equal(await createReaper(server).runUrgent(), undefined);

    t.ok((await listKeys(server.objects)).includes(key));
    await createReaper(server).run();
    t.same(await listKeys(server.objects), []);
  }
});

t.test('the server cleans up automatically at its interval', async (t) => {
  const server = await startServer(t, {settings: {CLEANUP_INTERVAL_MINUTES: '0.005'}});
  const {visitor, key} = await createVisitWithFile(server);
  await backdateActivity(server, visitor, 31);

  server.cleanup.start();

  await until(async () => !(await listKeys(server.objects)).includes(key));
  t.pass('the file is gone');
});

t.test('a dry run writes nothing', async (t) => {
  const server = await startServer(t);
  const {visitor} = await createVisitWithFile(server);
  await putUnknownObject(server);
  await backdateActivity(server, visitor, 31);
  const auditBefore = (await server.sql`select from audit_logs`).length;
  const unknown: string[] = [];

  const plan = await createReaper(server).plan();
  const report = await createSweep(server).run({
    dryRun: true,
    minAgeMs: 0,
    onUnknown: (key) => unknown.push(key),
  });

  t.same(plan.visits, [visitor.uuid]);
  t.equal(plan.objects.length, 1);
  t.match(report, {unknown: 1, removed: 0, dry_run: true});
  t.equal(unknown.length, 1);
  t.equal((await listKeys(server.objects)).length, 2);
  t.equal((await server.sql`select from audit_logs`).length, auditBefore);
  t.equal((await server.sql`select from orphan_candidates`).length, 0);
  t.equal((await server.sql`select from tasks`).length, 0);
});
