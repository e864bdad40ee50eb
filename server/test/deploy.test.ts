import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';
import type {Test} from 'tap';
import {parse} from 'yaml';

import {findComposeErrors} from './deploy-compose.js';
import type {ComposeFiles} from './deploy-compose.js';
import {findImageErrors, parseImage} from './deploy-image.js';
import {findKubernetesErrors} from './deploy-kubernetes.js';
import {
  analyzerMissing,
  parseAssignments,
  readEnvWithNode,
  findSystemdErrors,
} from './deploy-systemd.js';
import {firstCells, parseMarkdown} from './markdown.js';
import {temporaryFolder} from './start-server.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLES = path.join(PROJECT, 'examples/deploy');
const text = (name: string) => readFileSync(path.join(EXAMPLES, name), 'utf8');

const DOCKERFILE = text('Dockerfile');
const FILES: ComposeFiles = {
  compose: text('compose.yaml'),
  env: text('.env.example'),
  caddyfile: text('Caddyfile'),
  garage: text('garage.toml'),
};
const KUBERNETES = text('kubernetes.yaml');
const UNIT = text('maria-chat.service');
const ENVIRONMENT = text('maria-chat.env');

/** Asserts that a changed file has a fault that the original does not have. */
const assertNoticed = (t: Test, faults: string[], changed: string[], what: string): void => {
  t.ok(
    changed.some((fault) => !faults.includes(fault)),
    what,
  );
};

/** Returns the text with one change. Throws if the text does not contain `from`. */
const replaceIn = (original: string, from: string, to: string): string => {
  if (!original.includes(from)) throw new Error(`The text does not contain "${from}".`);
  return original.replaceAll(from, to);
};

t.test('the alert rules read metrics that exist, and the guide has a row for each', (t) => {
  interface Rules {
    groups: {rules: {alert: string; expr: string}[]}[];
  }
  const {groups} = parse(text('alert-rules.yaml')) as Rules;
  const rules = groups.flatMap((group) => group.rules);
  const metrics = firstCells(parseMarkdown('', `\n${text('METRICS.md')}`), '# Metrics');
  const used = rules.flatMap(({expr}) => expr.match(/\bmaria_\w+/g) ?? []);
  t.ok(used.length > 5);
  t.same(
    used.filter((name) => !metrics.includes(name)),
    [],
  );
  const documented = firstCells(parseMarkdown('', text('OPERATIONS.md')), '## Metrics');
  t.same(
    documented,
    rules.map(({alert}) => alert),
  );
  t.end();
});

t.test('the Dockerfile', (t) => {
  const ignored = text('Dockerfile.dockerignore');
  const faults = findImageErrors(DOCKERFILE, ignored, PROJECT);
  t.same(faults, []);

  for (const [from, to] of [
    ['USER 1000:1000', 'USER root'],
    ['USER 1000:1000\n', ''],
    ['HOST=0.0.0.0', 'HOST=127.0.0.1'],
    ['NODE_ENV=production ', ''],
    ['EXPOSE 8080', 'EXPOSE 8081'],
    ['VOLUME /data\n', ''],
    ['npm ci', 'npm install'],
    ['npm prune --omit=dev', 'npm prune'],
    ['CMD ["node", "dist/server/main.js"]', 'CMD node dist/server/main.js'],
    ['dist/server/main.js', 'dist/server/start.js'],
    ['/healthz`', '/health`'],
    ['--interval=10s', '--interval=ten'],
    ['node:24-bookworm-slim', 'node'],
    ['FROM node:24-bookworm-slim AS build', 'FORM node:24-bookworm-slim AS build'],
    ['.npmrc ./', '.npmrc .env ./'],
  ] as const) {
    const changed = findImageErrors(replaceIn(DOCKERFILE, from, to), ignored, PROJECT);
    assertNoticed(t, faults, changed, `${from} → ${to}`);
  }
  for (const [from, to] of [
    ['*\n', ''],
    ['!widget\n', ''],
    ['!server\n', '!servers\n'],
  ] as const) {
    const changed = findImageErrors(DOCKERFILE, replaceIn(ignored, from, to), PROJECT);
    assertNoticed(t, faults, changed, `${from} → ${to}`);
  }
  t.end();
});

t.test('the compose file and its neighbours', async (t) => {
  const image = parseImage(DOCKERFILE);
  const places = {examples: EXAMPLES, temporary: await temporaryFolder(t)};
  const faults = findComposeErrors(FILES, image, places);
  t.same(faults, []);

  for (const [file, from, to] of [
    ['compose', "maria-3:\n    <<: *maria\n    volumes: ['maria-3:/data']\n", ''],
    ['compose', 'PUBLIC_URL: https', 'PUBLIC_URL: http'],
    ['compose', 'PUBLIC_URL:', 'PUBLIC_URI:'],
    ['compose', 'sslmode=disable', 'sslmode=none'],
    ['compose', '?sslmode=disable', ''],
    ['compose', "S3_ALLOW_HTTP: 'true'", "S3_ALLOW_HTTP: 'false'"],
    ['compose', '@database:5432', '@db:5432'],
    ['compose', 'POSTGRES_USER: maria', 'POSTGRES_USER: postgres'],
    ['compose', 'GARAGE_DEFAULT_BUCKET: maria', 'GARAGE_DEFAULT_BUCKET: other'],
    ['compose', ', --default-bucket', ''],
    ['compose', 'AWS_REGION: garage', 'AWS_REGION: us-east-1'],
    ['compose', 'TRUST_PROXY: 172.30.238.0/24', 'TRUST_PROXY: 172.30.0.0/24'],
    ['compose', 'TRUST_PROXY: 172.30.238.0/24', "TRUST_PROXY: 'true'"],
    ['compose', 'maria-2:8080', 'maria-2:80'],
    ['compose', 'inner: {internal: true}', 'inner: {}'],
    ['compose', 'networks: [edge, files]', 'networks: [edge, files, inner]'],
    ['compose', 'secret-key: {file: ./secret-key}', 'other: {file: ./secret-key}'],
    ['compose', '{file: ./Caddyfile}', '{file: ./caddy.conf}'],
    ['compose', '  store-data: {}\n', ''],
    ['compose', 'stop_grace_period: 30s', 'stop_grace_period: 10s'],
    ['compose', 'caddy:2.10-alpine', 'caddy'],
    ['compose', 'read_only: true', 'read_only: false'],
    ['compose', "volumes: ['maria-2:/data']", "volumes: ['maria-2:/var/data']"],
    ['compose', "volumes: ['maria-2:/data']", 'volumes: [/data]'],
    ['compose', "volumes: ['maria-2:/data']", "volumes: ['maria-1:/data']"],
    ['compose', '  maria-2: {}\n', ''],
    ['compose', "limits: {cpus: '1', memory: 512M}", 'limits: {}'],
    ['compose', '    networks: [inner]\n', "    networks: [inner]\n    ports: ['5432:5432']\n"],
    ['compose', 'SMTP_URL: ${SMTP_URL:?}', 'SMTP_URL: ${SMTP:?}'],
    ['compose', '    SMTP_URL: ${SMTP_URL:?}\n', ''],
    ['env', 'MAIL_FROM=maria@example.com\n', ''],
    ['env', 'SMTP_URL=smtps:', 'SMTP_URL=https:'],
    ['garage', '3900', '3999'],
    ['caddyfile', 'max_size 6MB', 'max_size 1MB'],
    ['caddyfile', '960s', '60s'],
    ['compose', '8080/readyz"', '8080/healthz"'],
    ['compose', '8080/readyz"', '8080/readyz?part=server"'],
    ['compose', '127.0.0.1:8080/readyz', '127.0.0.1:80/readyz'],
    ['caddyfile', 'health_uri /readyz', 'health_uri /healthz'],
    ['caddyfile', 'health_uri /readyz?part=server', 'health_uri /readyz'],
    ['caddyfile', 'lb_try_duration 1250ms', 'lb_try_duration 5s'],
    ['caddyfile', 'dial_timeout 500ms', 'dial_timeout 900ms'],
    ['caddyfile', 'respond /metrics 404\n', '\n'],
    ['caddyfile', '{$CHAT_SERVERS}', '{$SERVERS}'],
  ] as const) {
    const files = {...FILES, [file]: replaceIn(FILES[file], from, to)};
    assertNoticed(t, faults, findComposeErrors(files, image, places), `${file}: ${from} → ${to}`);
  }
});

t.test('the Kubernetes manifest', async (t) => {
  const image = parseImage(DOCKERFILE);
  const temporary = await temporaryFolder(t);
  const faults = findKubernetesErrors(KUBERNETES, image, temporary);
  t.same(faults, []);

  for (const [from, to] of [
    ['replicas: 3', 'replicas: 2'],
    ['PUBLIC_URL: https://chat', 'PUBLIC_URL: http://chat'],
    ['PUBLIC_URL: https://chat', 'PUBLIC_URL: https://other'],
    ['MAIL_FROM:', 'MAIL_SENDER:'],
    ['?sslmode=verify-full', ''],
    ['smtps://', 'https://'],
    ['TRUST_PROXY: 10.244.0.0/16', 'TRUST_PROXY: 10.244.0.0/99'],
    ['configMapRef: {name: maria-chat}', 'configMapRef: {name: maria}'],
    ['secretName: maria-chat-secret-key', 'secretName: other'],
    ['defaultMode: 0400', 'defaultMode: 0444'],
    ['SECRET_KEY_FILE: /run/secrets/maria', 'SECRET_KEY_FILE: /run/secrets/other'],
    ["{path: '/readyz?part=server', port: http}", '{path: /healthz, port: http}'],
    ["'/readyz?part=server'", '/readyz'],
    ['{path: /healthz, port: http}', '{path: /readyz, port: http}'],
    ['port: http}\n            periodSeconds: 10', 'port: web}\n            periodSeconds: 10'],
    ['containerPort: 8080', 'containerPort: 80'],
    ['runAsUser: 1000', 'runAsUser: 0'],
    ['readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'],
    ['drop: [ALL]', 'drop: [NET_RAW]'],
    ['emptyDir: {sizeLimit: 1200Mi}', 'configMap: {name: maria-chat}'],
    ['mountPath: /data', 'mountPath: /var/data'],
    ['- name: data\n', '- name: spool\n'],
    ['terminationGracePeriodSeconds: 30', 'terminationGracePeriodSeconds: 20'],
    ['3000)', '9000)'],
    ['selector: {app: maria-chat}', 'selector: {app: maria}'],
    ['targetPort: http', 'targetPort: web'],
    ['proxy-body-size: 6m', 'proxy-body-size: 1m'],
    ["proxy-request-buffering: 'off'", "proxy-request-buffering: 'on'"],
    ["proxy-read-timeout: '960'", "proxy-read-timeout: '60'"],
    ['kind: PodDisruptionBudget', 'kind: CronJob'],
  ] as const) {
    const changed = findKubernetesErrors(replaceIn(KUBERNETES, from, to), image, temporary);
    assertNoticed(t, faults, changed, `${from} → ${to}`);
  }
});

t.test('the systemd unit and its environment file', async (t) => {
  const places = {project: PROJECT, temporary: await temporaryFolder(t)};
  const faults = findSystemdErrors(UNIT, ENVIRONMENT, places);
  t.same(faults, []);
  t.match(readEnvWithNode(path.join(EXAMPLES, 'maria-chat.env')), parseAssignments(ENVIRONMENT));

  for (const [from, to] of [
    ['dist/server/main.js', 'dist/server/start.js'],
    ['/usr/bin/node', 'node'],
    ['User=maria\n', ''],
    ['TimeoutStopSec=30', 'TimeoutStopSec=20'],
    ['StateDirectory=maria-chat\n', 'StateDirectory=maria\n'],
    ['ProtectSystem=strict', 'ProtectSystem=no'],
    ['UMask=', 'MemoryDenyWriteExecute=yes\nUMask='],
    ['EnvironmentFile=/etc/maria-chat/maria-chat.env\n', ''],
    ...(analyzerMissing ? [] : [['Restart=always', 'Restart=forever'] as const]),
    ...(analyzerMissing ? [] : [['ProtectClock=', 'ProtectClocks='] as const]),
  ] as const) {
    const changed = findSystemdErrors(replaceIn(UNIT, from, to), ENVIRONMENT, places);
    assertNoticed(t, faults, changed, `${from} → ${to}`);
  }
  for (const [from, to] of [
    ['PUBLIC_URL=https', 'PUBLIC_URL=http'],
    ['PUBLIC_URL=', 'PUBLIC_URI='],
    ['?sslmode=verify-full', ''],
    ['SMTP_URL=smtps:', 'SMTP_URL=https:'],
    ['TRUST_PROXY=127.0.0.1', 'TRUST_PROXY=true'],
    ['DATA_DIR=/var/lib/maria-chat', 'DATA_DIR=/opt/maria-chat'],
    ['NODE_ENV=production\n', ''],
  ] as const) {
    const changed = findSystemdErrors(UNIT, replaceIn(ENVIRONMENT, from, to), places);
    assertNoticed(t, faults, changed, `${from} → ${to}`);
  }
});
