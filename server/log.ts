import {pino} from 'pino';
import type {DestinationStream, Logger} from 'pino';

import type {LogLevel} from './settings.js';

/** What must never stand in a log, should an object that holds it be logged one day. */
const SECRETS = [
  'authorization',
  'token',
  'email',
  'name',
  'address',
  '*.authorization',
  '*.token',
  '*.email',
  '*.to',
  'req.headers',
];

/** JSON lines, or something for people on a terminal. */
export const createLog = (level: LogLevel, destination?: DestinationStream): Logger => {
  const options = {
    level,
    base: null,
    redact: {paths: SECRETS, remove: true},
    serializers: {err: shownError},
  };
  if (destination) return pino(options, destination);
  if (!process.stdout.isTTY) return pino(options, byTurns(pino.destination({sync: true})));
  const forPeople = {target: 'pino-pretty', options: {ignore: 'pid,hostname', singleLine: true}};
  return pino({...options, transport: forPeople});
};

/**
 * The lines of one turn of the event loop leave in one write, which costs about as much as the
 * write of one line. A turn that ends the process writes them on its way out.
 */
const byTurns = (destination: DestinationStream): DestinationStream => {
  let lines = '';
  const flush = () => {
    if (lines !== '') destination.write(lines);
    lines = '';
  };
  process.once('exit', flush);
  return {
    write: (line) => {
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
};

/**
 * Drivers put what a visitor typed on their errors: values of a query, the row that broke a
 * constraint, a mail server's answer. So these are named, and all else stays out.
 */
const SHOWN = [
  'code',
  'statusCode',
  'severity',
  'schema_name',
  'table_name',
  'column_name',
  'constraint_name',
  'syscall',
  'port',
];
const MAX_CAUSES = 4;

const shownError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return error;
  const fields = error as unknown as Record<string, unknown>;
  const shown: Record<string, unknown> = {
    type: error.name,
    message: error.message,
    stack: error.stack,
  };
  for (const name of SHOWN) {
    if (fields[name] !== undefined) shown[name] = fields[name];
  }
  if (error.cause !== undefined && depth < MAX_CAUSES) {
    shown['cause'] = shownError(error.cause, depth + 1);
  }
  return shown;
};
