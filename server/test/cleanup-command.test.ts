import t from 'tap';

import type {ObjectStore} from '../object-store/object-store.js';
import {
  backdateActivity,
  putUnknownObject,
  createReaper,
  createSweep,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {runMaria} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

/** Runs `maria cleanup` in a separate process with the server's settings, as on another machine. */
const maria = ({config, dataDir}: TestServer, ...args: string[]) =>
  runMaria({DATABASE_URL: config.databaseUrl ?? '', DATA_DIR: dataDir}, 'cleanup', ...args);

const getTraces = async ({sql}: TestServer) =>
  (
    await sql<{metadata: Record<string, unknown>}[]>`
      select metadata from audit_logs where event_type = 'orphan_cleanup' order by id`
  ).map(({metadata}) => metadata);

t.test('maria cleanup', async (t) => {
  const server = await startServer(t);
  const {visitor} = await createVisitWithFile(server);
  await backdateActivity(server, visitor, 31);
  const {key} = await createVisitWithFile(server);
  const unknown = await putUnknownObject(server);

  await t.test('lists what would be deleted, and deletes nothing', async (t) => {
    const {stdout} = await maria(server, '--dry-run', '--json');
    t.match(JSON.parse(stdout), {dry_run: true, abandoned: 1, removed: 0, would_remove: 1});
    t.equal((await listKeys(server.objects)).length, 3);
    t.same(await getTraces(server), []);
  });

  await t.test(
    'lists the sessions that it would archive and purge, with their files',
    async (t) => {
      const own = await startServer(t, {settings: {COMPLETE_RETENTION_DAYS: '90'}});
      const keys = [];
      for (const [i, set] of [
        "created_at = now() - interval '31 days'",
        "archived_at = now() - interval '8 days'",
        "verified = true, completed_at = now() - interval '91 days'",
        'locale = null',
      ].entries()) {
        const {visitor, key} = await createVisitWithFile(own);
        await visitor.contact(`p${i}@example.com`);
        await own.sql.unsafe(`update user_sessions set ${set} where uuid = '${visitor.uuid}'`);
        keys.push(key);
      }
      const before = await own.sql`select uuid, archived_at from user_sessions order by id`;
      const settings = {DATABASE_URL: own.config.databaseUrl ?? '', DATA_DIR: own.dataDir};

      const dry = async (more = {}) => {
        const {stdout} = await runMaria({...settings, ...more}, 'cleanup', '--dry-run', '--json');
        return JSON.parse(stdout) as {keys: string[]};
      };
      const with90 = await dry({COMPLETE_RETENTION_DAYS: '90'});
      t.match(with90, {would_archive: 1, would_purge: 2, would_remove: 2});
      t.same(with90.keys.sort(), keys.slice(1, 3).sort());
      t.match(await dry(), {would_archive: 1, would_purge: 1, would_remove: 1});
      t.same(await own.sql`select uuid, archived_at from user_sessions order by id`, before);
      t.match(
        await createReaper(own).run(),
        {archived: 1, purged: 2, removed: 2},
        'the run does what the dry run listed',
      );
    },
  );

  await t.test('writes an audit row like a server’s run', async (t) => {
    const {code, stdout} = await maria(server, '--json');

    t.equal(code, 0);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    t.match(report, {abandoned: 1, seen: 1, kept: 0, removed: 1, failures: 0, tombstones: 1});
    t.same(await getTraces(server), [{part: 'reaper', ...report}]);
  });

  await t.test('sweeps without deleting unless it is asked to delete', async (t) => {
    const age = ['--age', '0', '--quarantine', '0'];
    const dry = await maria(server, '--sweep', ...age);
    t.match(dry.stdout, /^young: too recent to judge/m);
    t.match(dry.stdout, new RegExp(`^unknown ${unknown}\nstarted at: .*\nseen: 2\n`));
    t.equal((await getTraces(server)).length, 1);

    const {stdout} = await maria(server, '--sweep', '--delete', '--json', ...age);

    const report = JSON.parse(stdout) as Record<string, unknown>;
    t.match(report, {seen: 2, kept: 1, unknown: 1, removed: 1, failures: 0, dry_run: false});
    t.same((await getTraces(server)).at(-1), {part: 'sweep', ...report});
    t.same(await listKeys(server.objects), [key]);
  });

  await t.test('refuses options without the options that they need', async (t) => {
    for (const args of [['--delete'], ['--quarantine', '0'], ['--bucket', 'other']]) {
      const {code, stderr} = await maria(server, ...args);
      t.equal(code, 2);
      t.match(stderr, /needs --sweep/);
    }
    const {code, stderr} = await maria(server, '--sweep', '--bucket', 'other');
    t.equal(code, 2);
    t.match(stderr, /--bucket needs the S3 settings/);
    const impossible = await maria(server, '--sweep', '--bucket', 'b/c');
    t.equal(impossible.code, 2);
    t.match(impossible.stderr, /--bucket must be the name of a bucket/);
  });

  await t.test('deletes nothing while the database is unavailable, and fails', async (t) => {
    const away = {DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none', DATA_DIR: server.dataDir};
    for (const args of [[], ['--sweep', '--delete', '--age', '0', '--quarantine', '0']]) {
      const {code, stdout} = await runMaria(away, 'cleanup', ...args);
      t.equal(code, 1);
      t.match(stdout, /Nothing was deleted/);
    }
    t.same(await listKeys(server.objects), [key]);
  });
});

t.test('maria cleanup reports an outage after the first deletion', async (t) => {
  for (const [args, table] of [
    [[], 'file_uploads'],
    [['--sweep', '--delete', '--age', '0', '--quarantine', '0'], 'orphan_candidates'],
  ] as const) {
    const server = await startServer(t);
    const {visitor} = await createVisitWithFile(server);
    await backdateActivity(server, visitor, 31);
    if (args.length > 0) await putUnknownObject(server);
    const count = (await listKeys(server.objects)).length;
    await shutDownAtDeletion(server, table);

    const {code, stdout} = await maria(server, ...args);

    t.equal((await listKeys(server.objects)).length, count - 1);
    t.equal(code, 1);
    t.match(stdout, /The database stopped responding, .* Earlier deletions are permanent\./);
    t.notMatch(stdout, 'Nothing was deleted');
  }
});

/** Makes the database respond to a deletion from the table as if it were shutting down. */
const shutDownAtDeletion = async ({sql}: TestServer, table: string) => {
  await sql.unsafe(`
    create function shut_down() returns trigger language plpgsql as
      $$ begin raise exception 'shutting down' using errcode = 'admin_shutdown'; end $$;
    create trigger shut_down before delete on ${table} for each row execute function shut_down()`);
};

t.test('maria cleanup beside two busy servers removes each file once', async (t) => {
  const server = await startServer(t);
  const beside = await startServer(t, {beside: server});
  const count = 12;
  for (let i = 0; i < count; i++) {
    const {visitor} = await createVisitWithFile(server);
    await backdateActivity(server, visitor, 31);
  }

  const [command, ...reports] = await Promise.all([
    maria(server, '--json'),
    createReaper(server).run(),
    createReaper(beside).run(),
  ]);

  const all = [...reports, JSON.parse(command.stdout) as (typeof reports)[0]];
  for (const name of ['abandoned', 'removed', 'tombstones'] as const) {
    const sum = all.reduce((total, report) => total + report[name], 0);
    t.equal(sum, count, name);
  }
  t.same(await listKeys(server.objects), []);
  t.equal((await getTraces(server)).length, 3);
});

t.test('maria cleanup --sweep skips a bucket that a server is sweeping', async (t) => {
  const server = await startServer(t);
  await createVisitWithFile(server);
  const unknown = await putUnknownObject(server);
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  let isListing = false;
  const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
    async *list(prefix: string, after?: string) {
      isListing = true;
      await held;
      yield* server.objects.list(prefix, after);
    },
  });
  const sweeping = createSweep(server, {objects}).run({dryRun: false});
  await until(() => isListing);

  const args = ['--sweep', '--delete', '--age', '0', '--quarantine', '0'];
  t.match((await maria(server, ...args)).stdout, /Another process is sweeping/);
  t.same(JSON.parse((await maria(server, ...args, '--json')).stdout), {swept: false});
  t.ok((await listKeys(server.objects)).includes(unknown));
  goOn();

  t.match(await sweeping, {seen: 2, removed: 0});
  t.match(JSON.parse((await maria(server, ...args, '--json')).stdout), {removed: 1});
});
