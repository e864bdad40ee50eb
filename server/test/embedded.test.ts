import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {networkInterfaces, tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import {startEmbeddedPostgres} from '../database/embedded/embedded.js';
import {isAlive} from '../database/embedded/owner.js';

const log = () => undefined;

t.test('an empty folder becomes a database', async (t) => {
  const dataDir = await folder(t);
  const server = await start(t, dataDir);

  t.equal(server.reused, false);
  const [row] = await ask(server.url, (sql) => sql`show server_encoding`);
  t.same(row, {server_encoding: 'UTF8'});
});

t.test('a connection without the password is refused', async (t) => {
  const server = await start(t, await folder(t));
  const url = new URL(server.url);
  url.password = 'wrong';
  await t.rejects(
    ask(url.href, (sql) => sql`select 1`),
    {code: '28P01'},
  );
});

t.test('the server listens only on the loopback interface', async (t) => {
  const server = await start(t, await folder(t));
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address && !address.internal && address.family === 'IPv4');
  if (!outside) return void t.pass('this machine has no other IP address');

  const socket = connect(Number(new URL(server.url).port), outside.address);
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  t.equal(error.code, 'ECONNREFUSED');
});

t.test('a second start has the data of the first', async (t) => {
  const dataDir = await folder(t);
  const first = await start(t, dataDir);
  await ask(first.url, (sql) => sql`create table kept as select 42 as answer`);
  await first.stop();

  const second = await start(t, dataDir);

  t.equal(second.reused, false);
  t.same(await ask(second.url, (sql) => sql`select * from kept`), [{answer: 42}]);
});

t.test('two concurrent starts share one server', async (t) => {
  const dataDir = await folder(t);
  const servers = await Promise.all([start(t, dataDir), start(t, dataDir), start(t, dataDir)]);
  t.equal(new Set(servers.map(({url}) => url)).size, 1);
  t.equal(servers.filter(({reused}) => !reused).length, 1);
});

t.test('the server outlives a killed parent; the next start adopts and stops it', async (t) => {
  const dataDir = await folder(t);
  const parent = await startInOtherProcess(t, dataDir);
  const pid = await getPostmasterPid(dataDir);
  parent.process.kill('SIGKILL');
  await once(parent.process, 'exit');

  const server = await start(t, dataDir, {takeOwnership: true});

  t.equal(server.reused, true);
  t.equal(server.url, parent.url);
  await server.stop();
  await until(() => !isAlive(pid));
});

t.test('a short-lived command leaves the server to its owner', async (t) => {
  const dataDir = await folder(t);
  const owner = await startInOtherProcess(t, dataDir);

  const visit = await start(t, dataDir);
  await visit.stop();

  t.equal(visit.reused, true);
  await t.resolves(ask(owner.url, (sql) => sql`select 1`));
});

t.test('a second owner is refused while the first one runs', async (t) => {
  const dataDir = await folder(t);
  const owner = await startInOtherProcess(t, dataDir);

  await t.rejects(
    startEmbeddedPostgres({dataDir, log, takeOwnership: true}),
    /uses the data folder/,
  );

  await t.resolves(ask(owner.url, (sql) => sql`select 1`));
});

t.test('a command that started the server leaves it to the process that adopted it', async (t) => {
  const dataDir = await folder(t);
  const command = await start(t, dataDir);
  const owner = await startInOtherProcess(t, dataDir);

  await command.stop();

  await t.resolves(ask(owner.url, (sql) => sql`select 1`));
});

t.test('an owner that exits without cleanup stops the server', async (t) => {
  const dataDir = await folder(t);
  const owner = await startInOtherProcess(t, dataDir);
  const pid = await getPostmasterPid(dataDir);

  owner.process.stdin.end('throw');
  await once(owner.process, 'exit');

  await until(() => !isAlive(pid));
});

t.test('root with the rights of a container uses a folder of mode 0700', async (t) => {
  if (process.getuid?.() !== 0) return void t.pass('this user is not root');

  const dataDir = await folder(t);
  const {url} = await startInOtherProcess(t, dataDir, AS_CONTAINER_ROOT);

  t.same(await ask(url, (sql) => sql`select 1 as number`), [{number: 1}]);
  t.ok(isAlive(await getPostmasterPid(dataDir)));
});

t.test('a folder whose database an earlier version moved is refused', async (t) => {
  const dataDir = await folder(t);
  await mkdir(dataDir, {recursive: true});
  await writeFile(path.join(dataDir, 'moved-to'), '/var/lib/maria-chat/1234\n');

  await t.rejects(startEmbeddedPostgres({dataDir, log: () => undefined}), {
    message: /\/var\/lib\/maria-chat\/1234.*move \/var\/lib\/maria-chat\/1234\/cluster to/,
  });
});

t.test('acknowledged data survives a kill of PostgreSQL', async (t) => {
  const dataDir = await folder(t);
  const first = await start(t, dataDir);
  await ask(first.url, async (sql) => {
    await sql`create table kept (number int)`;
    for (let number = 1; number <= 200; number += 1) await sql`insert into kept values (${number})`;
    return [];
  });
  process.kill(await getPostmasterPid(dataDir), 'SIGKILL');

  const second = await start(t, dataDir);

  t.equal(second.reused, false);
  t.same(await ask(second.url, (sql) => sql`select count(*)::int from kept`), [{count: 200}]);
});

t.test('an old PID file with the number of another process does no harm', async (t) => {
  const dataDir = await folder(t);
  const first = await start(t, dataDir);
  await first.stop();
  const left = `${process.pid}\n${dataDir}\n0\n5432\n\n127.0.0.1\n\nready   \n`;
  await writeFile(getPidFile(dataDir), left);

  const second = await start(t, dataDir);

  t.equal(second.reused, false);
  await t.resolves(ask(second.url, (sql) => sql`select 1`));
});

t.test('the error of a failed start contains the server’s log', async (t) => {
  const dataDir = await folder(t);
  await (await start(t, dataDir)).stop();
  await rm(path.join(dataDir, 'cluster', 'data', 'global'), {recursive: true});

  await t.rejects(start(t, dataDir), /pg_control/);
});

/** Returns a path in a new folder of mode 0700. */
async function folder(t: Test): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'maria-pg-'));
  t.teardown(() => rm(made, {recursive: true, force: true}));
  return path.join(made, 'database');
}

async function start(t: Test, dataDir: string, options: {takeOwnership?: boolean} = {}) {
  const server = await startEmbeddedPostgres({dataDir, log, ...options});
  t.teardown(() => server.stop());
  return server;
}

async function ask<T>(url: string, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, {max: 1, onnotice: log});
  try {
    return await question(sql);
  } finally {
    await sql.end();
  }
}

const PARENT = `
  const {startEmbeddedPostgres} = await import(process.argv[1]);
  const {url} = await startEmbeddedPostgres({dataDir: process.argv[2], log() {}, takeOwnership: true});
  console.log(url);
  process.stdin.on('data', () => { throw new Error('unplanned'); });
`;

/** Capabilities that Docker grants. Root cannot create user namespaces or inspect processes. */
const CONTAINER_CAPABILITIES =
  'chown,dac_override,fsetid,fowner,mknod,net_raw,setgid,setuid,setfcap,setpcap,' +
  'net_bind_service,sys_chroot,kill,audit_write';
const AS_CONTAINER_ROOT = [
  'setpriv',
  '--inh-caps=-all',
  `--bounding-set=-all,+${CONTAINER_CAPABILITIES.replaceAll(',', ',+')}`,
];

async function startInOtherProcess(t: Test, dataDir: string, prefix: string[] = []) {
  const module = new URL('../database/embedded/embedded.js', import.meta.url).href;
  const args = ['--input-type=module', '--eval', PARENT, module, dataDir];
  const [command, ...rest] = [...prefix, process.execPath, ...args] as [string, ...string[]];
  const child = spawn(command, rest, {stdio: ['pipe', 'pipe', 'ignore']});
  t.teardown(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await (await startEmbeddedPostgres({dataDir, log, takeOwnership: true})).stop();
  });
  const [url] = (await once(child.stdout, 'data')) as [Buffer];
  return {process: child, url: String(url).trim()};
}

const getPidFile = (dataDir: string) => path.join(dataDir, 'cluster', 'data', 'postmaster.pid');

async function getPostmasterPid(dataDir: string): Promise<number> {
  return parseInt(await readFile(getPidFile(dataDir), 'utf8'));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}
