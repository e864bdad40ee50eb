import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chmod, chown, writeFile} from 'node:fs/promises';
import path from 'node:path';

import type {Test} from 'tap';

import {acceptsConnections} from './accepts-connections.js';
import {freePort} from './free-port.js';
import {kill} from './server-process.js';
import {temporaryFolder} from './start-server.js';
import {until} from './until.js';

export const pgbouncerMissing =
  process.env['TEST_POOLER_MISSING'] ??
  (spawnSync('pgbouncer', ['--version'], {stdio: 'ignore'}).status === 0
    ? false
    : 'no connection pooler to test behind: install pgbouncer');

/** Account that runs PgBouncer when the tests run as root, because it refuses to run as root. */
const NOBODY = 65_534;

/** Starts a real PgBouncer in transaction mode. Returns the URL of the database behind it. */
export const startPgbouncer = async (t: Test, url: string, more = ''): Promise<string> => {
  const {hostname, port, username, password} = new URL(url);
  const folder = await temporaryFolder(t);
  const ownPort = await freePort();
  const [config, users] = [path.join(folder, 'pgbouncer.ini'), path.join(folder, 'users.txt')];
  await writeFile(users, `"${username}" "${password}"\n`);
  await writeFile(
    config,
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
${more}
`,
  );
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    await chmod(folder, 0o755);
    for (const file of [config, users]) await chown(file, NOBODY, NOBODY);
  }
  const pooler = spawn('pgbouncer', ['-q', config], {
    stdio: 'ignore',
    ...(isRoot && {uid: NOBODY, gid: NOBODY}),
  });
  await once(pooler, 'spawn');
  t.teardown(() => kill(pooler));
  await until(() => acceptsConnections(ownPort));
  const through = new URL(url);
  through.host = `127.0.0.1:${ownPort}`;
  return through.href;
};
