import {spawnSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import path from 'node:path';

import {findSettingErrors} from './deploy-settings.js';

/** Minimum time that the unit must allow for a stop. The server needs at most 25 s. */
const STOP_SECONDS = 30;

const COMMON = [
  'NODE_ENV',
  'PUBLIC_URL',
  'SECRET_KEY_FILE',
  'DATABASE_URL',
  'S3_BUCKET',
  'SMTP_URL',
];

export const analyzerMissing = spawnSync('systemd-analyze', ['--version']).status !== 0;

/** Returns the assignments in `Name=value` lines. The last one of a name counts. */
export const parseAssignments = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^([A-Za-z]\w*)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );

/** Returns the faults of a unit and of its environment file, and their contradictions. */
export const findSystemdErrors = (
  unit: string,
  env: string,
  {project, temporary}: {project: string; temporary: string},
): string[] => {
  const faults = findSettingErrors(parseAssignments(env), temporary);
  const requireThat = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  const service = parseAssignments(unit);
  const settings = parseAssignments(env);
  for (const name of COMMON) requireThat(Boolean(settings[name]), `${name} is missing`);
  const [program = '', script = ''] = service['ExecStart']?.split(' ') ?? [];
  requireThat(
    program.startsWith('/') && path.basename(program) === 'node',
    'ExecStart is not node',
  );
  requireThat(existsSync(path.join(project, script)), `${script} does not exist`);
  requireThat(
    service['WorkingDirectory']?.startsWith('/') === true,
    'WorkingDirectory is not absolute',
  );
  requireThat(!['', 'root', undefined].includes(service['User']), 'it runs as root');
  requireThat(Number(service['TimeoutStopSec']) >= STOP_SECONDS, 'it is killed too early');
  const dataDir = `/var/lib/${service['StateDirectory'] ?? ''}`;
  requireThat(settings['DATA_DIR'] === dataDir, 'DATA_DIR is not the state directory');
  requireThat(service['ProtectSystem'] === 'strict', 'it can write to the system');
  requireThat(service['NoNewPrivileges'] === 'yes', 'it can gain privileges');
  requireThat(!/^MemoryDenyWriteExecute=yes/m.test(unit), 'V8 cannot compile code');
  requireThat(
    path.dirname(service['EnvironmentFile'] ?? '') === '/etc/maria-chat',
    'no EnvironmentFile',
  );
  return analyzerMissing ? faults : [...faults, ...analyzed(unit, program, {project, temporary})];
};

/** Runs `systemd-analyze verify` on the unit, with the program and the folder of this machine. */
const analyzed = (
  unit: string,
  program: string,
  {project, temporary}: {project: string; temporary: string},
): string[] => {
  const file = path.join(temporary, 'maria-chat.service');
  const own = unit
    .replace(program, process.execPath)
    .replace(/^WorkingDirectory=.*$/m, `WorkingDirectory=${project}`);
  writeFileSync(file, own);
  const {stdout, stderr} = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.split('\n').filter((line) => line.includes('maria-chat.service'));
};

/** Returns the environment that `node --env-file` reads from the file. */
export const readEnvWithNode = (file: string): Record<string, string> => {
  const script = 'process.stdout.write(JSON.stringify(process.env))';
  const args = [`--env-file=${file}`, '-e', script];
  const {stdout} = spawnSync(process.execPath, args, {encoding: 'utf8', env: {}});
  return JSON.parse(stdout) as Record<string, string>;
};
