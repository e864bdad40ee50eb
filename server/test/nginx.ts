import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';

import type {Test} from 'tap';

import {freePort} from './free-port.js';
import {kill} from './server-process.js';
import {temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

const DEPLOY_README = new URL('../../../examples/deploy/README.md', import.meta.url);

export const nginxMissing =
  process.env['TEST_PROXY_MISSING'] ??
  (spawnSync('nginx', ['-v'], {stdio: 'ignore'}).status === 0
    ? false
    : 'no nginx to test behind: install nginx-light');

/** Everything as it is when nobody has set it: HTTP/1.0 to the server, answers buffered, no upgrade. */
export const startNginx = (t: Test, target: string, more = ''): Promise<string> =>
  startNginxWith(t, (port) => {
    const {host} = new URL(target.replace('localhost', '127.0.0.1'));
    return `server { listen 127.0.0.1:${port}; location / { proxy_pass http://${host}; ${more} } }`;
  });

/** As the operator reads how to set it, but without TLS. */
export const startReadmeNginx = async (t: Test, {config}: TestServer): Promise<string> => {
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
