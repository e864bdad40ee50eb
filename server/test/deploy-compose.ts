import {existsSync} from 'node:fs';
import path from 'node:path';

import {parse} from 'yaml';

import {SERVER_READINESS_PATH} from './deploy-image.js';
import type {Image} from './deploy-image.js';
import {findSettingErrors} from './deploy-settings.js';

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

type RequireThat = (holds: unknown, fault: string) => void;

/** Value for the variables that .env.example leaves empty. */
const FILLED = 'f1f1f1f1f1f1f1f1';
const VARIABLE = /\$\{(\w+)(:\?[^}]*)?\}/g;

export const parseEnv = (env: string): Record<string, string> =>
  Object.fromEntries(
    [...env.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value]) => [name, value || FILLED]),
  );

/** Returns the faults of the compose file, and its contradictions with the files around it. */
export const findComposeErrors = (
  files: ComposeFiles,
  image: Image,
  {examples, temporary}: {examples: string; temporary: string},
): string[] => {
  const faults: string[] = [];
  const requireThat: RequireThat = (holds, fault) => {
    if (!holds) faults.push(fault);
  };
  const values = parseEnv(files.env);
  const used = new Set([...files.compose.matchAll(VARIABLE)].map(([, name = '']) => name));
  for (const name of used) requireThat(name in values, `${name} is not in .env.example`);
  for (const name of Object.keys(values)) requireThat(used.has(name), `${name} is not used`);
  const filled = files.compose.replace(VARIABLE, (_, name: string) => values[name] ?? '');
  const compose = parse(filled, {merge: true}) as Compose;

  for (const [name, service] of Object.entries(compose.services)) {
    checkService(name, service, compose, requireThat);
  }
  for (const {file} of Object.values(compose.configs)) {
    requireThat(existsSync(path.join(examples, file)), `${file} is missing`);
  }
  const servers = Object.entries(compose.services).filter(([, {image: one}]) =>
    one?.startsWith('maria-chat:'),
  );
  requireThat(servers.length === 3, `there are ${servers.length} servers`);
  for (const [name, server] of servers) {
    faults.push(...serverFaults(name, server, {compose, files, image, temporary}));
  }
  checkProxy(
    servers.map(([name]) => `${name}:${image.port}`),
    compose,
    files,
    requireThat,
  );
  return faults;
};

const checkService = (
  name: string,
  service: Service,
  compose: Compose,
  requireThat: RequireThat,
) => {
  const {limits} = service.deploy?.resources ?? {};
  requireThat(/:[\w.-]+$/.test(service.image ?? ''), `${name}: the image has no version`);
  requireThat(!service.image?.endsWith(':latest'), `${name}: the image has the version latest`);
  requireThat(limits?.cpus && limits.memory, `${name}: no limits`);
  requireThat(service.restart === 'unless-stopped', `${name}: is not restarted`);
  requireThat(service.stop_grace_period === '30s', `${name}: does not get 30 s to stop`);
  for (const network of service.networks ?? []) {
    requireThat(network in compose.networks, `${name}: no network ${network}`);
  }
  for (const volume of service.volumes ?? []) {
    const [source = ''] = volume.split(':');
    requireThat(
      source.startsWith('/') || source in compose.volumes,
      `${name}: no volume ${source}`,
    );
  }
  for (const secret of service.secrets ?? []) {
    requireThat(secret in compose.secrets, `${name}: no secret ${secret}`);
  }
  for (const {source} of service.configs ?? []) {
    requireThat(source in compose.configs, `${name}: no config ${source}`);
  }
  const awaited = service.depends_on ?? [];
  for (const other of Array.isArray(awaited) ? awaited : Object.keys(awaited)) {
    requireThat(other in compose.services, `${name}: waits for the missing service ${other}`);
  }
  const own = service.image?.startsWith('maria-chat:');
  requireThat(own || service.healthcheck, `${name}: has no health check`);
  requireThat(name === 'proxy' || !service.ports, `${name}: open to the world`);
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
  const requireThat: RequireThat = (holds, fault) => {
    if (!holds) faults.push(`${name}: ${fault}`);
  };
  const env = server.environment ?? {};
  faults.push(
    ...findSettingErrors({...image.env, ...env}, temporary).map((one) => `${name}: ${one}`),
  );
  requireThat(
    server.read_only && server.cap_drop?.includes('ALL'),
    'has more rights than it needs',
  );
  const dataVolumes = server.volumes?.filter((one) => one.endsWith(`:${image.env['DATA_DIR']}`));
  requireThat(dataVolumes?.length === 1, 'its DATA_DIR is not kept in a volume');
  const others = Object.entries(compose.services).filter(([other]) => other !== name);
  requireThat(
    !others.some(([, {volumes = []}]) => volumes.some((one) => dataVolumes?.includes(one))),
    'its DATA_DIR is used by another service',
  );
  const {test = [], interval, start_period: starting} = server.healthcheck ?? {};
  const ready = `"http://127.0.0.1:${image.port}/readyz"`;
  requireThat(
    test[0] === 'CMD' && test[1] === 'node' && test.at(-1)?.includes(ready),
    '`--wait` does not wait until it is ready',
  );
  requireThat(interval && starting, 'health checks are too rare, or fail during the start');
  const secret = path.basename(env['SECRET_KEY_FILE'] ?? '');
  requireThat(server.secrets?.includes(secret), `does not get the secret ${secret}`);

  const {database, store, proxy} = compose.services;
  const db = new URL(env['DATABASE_URL'] ?? 'postgres://none');
  const {POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB} = database?.environment ?? {};
  requireThat(db.hostname === 'database' && meets(server, database), 'does not find the database');
  requireThat(
    [db.username, db.password, db.pathname].join() ===
      [POSTGRES_USER, POSTGRES_PASSWORD, `/${POSTGRES_DB ?? ''}`].join(),
    'user, password or database differ from PostgreSQL’s',
  );
  const storePort = /api_bind_addr = "\[::\]:(\d+)"/.exec(files.garage)?.[1] ?? '';
  const keys = store?.environment ?? {};
  requireThat(env['S3_ENDPOINT'] === `http://store:${storePort}`, 'does not find the store');
  requireThat(meets(server, store), 'shares no network with the store');
  requireThat(
    env['S3_BUCKET'] === keys['GARAGE_DEFAULT_BUCKET'],
    'the bucket differs from the created one',
  );
  requireThat(
    env['AWS_ACCESS_KEY_ID'] === keys['GARAGE_DEFAULT_ACCESS_KEY'] &&
      env['AWS_SECRET_ACCESS_KEY'] === keys['GARAGE_DEFAULT_SECRET_KEY'],
    'the key differs from the created one',
  );
  requireThat(store?.command?.includes('--default-bucket'), 'the bucket is not created');
  const region = /s3_region = "(\w+)"/.exec(files.garage)?.[1];
  requireThat(env['AWS_REGION'] === region, `the store is in the region ${region ?? ''}`);
  const shared = (server.networks ?? []).filter((one) => proxy?.networks?.includes(one));
  const [subnet] = shared.map((one) => compose.networks[one]?.ipam?.config[0]?.subnet);
  requireThat(shared.length === 1, 'the proxy shares more than one network with it, or none');
  requireThat(env['TRUST_PROXY'] === subnet, 'TRUST_PROXY is not the proxy’s network');
  for (const other of [database, store]) {
    const way = (other?.networks ?? []).filter((one) => server.networks?.includes(one));
    requireThat(
      way.every((one) => compose.networks[one]?.internal),
      'plain text on an open network',
    );
  }
  return faults;
};

const meets = (service: Service, other: Service | undefined): boolean =>
  service.networks?.some((network) => other?.networks?.includes(network)) ?? false;

const UPLOAD_SECONDS = 900;
const ANSWER_MS = 2_000;

const checkProxy = (
  servers: string[],
  {services: {proxy, store}}: Compose,
  {caddyfile}: ComposeFiles,
  requireThat: RequireThat,
): void => {
  const env = proxy?.environment ?? {};
  requireThat(
    env['CHAT_SERVERS'] === servers.join(' '),
    'proxy: its servers differ from the services',
  );
  requireThat(
    proxy && meets(proxy, store) && env['FILES_SERVER'] === 'store:3900',
    'proxy: does not reach the files',
  );
  const names = [...caddyfile.matchAll(/^[^#\n]*\{\$(\w+)\}/gm)].map(([, name = '']) => name);
  requireThat(
    names.length === 4 && names.every((name) => name in env),
    'proxy: a host name is missing',
  );
  requireThat(
    /max_size 6MB/.test(caddyfile),
    'proxy: the limit for bodies is missing or too small for a file',
  );
  requireThat(!/request_buffers/.test(caddyfile), 'proxy: buffers uploads');
  const wait = /response_header_timeout (\d+)s/.exec(caddyfile)?.[1];
  requireThat(wait === undefined || Number(wait) > UPLOAD_SECONDS, 'proxy: ends a slow upload');
  const health = /health_uri (\S+)/.exec(caddyfile)?.[1];
  requireThat(
    health === SERVER_READINESS_PATH,
    'proxy: the health check does not detect a stop, or includes shared dependencies',
  );
  // The last pause and the last attempt can begin just before the time ends.
  const waits = ['lb_try_duration', 'lb_try_interval', 'dial_timeout'].map((name) =>
    Number(new RegExp(`${name} (\\d+)ms`).exec(caddyfile)?.[1] ?? NaN),
  );
  const longest = waits.reduce((sum, ms) => sum + ms, 0);
  requireThat(longest <= ANSWER_MS, 'proxy: visitors wait longer than for a response');
  requireThat(/respond \/metrics 404/.test(caddyfile), 'proxy: shows metrics to the world');
  requireThat(!/trusted_proxies/.test(caddyfile), 'proxy: forwards headers of visitors');
};
