import {existsSync} from 'node:fs';
import path from 'node:path';

import {parse} from 'yaml';

import {SERVER_ALONE} from './deploy-image.js';
import type {Image} from './deploy-image.js';
import {settingFaults} from './deploy-settings.js';

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, string>;
  networks?: string[];
  volumes?: string[];
  secrets?: string[];
  configs?: {source: string; target: string}[];
  depends_on?: string[] | Record<string, unknown>;
  ports?: string[];
  healthcheck?: {test: string[]; interval?: string; start_period?: string};
  restart?: string;
  stop_grace_period?: string;
  read_only?: boolean;
  cap_drop?: string[];
  deploy?: {resources?: {limits?: {cpus?: string; memory?: string}}};
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, {internal?: boolean; ipam?: {config: {subnet: string}[]}}>;
  volumes: Record<string, unknown>;
  secrets: Record<string, {file: string}>;
  configs: Record<string, {file: string}>;
}

export interface ComposeFiles {
  compose: string;
  env: string;
  caddyfile: string;
  garage: string;
}

type Demand = (holds: unknown, fault: string) => void;

/** Value for the variables that .env.example leaves empty. */
const FILLED = 'f1f1f1f1f1f1f1f1';
const VARIABLE = /\$\{(\w+)(:\?[^}]*)?\}/g;

export const valuesOf = (env: string): Record<string, string> =>
  Object.fromEntries(
    [...env.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value]) => [name, value || FILLED]),
  );

/** Returns the faults of the compose file, and its contradictions with the files around it. */
export const composeFaults = (
  files: ComposeFiles,
  image: Image,
  {examples, temporary}: {examples: string; temporary: string},
): string[] => {
  const faults: string[] = [];
  const demand: Demand = (holds, fault) => {
    if (!holds) faults.push(fault);
  };
  const values = valuesOf(files.env);
  const used = new Set([...files.compose.matchAll(VARIABLE)].map(([, name = '']) => name));
  for (const name of used) demand(name in values, `${name} is not in .env.example`);
  for (const name of Object.keys(values)) demand(used.has(name), `nobody reads ${name}`);
  const filled = files.compose.replace(VARIABLE, (_, name: string) => values[name] ?? '');
  const compose = parse(filled, {merge: true}) as Compose;

  for (const [name, service] of Object.entries(compose.services)) {
    checkService(name, service, compose, demand);
  }
  for (const {file} of Object.values(compose.configs)) {
    demand(existsSync(path.join(examples, file)), `there is no ${file}`);
  }
  const servers = Object.entries(compose.services).filter(([, {image: one}]) =>
    one?.startsWith('maria-chat:'),
  );
  demand(servers.length === 3, `there are ${servers.length} servers`);
  for (const [name, server] of servers) {
    faults.push(...serverFaults(name, server, {compose, files, image, temporary}));
  }
  checkProxy(
    servers.map(([name]) => `${name}:${image.port}`),
    compose,
    files,
    demand,
  );
  return faults;
};

const checkService = (name: string, service: Service, compose: Compose, demand: Demand) => {
  const {limits} = service.deploy?.resources ?? {};
  demand(/:[\w.-]+$/.test(service.image ?? ''), `${name}: no version of its image`);
  demand(!service.image?.endsWith(':latest'), `${name}: any version of its image`);
  demand(limits?.cpus && limits.memory, `${name}: no limits`);
  demand(service.restart === 'unless-stopped', `${name}: stays down`);
  demand(service.stop_grace_period === '30s', `${name}: is not given 30 s to stop`);
  for (const network of service.networks ?? []) {
    demand(network in compose.networks, `${name}: no network ${network}`);
  }
  for (const volume of service.volumes ?? []) {
    const [source = ''] = volume.split(':');
    demand(source.startsWith('/') || source in compose.volumes, `${name}: no volume ${source}`);
  }
  for (const secret of service.secrets ?? []) {
    demand(secret in compose.secrets, `${name}: no secret ${secret}`);
  }
  for (const {source} of service.configs ?? []) {
    demand(source in compose.configs, `${name}: no config ${source}`);
  }
  const awaited = service.depends_on ?? [];
  for (const other of Array.isArray(awaited) ? awaited : Object.keys(awaited)) {
    demand(other in compose.services, `${name}: waits for ${other}, which is not there`);
  }
  const own = service.image?.startsWith('maria-chat:');
  demand(own || service.healthcheck, `${name}: nobody looks at its health`);
  demand(name === 'proxy' || !service.ports, `${name}: open to the world`);
};

interface Surroundings {
  compose: Compose;
  files: ComposeFiles;
  image: Image;
  temporary: string;
}

const serverFaults = (
  name: string,
  server: Service,
  {compose, files, image, temporary}: Surroundings,
): string[] => {
  const faults: string[] = [];
  const demand: Demand = (holds, fault) => {
    if (!holds) faults.push(`${name}: ${fault}`);
  };
  const env = server.environment ?? {};
  faults.push(...settingFaults({...image.env, ...env}, temporary).map((one) => `${name}: ${one}`));
  demand(
    server.read_only && server.cap_drop?.includes('ALL'),
    'may write or do more than it needs',
  );
  demand(server.volumes?.includes(image.env['DATA_DIR'] ?? ''), 'its DATA_DIR cannot be written');
  const {test = [], interval, start_period: starting} = server.healthcheck ?? {};
  const ready = `"http://127.0.0.1:${image.port}/readyz"`;
  demand(
    test[0] === 'CMD' && test[1] === 'node' && test.at(-1)?.includes(ready),
    '`--wait` does not wait until it can work',
  );
  demand(interval && starting, 'is looked at too seldom, or given up while it starts');
  const secret = path.basename(env['SECRET_KEY_FILE'] ?? '');
  demand(server.secrets?.includes(secret), `is not given the secret ${secret}`);

  const {database, store, proxy} = compose.services;
  const db = new URL(env['DATABASE_URL'] ?? 'postgres://none');
  const {POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB} = database?.environment ?? {};
  demand(db.hostname === 'database' && meets(server, database), 'does not find the database');
  demand(
    [db.username, db.password, db.pathname].join() ===
      [POSTGRES_USER, POSTGRES_PASSWORD, `/${POSTGRES_DB ?? ''}`].join(),
    'another user, password or database than PostgreSQL has',
  );
  const storePort = /api_bind_addr = "\[::\]:(\d+)"/.exec(files.garage)?.[1] ?? '';
  const keys = store?.environment ?? {};
  demand(env['S3_ENDPOINT'] === `http://store:${storePort}`, 'does not find the store');
  demand(meets(server, store), 'has no way to the store');
  demand(env['S3_BUCKET'] === keys['GARAGE_DEFAULT_BUCKET'], 'another bucket than is made');
  demand(
    env['AWS_ACCESS_KEY_ID'] === keys['GARAGE_DEFAULT_ACCESS_KEY'] &&
      env['AWS_SECRET_ACCESS_KEY'] === keys['GARAGE_DEFAULT_SECRET_KEY'],
    'another key than is made',
  );
  demand(store?.command?.includes('--default-bucket'), 'nobody makes the bucket');
  const region = /s3_region = "(\w+)"/.exec(files.garage)?.[1];
  demand(env['AWS_REGION'] === region, `the store is in the region ${region ?? ''}`);
  const shared = (server.networks ?? []).filter((one) => proxy?.networks?.includes(one));
  const [subnet] = shared.map((one) => compose.networks[one]?.ipam?.config[0]?.subnet);
  demand(shared.length === 1, 'the proxy comes on more than one network, or on none');
  demand(env['TRUST_PROXY'] === subnet, 'TRUST_PROXY is not where the proxy comes from');
  for (const other of [database, store]) {
    const way = (other?.networks ?? []).filter((one) => server.networks?.includes(one));
    demand(
      way.every((one) => compose.networks[one]?.internal),
      'plain text on an open network',
    );
  }
  return faults;
};

const meets = (one: Service, other: Service | undefined): boolean =>
  one.networks?.some((network) => other?.networks?.includes(network)) ?? false;

const UPLOAD_SECONDS = 900;
const ANSWER_MS = 2_000;

const checkProxy = (
  servers: string[],
  {services: {proxy, store}}: Compose,
  {caddyfile}: ComposeFiles,
  demand: Demand,
): void => {
  const env = proxy?.environment ?? {};
  demand(env['CHAT_SERVERS'] === servers.join(' '), 'proxy: knows other servers than there are');
  demand(proxy && meets(proxy, store) && env['FILES_SERVER'] === 'store:3900', 'proxy: no files');
  const names = [...caddyfile.matchAll(/^[^#\n]*\{\$(\w+)\}/gm)].map(([, name = '']) => name);
  demand(names.length === 4 && names.every((name) => name in env), 'proxy: a name is not given');
  demand(/max_size 6MB/.test(caddyfile), 'proxy: bodies of any size, or smaller than a file');
  demand(!/request_buffers/.test(caddyfile), 'proxy: holds uploads back');
  const wait = /response_header_timeout (\d+)s/.exec(caddyfile)?.[1];
  demand(wait === undefined || Number(wait) > UPLOAD_SECONDS, 'proxy: ends a slow upload');
  const health = /health_uri (\S+)/.exec(caddyfile)?.[1];
  demand(health === SERVER_ALONE, 'proxy: does not hear that a server stops, or hears too much');
  // The last pause and the last attempt can begin just before the time ends.
  const waits = ['lb_try_duration', 'lb_try_interval', 'dial_timeout'].map((name) =>
    Number(new RegExp(`${name} (\\d+)ms`).exec(caddyfile)?.[1] ?? NaN),
  );
  const longest = waits.reduce((sum, ms) => sum + ms, 0);
  demand(longest <= ANSWER_MS, 'proxy: visitors wait, and get no answer');
  demand(/respond \/metrics 404/.test(caddyfile), 'proxy: shows metrics to the world');
  demand(!/trusted_proxies/.test(caddyfile), 'proxy: hands on what visitors say of themselves');
};
