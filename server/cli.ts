#!/usr/bin/env node
import {once} from 'node:events';

import {accountCommand} from './accounts/command.js';
import {siteCommand} from './accounts/site-command.js';
import {auditCommand} from './audit/command.js';
import {cleanupCommand} from './cleanup/command.js';
import {CommandFailed} from './command/command.js';
import type {Command} from './command/command.js';
import {escapeUnprintable} from './command/printable.js';
import {InvalidSettings, readConfig} from './config/config.js';
import {PostgresNotStarted} from './database/embedded/not-started.js';
import {getSqlState} from './database/errors.js';
import {toRefusal} from './database/refusal.js';
import {doctorCommand} from './doctor/command.js';
import {createLog} from './log.js';
import {openResources} from './resources.js';
import {eraseCommand} from './privacy/erase-command.js';
import {exportCommand} from './privacy/export-command.js';
import {rectifyCommand} from './privacy/rectify-command.js';
import {sessionsCommand} from './sessions/command.js';
import {funnelCommand} from './sites/funnel-command.js';
import {webhookCommand} from './webhooks/command.js';

const COMMANDS: Record<string, Command> = {
  site: siteCommand,
  account: accountCommand,
  webhook: webhookCommand,
  sessions: sessionsCommand,
  export: exportCommand,
  rectify: rectifyCommand,
  erase: eraseCommand,
  audit: auditCommand,
  funnel: funnelCommand,
  cleanup: cleanupCommand,
  doctor: doctorCommand,
};

const HELP = `maria COMMAND [OPTIONS]
  site         Create, change and remove sites
  account      Give people access to the console
  webhook      Call URLs when something happens in a site
  sessions     List the sessions of visitors
  export       Export the data of a visitor
  rectify      Correct the data of a visitor
  erase        Erase the data of a visitor
  audit        Print and check the audit log
  funnel       Print how far visitors came
  cleanup      Delete abandoned data, and check the bucket
  doctor       Check the settings and the services
  For one command only: maria COMMAND --help
  Settings come from the environment, as for the server.
  Exit codes: 0 success, 1 failure, 2 wrong usage or settings.

${Object.values(COMMANDS)
  .map(({usage}) => usage)
  .join('\n\n')}

maria --version`;

const UNDEFINED_TABLE = '42P01';

const main = async (): Promise<void> => {
  const [given = 'help', ...args] = process.argv.slice(2);
  // `maria help site` is the same as `maria site --help`.
  const [name, isHelp] = given === 'help' && args[0] ? [args[0], true] : [given, false];
  if (name === '--version' || name === '-v') {
    // Imported here, because the module loads packages that only serve files.
    const {readProjectVersion} = await import('./http/assets.js');
    await print(readProjectVersion());
    return;
  }
  const command = COMMANDS[name];
  if (!command || isHelp || args.includes('--help') || args.includes('-h')) {
    help(name, command);
    return;
  }
  const config = readConfig(process.env);
  const log = createLog(process.env['LOG_LEVEL'] ? config.logLevel : 'warn');
  const resources = await openResources(config, {log, takeOwnership: false});
  try {
    await command.run({...resources, config, log, print}, args);
  } catch (error) {
    throw toCommandFailure(error, resources.databaseUrl);
  } finally {
    await resources.close();
  }
};

const help = (name: string, command: Command | undefined): void => {
  const isKnown = command !== undefined || ['help', '--help', '-h'].includes(name);
  const text = command ? command.usage : HELP;
  (isKnown ? process.stdout : process.stderr).write(
    `${isKnown ? '' : `There is no command "${escapeUnprintable(name)}". Use one of these:\n\n`}${text}\n`,
  );
  process.exitCode = isKnown ? 0 : 2;
};

/** Prints a line and waits while the output is full, so that long lists need little memory. */
const print = async (line: string): Promise<void> => {
  if (!process.stdout.write(`${escapeUnprintable(line)}\n`)) await once(process.stdout, 'drain');
};

// `maria sessions | head` closes the pipe after the first lines.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

main().catch((error: unknown) => {
  const {message, exitCode} = describeError(error);
  process.stderr.write(`${escapeUnprintable(message)}\n`);
  process.exitCode = exitCode;
});

function describeError(error: unknown): {message: string; exitCode: number} {
  const {message, stack = message} = error instanceof Error ? error : new Error(String(error));
  if (error instanceof InvalidSettings || isUsageError(error)) return {message, exitCode: 2};
  if (error instanceof CommandFailed || error instanceof PostgresNotStarted)
    return {message, exitCode: 1};
  return {message: stack, exitCode: 1};
}

/** Returns a failure with advice for an error of the database. Returns other errors unchanged. */
function toCommandFailure(error: unknown, databaseUrl: string): unknown {
  if (getSqlState(error) === UNDEFINED_TABLE) {
    const advice = 'Start the server once, or add a site with: maria site add';
    return new CommandFailed(`The database has no tables yet. ${advice}`, {cause: error});
  }
  const refusal = toRefusal(error, databaseUrl);
  return refusal ? new CommandFailed(refusal.message, {cause: error}) : error;
}

function isUsageError(error: unknown): boolean {
  return ((error as {code?: string}).code ?? '').startsWith('ERR_PARSE_ARGS');
}
