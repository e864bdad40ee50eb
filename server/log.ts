import {pino} from 'pino';
import type {Logger} from 'pino';

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
  // The driver puts a query's values on its errors.
  'err.parameters',
  'err.args',
  'err.query',
  'err.cause.parameters',
  'err.cause.args',
  'err.envelope',
  'err.rejected',
  'err.response',
];

/** JSON lines, or something for people on a terminal. */
export const createLog = (level: LogLevel): Logger =>
  pino({
    level,
    base: null,
    redact: {paths: SECRETS, remove: true},
    ...(process.stdout.isTTY && {
      transport: {target: 'pino-pretty', options: {ignore: 'pid,hostname', singleLine: true}},
    }),
  });
