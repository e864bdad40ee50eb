import {pino} from 'pino';
import type {DestinationStream, Logger} from 'pino';

import type {LogLevel} from './config/environment.js';

/**
 * What must never stand in a log, however deep in an object that holds it: packages of others log
 * what they were given, a request's headers among it.
 */
const SECRETS = new Set([
  'address',
  'authorization',
  'email',
  'headers',
  'name',
  'rawheaders',
  'remoteaddress',
  'to',
  'token',
]);
const MAX_DEPTH = 6;

/** JSON lines, or something for people on a terminal. */
export const createLog = (level: LogLevel, destination?: DestinationStream): Logger => {
  const options = {
    level,
    base: null,
    formatters: {log: withoutSecrets},
    serializers: {err: serializeError, req: serializeRequest},
  };
  if (destination) return pino(options, destination);
  if (!process.stdout.isTTY) return pino(options, bufferPerTick(pino.destination({sync: true})));
  const forPeople = {target: 'pino-pretty', options: {ignore: 'pid,hostname', singleLine: true}};
  return pino({...options, transport: forPeople});
};

/**
 * The lines of one turn of the event loop leave in one write, which costs about as much as the
 * write of one line. A turn that ends the process writes them on its way out.
 */
const bufferPerTick = (destination: DestinationStream): DestinationStream => {
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

const serializeError = (error: unknown, depth = 0): unknown => {
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
    shown['cause'] = serializeError(error.cause, depth + 1);
  }
  return shown;
};

/** The framework would show the address, which can hold a link, and whose it was. */
const serializeRequest = (request: unknown): unknown => {
  if (typeof request !== 'object' || request === null) return request;
  const {id, method} = request as {id?: string; method?: string};
  return {id, method};
};

/** The fields of a line as they may be written. Serializers still see what they are made for. */
const withoutSecrets = (line: Record<string, unknown>): Record<string, unknown> => {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(line)) {
    const isSerialized = key === 'req' || key === 'res';
    if (!SECRETS.has(key.toLowerCase())) kept[key] = isSerialized ? value : harmless(value, 1);
  }
  return kept;
};

const harmless = (value: unknown, depth: number): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return serializeError(value);
  if ('toJSON' in value) return value;
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => harmless(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SECRETS.has(key.toLowerCase()))
      .map(([key, item]) => [key, harmless(item, depth + 1)]),
  );
};
