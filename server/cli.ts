#!/usr/bin/env node
import {cleanupCommand} from './cleanup/command.js';
import {InvalidSettings, readConfig} from './config.js';
import {createLog} from './log.js';
import {openParts} from './parts.js';
import type {CommandParts} from './cleanup/command.js';

const COMMANDS: Record<
  string,
  {usage: string; run: (parts: CommandParts, args: string[]) => Promise<void>}
> = {
  cleanup: cleanupCommand,
};

const HELP = `maria <command>

${Object.values(COMMANDS)
  .map(({usage}) => usage)
  .join('\n\n')}

Settings come from the environment, as the server's do.`;

const main = async (): Promise<void> => {
  const [name = 'help', ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (!command) {
    const asked = ['help', '--help', '-h'].includes(name);
    (asked ? process.stdout : process.stderr).write(
      `${asked ? '' : `There is no command "${name}".\n\n`}${HELP}\n`,
    );
    process.exitCode = asked ? 0 : 2;
    return;
  }
  const config = readConfig(process.env);
  const log = createLog(process.env['LOG_LEVEL'] ? config.logLevel : 'warn');
  const parts = await openParts(config, {log, adopt: false});
  try {
    await command.run({...parts, config, log, print}, args);
  } finally {
    await parts.close();
  }
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

main().catch((error: unknown) => {
  const expected = error instanceof InvalidSettings || isUsageError(error);
  process.stderr.write(
    `${expected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exitCode = expected ? 2 : 1;
});

function isUsageError(error: unknown): boolean {
  return ((error as {code?: string}).code ?? '').startsWith('ERR_PARSE_ARGS');
}
