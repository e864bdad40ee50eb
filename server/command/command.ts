import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Resources} from '../parts.js';

export interface CommandDeps extends Resources {
  config: Config;
  log: FastifyBaseLogger;
  /** One line for the person at the terminal, or the program behind the pipe. */
  print: (line: string) => void | Promise<void>;
}

export interface Command {
  usage: string;
  run: (deps: CommandDeps, args: string[]) => Promise<void>;
}

/** The command was understood, and could not be done. The message says why and what to do. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** The command was not understood; told like the faults that `parseArgs` finds. */
export const usageError = (message: string): Error =>
  Object.assign(new Error(message), {code: 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'});
