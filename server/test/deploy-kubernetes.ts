import {parseAllDocuments} from 'yaml';

import {SERVER_READINESS_PATH} from './deploy-image.js';
import type {Image} from './deploy-image.js';
import {findSettingErrors} from './deploy-settings.js';

/** Fields of the various kinds that are checked. */
interface Resource {
  kind: string;
  metadata: {name: string; annotations?: Record<string, string>};
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec: Record<string, unknown>;
}

interface Probe {
  httpGet: {path: string; port: string};
}

interface Container {
  ports: {name: string; containerPort: number}[];
  envFrom: {configMapRef?: {name: string}; secretRef?: {name: string}}[];
  securityContext: {
    allowPrivilegeEscalation: boolean;
    readOnlyRootFilesystem: boolean;
    capabilities: {drop: string[]};
  };
  resources: {limits?: {memory?: string}; requests?: {cpu?: string; memory?: string}};
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
  lifecycle?: {preStop?: {exec: {command: string[]}}};
  volumeMounts: {name: string; mountPath: string}[];
}

interface Pod {
  terminationGracePeriodSeconds: number;
  securityContext: {runAsNonRoot: boolean; runAsUser: number; fsGroup: number};
  containers: [Container];
  volumes: {
    name: string;
    emptyDir?: object;
    secret?: {secretName: string; defaultMode?: number};
  }[];
}

type RequireThat = (holds: unknown, fault: string) => void;

/** Time from the signal to the exit of the server. */
const STOP_SECONDS = 25;
const UPLOAD_SECONDS = 900;

/** Returns the faults of the manifest, and the contradictions between its parts. */
export const findKubernetesErrors = (text: string, image: Image, temporary: string): string[] => {
  const faults: string[] = [];
  const requireThat: RequireThat = (holds, fault) => {
    if (!holds) faults.push(fault);
  };
  // Kubernetes reads YAML 1.1, where 0400 is octal.
  const documents = parseAllDocuments(text, {version: '1.1'});
  const resources = documents.map((item) => item.toJS() as Resource);
  const of = (kind: string) => resources.filter((resource) => resource.kind === kind);
  const [deployment] = of('Deployment');
  if (!deployment) return ['no Deployment'];
  const {replicas, template} = deployment.spec as {
    replicas: number;
    template: {metadata: {labels: object}; spec: Pod};
  };
  requireThat(replicas === 3, `${replicas} servers`);
  requireThat(of('Job').length + of('CronJob').length === 0, 'there is an unnecessary job');
  const pod = template.spec;
  const [container] = pod.containers;
  checkContainer(pod, image, requireThat);
  faults.push(...environmentFaults(container, {resources, image, temporary, pod}));

  const labels = JSON.stringify(template.metadata.labels);
  const [service, budget] = [of('Service')[0], of('PodDisruptionBudget')[0]];
  requireThat(JSON.stringify(service?.spec['selector']) === labels, 'the Service finds no pod');
  const selector = budget?.spec['selector'] as {matchLabels: object} | undefined;
  requireThat(
    JSON.stringify(selector?.matchLabels) === labels,
    'the disruption budget finds no pod',
  );
  const [port] = (service?.spec['ports'] ?? []) as {name: string; targetPort: string}[];
  requireThat(container.ports[0]?.name === port?.targetPort, 'the Service targets no port');
  const publicUrl = of('ConfigMap')[0]?.data?.['PUBLIC_URL'] ?? '';
  checkIngress(of('Ingress')[0], {service, publicUrl}, requireThat);
  return faults;
};

const checkContainer = (pod: Pod, image: Image, requireThat: RequireThat): void => {
  const {securityContext: rights, containers} = pod;
  const [container] = containers;
  const own = container.securityContext;
  requireThat(
    rights.runAsNonRoot && String(rights.runAsUser) === image.user,
    'not the image’s user',
  );
  requireThat(
    own.readOnlyRootFilesystem && !own.allowPrivilegeEscalation,
    'can change its files or gain privileges',
  );
  requireThat(own.capabilities.drop.includes('ALL'), 'keeps capabilities');
  requireThat(container.resources.limits?.memory && container.resources.requests?.cpu, 'no limits');
  requireThat(String(container.ports[0]?.containerPort) === image.port, 'not the image’s port');
  for (const [name, path] of [
    ['startupProbe', '/healthz'],
    ['livenessProbe', '/healthz'],
    ['readinessProbe', SERVER_READINESS_PATH],
  ] as const) {
    const {httpGet} = container[name];
    // An outage of the database must not stop the servers.
    requireThat(httpGet.path === path, `${name} requests ${httpGet.path}`);
    requireThat(
      container.ports.some((item) => item.name === httpGet.port),
      `${name} requests an unknown port`,
    );
  }
  const pause = /, (\d+)\)$/.exec(container.lifecycle?.preStop?.exec.command.at(-1) ?? '')?.[1];
  requireThat(pause, 'no pause before the signal');
  const needed = Number(pause ?? 0) / 1000 + STOP_SECONDS;
  requireThat(pod.terminationGracePeriodSeconds >= needed, `killed before ${needed} s`);
  for (const {name, mountPath} of container.volumeMounts) {
    const volume = pod.volumes.find((item) => item.name === name);
    requireThat(volume, `no volume ${name}`);
    requireThat(
      mountPath !== image.env['DATA_DIR'] || volume?.emptyDir,
      'DATA_DIR cannot be written',
    );
  }
  const mounts = container.volumeMounts.map(({mountPath}) => mountPath);
  requireThat(mounts.includes(image.env['DATA_DIR'] ?? ''), 'DATA_DIR cannot be written');
};

interface Surroundings {
  resources: Resource[];
  image: Image;
  temporary: string;
  pod: Pod;
}

const environmentFaults = (
  {envFrom, volumeMounts}: Container,
  {resources, image, temporary, pod}: Surroundings,
): string[] => {
  const faults: string[] = [];
  const env: Record<string, string> = {...image.env};
  const find = (kind: string, name: string) => {
    const found = resources.find(
      (resource) => resource.kind === kind && resource.metadata.name === name,
    );
    if (!found) faults.push(`no ${kind} ${name}`);
    return found?.data ?? found?.stringData ?? {};
  };
  for (const {configMapRef, secretRef} of envFrom) {
    if (configMapRef) Object.assign(env, find('ConfigMap', configMapRef.name));
    if (secretRef) Object.assign(env, find('Secret', secretRef.name));
  }
  const files = pod.volumes.flatMap(({name, secret}) => {
    if (!secret) return [];
    if (secret.defaultMode !== 0o400) faults.push(`all accounts can read ${secret.secretName}`);
    const mount = volumeMounts.find((item) => item.name === name)?.mountPath ?? '';
    return Object.keys(find('Secret', secret.secretName)).map((key) => `${mount}/${key}`);
  });
  if (!files.includes(env['SECRET_KEY_FILE'] ?? '')) faults.push('no secret at SECRET_KEY_FILE');
  if (!env['TRUST_PROXY']) faults.push('all visitors share the IP address of the ingress');
  return [...faults, ...findSettingErrors(env, temporary)];
};

const checkIngress = (
  ingress: Resource | undefined,
  {service, publicUrl}: {service: Resource | undefined; publicUrl: string},
  requireThat: RequireThat,
): void => {
  const {rules, tls} = (ingress?.spec ?? {rules: [], tls: []}) as {
    rules: {
      host: string;
      http: {paths: {backend: {service: {name: string; port: {name: string}}}}[]};
    }[];
    tls: {hosts: string[]}[];
  };
  const host = new URL(publicUrl).hostname;
  requireThat(
    rules[0]?.host === host && tls[0]?.hosts.includes(host),
    'PUBLIC_URL has another host',
  );
  const target = rules[0]?.http.paths[0]?.backend.service;
  const ports = (service?.spec['ports'] ?? []) as {name: string}[];
  requireThat(target?.name === service?.metadata.name, 'the Ingress targets no Service');
  requireThat(
    ports.some(({name}) => name === target?.port.name),
    'the Ingress targets no port',
  );
  const limit = (name: string) =>
    ingress?.metadata.annotations?.[`nginx.ingress.kubernetes.io/proxy-${name}`] ?? '';
  requireThat(limit('body-size') === '6m', 'the Ingress has another limit for bodies');
  requireThat(limit('request-buffering') === 'off', 'the Ingress buffers uploads');
  for (const name of ['read-timeout', 'send-timeout']) {
    requireThat(Number(limit(name)) > UPLOAD_SECONDS, `the Ingress ends a slow upload: ${name}`);
  }
};
