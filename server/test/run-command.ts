import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';

import type {Command} from '../command/command.js';
import type {TestServer} from './start-server.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

/** Runs a command with the database and the store of a running server. Returns its output. */
export const runCommand = async (
  {config, sql, objects, app}: TestServer,
  command: Command,
  ...args: string[]
): Promise<string> => {
  const lines: string[] = [];
  const parts = {
    databaseUrl: config.databaseUrl ?? '',
    sql,
    backgroundSql: sql,
    objects,
    diskKey: undefined,
    close: async () => undefined,
  };
  const print = (line: string) => void lines.push(line);
  await command.run({...parts, config, log: app.log, print}, args);
  return lines.join('\n');
};

/** Runs `maria …` as a separate process. */
export const runMaria = (env: Record<string, string>, ...args: string[]) =>
  new Promise<{code: number; stdout: string; stderr: string}>((resolve) => {
    const own = {PATH: process.env['PATH'] ?? '', ...env};
    execFile(process.execPath, [CLI, ...args], {env: own}, (error, stdout, stderr) => {
      resolve({code: error ? Number(error.code ?? 1) : 0, stdout, stderr});
    });
  });
