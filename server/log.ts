import {pino} from 'pino';
import type {DestinationStream, Logger} from 'pino';

import type {LogLevel} from './config/environment.js';

/**
 * Names of fields that are never logged, at any depth of an object. Third-party packages log the
 * objects that they get, such as a request's headers.
 */
const SECRETS = new Set([
  'address',
  'authorization',
  'email',
  'headers',
  'ipaddress',
  'name',
  'rawheaders',
  'remoteaddress',
  'to',
  'token',
]);
const MAX_DEPTH = 6;

/** Creates a log that writes JSON lines, or readable text on a terminal. */
export const createLog = (level: LogLevel, destination?: DestinationStream): Logger => {
  const options = {
    level,
    base: null,
    formatters: {log: withoutSecrets},
    serializers: {err: serializeError, req: serializeRequest},
  };
  if (destination) return pino(options, destination);
  if (!process.stdout.isTTY) return pino(options, bufferPerTick(pino.destination({sync: true})));
  const pretty = {target: 'pino-pretty', options: {ignore: 'pid,hostname', singleLine: true}};
  return pino({...options, transport: pretty});
};

/**
 * Writes all lines of one event-loop tick together, which costs about as much as the write of one
 * line. If a tick ends the process, its lines are written on exit.
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
 * Fields of an error that are logged. All others are left out, because drivers add visitors' data:
 * the values of a query, the row that violates a constraint, a mail server's response.
 */
const LOGGED_FIELDS = [
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
  for (const name of LOGGED_FIELDS) {
    if (fields[name] !== undefined) shown[name] = fields[name];
  }
  if (error.cause !== undefined && depth < MAX_CAUSES) {
    shown['cause'] = serializeError(error.cause, depth + 1);
  }
  return shown;
};

/** Returns only id and method. Fastify adds the URL, which can be secret, and the IP address. */
const serializeRequest = (request: unknown): unknown => {
  if (typeof request !== 'object' || request === null) return request;
  const {id, method} = request as {id?: string; method?: string};
  return {id, method};
};

/** Returns the fields of a log line without secrets. `req` and `res` have their own serializers. */
const withoutSecrets = (line: Record<string, unknown>): Record<string, unknown> => {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(line)) {
    const isSerialized = key === 'req' || key === 'res';
    if (!SECRETS.has(key.toLowerCase())) kept[key] = isSerialized ? value : redact(value, 1);
  }
  return kept;
};

const redact = (value: unknown, depth: number): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return serializeError(value);
  if ('toJSON' in value) return value;
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SECRETS.has(key.toLowerCase()))
      .map(([key, item]) => [key, redact(item, depth + 1)]),
  );
};
