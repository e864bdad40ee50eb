import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Resources} from '../resources.js';

export interface CommandDeps extends Resources {
  config: Config;
  log: FastifyBaseLogger;
  /** Prints one line to the standard output. */
  print: (line: string) => void | Promise<void>;
}

export interface Command {
  usage: string;
  run: (deps: CommandDeps, args: string[]) => Promise<void>;
}

/** A valid command failed. The message contains the reason and what to do. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** Returns an error about invalid arguments, printed like the errors of `parseArgs`. */
export const createUsageError = (message: string): Error =>
  Object.assign(new Error(message), {code: 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'});
