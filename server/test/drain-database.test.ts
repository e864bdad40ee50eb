import {once} from 'node:events';

import t from 'tap';

import {FaultProxy} from './fault-proxy.js';
import {startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

t.test('a server stops in time although the database does not respond', async (t) => {
  const server = await startServer(t);
  const url = server.config.databaseUrl ?? '';
  const database = await FaultProxy.start(t, url);
  const behind = await startProcessBeside(t, server, {DATABASE_URL: database.replaceHost(url)});
  const exit = once(behind.child, 'exit') as Promise<[number | null]>;
  // The visit opens a panel, which the server has not counted yet.
  await Visitor.arrive(behind.url);
  await database.set('freeze');

  behind.child.kill('SIGTERM');

  t.equal((await exit)[0], 0, 'the process exits without a forced stop');
});
