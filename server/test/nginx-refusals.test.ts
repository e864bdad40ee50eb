import {once} from 'node:events';
import {request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {nginxMissing, startPlainNginx, startReadmeNginx} from './nginx.js';
import {startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';

const POSTS = 200;
const BODY = Buffer.alloc(4_000_000, 'x');

/** Sends a body that the server did not ask for. Returns the status of the proxy's response. */
const post = async (url: string, path: string): Promise<number> => {
  const outgoing = request(`${url}${path}`, {
    method: 'POST',
    agent: false,
    headers: {'content-type': 'application/pdf', 'content-length': BODY.length},
  });
  // The proxy may close the connection once its response is complete.
  outgoing.on('error', () => undefined);
  outgoing.end(BODY);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
};

const counted = (statuses: number[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

t.test('rejected large bodies do not disturb other visitors', {skip: nginxMissing}, async (t) => {
  const inside = await startServer(t);
  const servers = await Promise.all([startProcessBeside(t, inside), startProcessBeside(t, inside)]);

  for (const [what, start] of Object.entries({
    'behind nginx as the README sets it': startReadmeNginx,
    'behind nginx that speaks HTTP/1.0': startPlainNginx,
  })) {
    await t.test(what, async (t) => {
      const url = await start(t, ...servers);
      const others: number[] = [];
      let isOver = false;
      const visiting = (async () => {
        while (!isOver) {
          others.push((await fetch(`${url}/api/sites/demo/config`)).status);
          await sleep(20);
        }
      })();

      const paths = ['/api/messages', '/api/files/upload', '/nothing', '/%zz'];
      const statuses = await Promise.all(
        Array.from({length: POSTS}, (_, i) => post(url, paths[i % paths.length] ?? '')),
      );
      isOver = true;
      await visiting;

      // nginx itself rejects a URL that it cannot decode.
      t.same(counted(statuses), {400: POSTS / 4, 401: POSTS / 2, 404: POSTS / 4});
      t.same(Object.keys(counted(others)), ['200'], `${others.length} other calls`);
    });
  }
});
