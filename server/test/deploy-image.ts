import {existsSync} from 'node:fs';
import path from 'node:path';

import {validate} from 'dockerfile-utils';

export interface Instruction {
  keyword: string;
  rest: string;
}

/** Settings that the image defines for its containers. */
export interface Image {
  env: Record<string, string>;
  user: string;
  port: string;
}

/**
 * Path of a load balancer's health check. It excludes shared dependencies, because their failure
 * would remove all servers at once.
 */
export const SERVER_READINESS_PATH = '/readyz?part=server';

const HEALTH_PATHS = ['/healthz', '/readyz'];

const getInstructions = (text: string): Instruction[] =>
  text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({keyword: line.split(/\s/, 1)[0] ?? '', rest: line.replace(/^\S+\s+/, '')}));

/** Returns the instructions of the last stage, which becomes the image. */
const getLastStage = (all: Instruction[]): Instruction[] =>
  all.slice(all.findLastIndex(({keyword}) => keyword === 'FROM'));

const last = (stage: Instruction[], keyword: string): string =>
  stage.findLast((instruction) => instruction.keyword === keyword)?.rest ?? '';

export const parseImage = (text: string): Image => {
  const stage = getLastStage(getInstructions(text));
  const pairs = stage
    .filter(({keyword}) => keyword === 'ENV')
    .flatMap(({rest}) => rest.split(/\s+/))
    .map((pair) => pair.split('=') as [string, string]);
  return {
    env: Object.fromEntries(pairs),
    user: last(stage, 'USER').split(':')[0] ?? '',
    port: last(stage, 'EXPOSE'),
  };
};

/** Returns the faults of a Dockerfile and of its ignore file, and their contradictions. */
export const findImageErrors = (text: string, ignored: string, project: string): string[] => {
  const faults = validate(text).map(({message}) =>
    typeof message === 'string' ? message : message.value,
  );
  const requireThat = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  const all = getInstructions(text);
  const stage = getLastStage(all);
  const {env, user, port} = parseImage(text);
  const bases = all.filter(({keyword}) => keyword === 'FROM').map(({rest}) => rest);
  requireThat(bases.length >= 2, 'one stage: the compilers would be in the image');
  requireThat(
    bases.every((base) => /^node:\d+-\w+/.test(base)),
    'a base image without a version',
  );
  requireThat(/^[1-9]\d*$/.test(user), `the user "${user}" is root, or not a number`);
  requireThat(env['HOST'] === '0.0.0.0', 'HOST is not 0.0.0.0, so that the server is unreachable');
  requireThat(env['NODE_ENV'] === 'production', 'NODE_ENV is not production');
  requireThat(env['PORT'] === port, 'EXPOSE and PORT differ');
  requireThat(env['DATA_DIR'] === last(stage, 'VOLUME'), 'DATA_DIR is no volume');
  requireThat(
    stage.every(({keyword}) => keyword !== 'ENTRYPOINT'),
    'an entry point receives the signals',
  );
  const run = all
    .filter(({keyword}) => keyword === 'RUN')
    .map(({rest}) => rest)
    .join('\n');
  requireThat(
    /npm ci/.test(run) && !/npm (i|install)\b/.test(run),
    'not installed from the lock file',
  );
  requireThat(/npm prune --omit=dev/.test(run), 'development dependencies stay in the image');
  const command = execForm(last(stage, 'CMD'));
  requireThat(command[0] === 'node', 'CMD is not node itself: signals would not arrive');
  requireThat(isBuilt(command[1] ?? '', project), `${command[1] ?? ''} is missing`);
  const health = last(stage, 'HEALTHCHECK');
  requireThat(
    execForm(health.replace(/^.*?CMD /, ''))[0] === 'node',
    'the health check needs a shell',
  );
  requireThat(
    HEALTH_PATHS.some((one) => health.includes(`${one}\``)),
    'the health check uses an unknown path',
  );
  return [...faults, ...copyFaults(all, ignored, project)];
};

const execForm = (rest: string): string[] => {
  try {
    return JSON.parse(rest) as string[];
  } catch {
    return [];
  }
};

/** Returns whether the program is compiled from a source file of that name. */
const isBuilt = (program: string, project: string): boolean =>
  /^dist\/.*\.js$/.test(program) &&
  existsSync(path.join(project, program.replace(/^dist\//, '').replace(/\.js$/, '.ts')));

const copyFaults = (all: Instruction[], ignored: string, project: string): string[] => {
  const lines = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const faults = lines[0] === '*' ? [] : ['the build sees the whole checkout, secrets included'];
  for (const name of allowed) {
    if (!existsSync(path.join(project, name))) faults.push(`${name} is allowed, but missing`);
  }
  const copied = all
    .filter(({keyword, rest}) => keyword === 'COPY' && !rest.startsWith('--from='))
    .flatMap(({rest}) => rest.split(/\s+/).slice(0, -1))
    .filter((name) => name !== '.');
  for (const name of copied) {
    if (!allowed.includes(name)) faults.push(`${name} is copied, but excluded from the build`);
  }
  // The build needs these names from `COPY . .`.
  for (const name of ['server', 'widget', 'migrations', 'rollup.config.mjs', 'tsconfig.json']) {
    if (!allowed.includes(name)) faults.push(`${name} is excluded from the build`);
  }
  return faults;
};
