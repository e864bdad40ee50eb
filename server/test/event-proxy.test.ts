import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import type {Test} from 'tap';

import {keepsReadingContract} from './event-contract.js';
import {poll, readSocket, readStream, untilTold} from './event-readers.js';
import {freePort} from './free-port.js';
import {makePdf} from './pdf.js';
import {kill} from './server-process.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const DEPLOY_README = new URL('../../../examples/deploy/README.md', import.meta.url);

const nginxMissing =
  spawnSync('nginx', ['-v'], {stdio: 'ignore'}).status === 0
    ? false
    : 'no nginx to test behind: install nginx-light';

/** Everything as it is when nobody has set it: HTTP/1.0 to the server, answers buffered, no upgrade. */
const startNginx = (t: Test, target: string, more = ''): Promise<string> =>
  startNginxWith(t, (port) => {
    const {host} = new URL(target.replace('localhost', '127.0.0.1'));
    return `server { listen 127.0.0.1:${port}; location / { proxy_pass http://${host}; ${more} } }`;
  });

/** As the operator reads how to set it, but without TLS. */
const startReadmeNginx = async (t: Test, {config}: TestServer): Promise<string> => {
  const readme = await readFile(DEPLOY_README, 'utf8');
  const [, shown = ''] = /```nginx\n([^]*?)```/.exec(readme) ?? [];
  return startNginxWith(t, (port) =>
    shown
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
      .replace(/^.*ssl_certificate.*$/gm, '')
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${config.port}`),
  );
};

const startNginxWith = async (t: Test, serverOn: (port: number) => string): Promise<string> => {
  const folder = await temporaryFolder(t);
  const port = await freePort();
  const config = path.join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
     events {}
     http {
       access_log off;
       ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
       ${serverOn(port)}
     }`,
  );
  const proxy = spawn('nginx', ['-p', folder, '-c', config], {stdio: 'ignore'});
  await once(proxy, 'spawn');
  t.teardown(() => kill(proxy));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok ?? false);
  return url;
};

t.test('behind nginx as it comes', {skip: nginxMissing}, async (t) => {
  const server = await startServer(t);
  const url = await startNginx(t, server.url);

  for (const [way, open] of Object.entries({'a stream': readStream, 'a long poll': poll})) {
    await t.test(`${way} keeps what it promises`, async (t) => {
      await keepsReadingContract(t, {server, url, open});
    });
  }

  await t.test('only because the stream asks not to be buffered', async (t) => {
    const deaf = await startNginx(t, server.url, 'proxy_ignore_headers X-Accel-Buffering;');
    const visitor = await Visitor.consenting(url);
    const held = readStream(visitor.at(deaf));
    const free = readStream(visitor);
    t.teardown(() => {
      held.close();
      free.close();
    });
    await until(() => server.live.readersOf(visitor.uuid) === 2);
    await visitor.upload(makePdf());
    await untilTold(free, 1);
    await sleep(500);
    t.same(held.events, [], 'nginx holds back what it has');
    await visitor.call('DELETE', '/api/session');
    await untilTold(held, 2);
    t.equal(await held.ended, 'end', 'until the stream has ended');
  });

  await t.test('a WebSocket is refused with a reason', async (t) => {
    const visitor = await Visitor.consenting(url);
    t.equal(await readSocket(visitor).ended, '426');
  });

  await t.test('a WebSocket keeps what it promises, once it is passed on', async (t) => {
    const passing = await startReadmeNginx(t, server);
    await keepsReadingContract(t, {server, url: passing, open: readSocket});
    const visitor = await Visitor.consenting(passing);
    t.equal((await visitor.upload(makePdf())).status, 201);
    t.equal((await fetch(`${passing}/metrics`)).status, 404);
  });
});
