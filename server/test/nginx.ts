import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';

import type {Test} from 'tap';

import {freePort} from './free-port.js';
import {kill} from './server-process.js';
import {temporaryFolder} from './start-server.js';
import {until} from './until.js';

const DEPLOY_README = new URL('../../../examples/deploy/README.md', import.meta.url);

export const nginxMissing =
  process.env['TEST_PROXY_MISSING'] ??
  (spawnSync('nginx', ['-v'], {stdio: 'ignore'}).status === 0
    ? false
    : 'no nginx to test behind: install nginx-light');

/** Starts nginx with its defaults: HTTP/1.0 to the server, buffered responses, no upgrade. */
export const startNginx = (t: Test, target: string, more = ''): Promise<string> =>
  startNginxWith(t, (port) => {
    const {host} = new URL(target.replace('localhost', '127.0.0.1'));
    return `server { listen 127.0.0.1:${port}; location / { proxy_pass http://${host}; ${more} } }`;
  });

/** Starts nginx with the documented configuration, but without TLS, for one or two servers. */
export const startReadmeNginx = async (t: Test, ...servers: {url: string}[]): Promise<string> => {
  const readme = await readFile(DEPLOY_README, 'utf8');
  const [, shown = ''] = /```nginx\n([^]*?)```/.exec(readme) ?? [];
  const [first = '', second = first] = servers.map(({url}) => `127.0.0.1:${new URL(url).port}`);
  return startNginxWith(t, (port) =>
    shown
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
      .replace(/^.*ssl_certificate.*$/gm, '')
      .replace('10.0.0.11:8080', first)
      .replace('10.0.0.12:8080', second),
  );
};

/** Starts nginx for several servers, with only their IP addresses and unbuffered uploads set. */
export const startPlainNginx = (t: Test, ...servers: {url: string}[]): Promise<string> =>
  startNginxWith(t, (port) => {
    const named = servers.map(({url}) => `server 127.0.0.1:${new URL(url).port};`);
    return `upstream plain { ${named.join(' ')} }
            server {
              listen 127.0.0.1:${port};
              client_max_body_size 6m;
              proxy_request_buffering off;
              location / { proxy_pass http://plain; }
            }`;
  });

/** Starts nginx below a path, which is removed before requests are passed on. */
export const startNginxBelow = (
  t: Test,
  {port, path, target}: {port: number; path: string; target: string},
): Promise<string> =>
  startNginxWith(
    t,
    () => `server {
      listen 127.0.0.1:${port};
      location = /healthz { return 200; }
      location ${path}/ {
        proxy_set_header Host $http_host;
        proxy_pass http://127.0.0.1:${new URL(target).port}/;
      }
    }`,
    port,
  );

const startNginxWith = async (
  t: Test,
  serverOn: (port: number) => string,
  given?: number,
): Promise<string> => {
  const folder = await temporaryFolder(t);
  const port = given ?? (await freePort());
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
