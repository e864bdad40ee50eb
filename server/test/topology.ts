import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {request as openRequest} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {fileURLToPath} from 'node:url';

import type {Test} from 'tap';

import {saveSite} from '../sites/store.js';
import {freePort} from './free-port.js';
import {kill, startProcessBeside} from './server-process.js';
import type {ServerProcess} from './server-process.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const CADDYFILE = fileURLToPath(new URL('../../../examples/deploy/Caddyfile', import.meta.url));
const SITE = 'acme';

/** Reason why no proxy is available, for tap's `skip`. The test runner reports it. */
export const proxyMissing: string | false =
  process.env['TEST_PROXY_MISSING'] ??
  (spawnSync('caddy', ['version'], {stdio: 'ignore'}).status === 0
    ? false
    : 'no proxy to test behind: install caddy');

export interface Topology {
  /** URL of the chat, through the proxy. */
  url: string;
  /** The three servers, each at its own port. */
  servers: ServerProcess[];
  /** Their database, store and mailbox, with a server that receives no requests. */
  inside: TestServer;
  /** Restarts the server at this index, at the same port, optionally with another program. */
  restart: (place: number, program?: string) => Promise<void>;
}

/** Starts the servers and the proxy of `examples/deploy` as processes. */
export const startTopology = async (
  t: Test,
  settings: Record<string, string> = {},
): Promise<Topology> => {
  const inside = await startServer(t, {store: 's3'});
  await saveSite(inside.sql, {
    key: SITE,
    name: 'Acme',
    allowedOrigins: [],
    notifyEmail: null,
    settings: {},
  });
  const [chat, files] = [await freePort(), await freePort()];
  const start = async (port: string, program?: string) => {
    const own = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://chat.example.com',
      MAIL_FROM: 'maria@example.com',
      S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${files}`,
      TRUST_PROXY: '127.0.0.1,::1',
      PORT: port,
      DATA_DIR: await temporaryFolder(t),
      ...settings,
    };
    return startProcessBeside(t, inside, own, program);
  };
  const ports = [await freePort(), await freePort(), await freePort()].map(String);
  const servers = await Promise.all(ports.map((port) => start(port)));
  const url = `http://127.0.0.1:${chat}`;
  await startProxy(t, {
    CHAT_ADDRESS: url,
    CHAT_SERVERS: ports.map((port) => `127.0.0.1:${port}`).join(' '),
    FILES_ADDRESS: `http://127.0.0.1:${files}`,
    FILES_SERVER: new URL(inside.config.s3?.endpoint ?? '').host,
  });
  await until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok ?? false);
  return {
    url,
    servers,
    inside,
    restart: async (place, program) => {
      servers[place] = await start(ports[place] ?? '', program);
    },
  };
};

const startProxy = async (t: Test, env: Record<string, string>): Promise<void> => {
  const args = ['run', '--config', CADDYFILE, '--adapter', 'caddyfile'];
  const own = {PATH: process.env['PATH'], HOME: await temporaryFolder(t)};
  const proxy = spawn('caddy', args, {env: {...own, ...env}, stdio: 'ignore'});
  await once(proxy, 'spawn');
  t.teardown(() => kill(proxy));
};

/** Returns a visitor of the site who has consented to storage. */
export const createConsentingVisitor = async (url: string): Promise<Visitor> => {
  const visitor = await Visitor.arrive(url, SITE);
  const {status} = await visitor.consent({personal_data: true});
  if (status !== 200) throw new Error(`The consent call got ${status}.`);
  return visitor;
};

interface Call {
  method: string;
  path: string;
  json: unknown;
  headers?: Record<string, string>;
}

/** Makes a call from another IP address; all of 127.0.0.0/8 is this machine. */
export const callFrom = async (address: string, url: string, call: Call): Promise<number> => {
  const {method, path, json, headers} = call;
  const outgoing = openRequest(`${url}${path}`, {
    method,
    agent: false,
    localAddress: address,
    headers: {'content-type': 'application/json', ...headers},
  });
  outgoing.end(JSON.stringify(json));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode ?? 0;
};
