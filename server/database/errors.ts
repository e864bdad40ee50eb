import postgres from 'postgres';

import {ConnectionFailed} from './connection-failed.js';
import {READ_ONLY, READ_ONLY_SQLSTATE} from './read-only.js';

/** Error codes of the driver, which no other library uses. */
const DRIVER_CODE = /^CONNECT(ION)?_/;

const TRANSPORT = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  READ_ONLY,
  // The file of a Unix socket does not exist.
  'ENOENT',
]);

// PostgreSQL's classes: 08 connection, 28 login (a password that was changed while the server runs),
// 53 resources, 57 operator intervention (statement timeout, shutdown, starting up), 58 system error.
const SERVER_CLASSES = /^(08|28|53|57|58)/;

/**
 * Returns true if the database did not respond, and false if it refused. Only errors of the driver
 * and of our socket count, because other connections fail with the same network codes.
 */
export const isDatabaseDown = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const {code} = error as {code?: unknown};
  if (typeof code !== 'string') return false;
  if (error instanceof ConnectionFailed) return TRANSPORT.has(code) || DRIVER_CODE.test(code);
  if (error instanceof postgres.PostgresError) {
    return SERVER_CLASSES.test(code) || code === READ_ONLY_SQLSTATE;
  }
  return DRIVER_CODE.test(code);
};

/**
 * Returns PostgreSQL's code if the database itself refused. The class decides, because some codes of
 * files and sockets also have five characters, such as `EROFS` and `EPIPE`.
 */
export const getSqlState = (error: unknown): string | undefined =>
  error instanceof postgres.PostgresError ? error.code : undefined;

const QUERY_CANCELED = '57014';

/**
 * Returns true if the database cancelled a query after its time limit. Requests treat it as an
 * outage. A job that always reaches the limit needs the operator.
 */
export const isStatementTimeout = (error: unknown): boolean =>
  getSqlState(error) === QUERY_CANCELED;

/** Returns true if another transaction kept a lock for longer than `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => getSqlState(error) === '55P03';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

/** Whether the database rolled a transaction back because of another one, so that it can be repeated. */
export const isConflict = (error: unknown): boolean => {
  const state = getSqlState(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED;
};

/** Runs a transaction once more if the database rolled it back because of another one. */
export const retryAfterConflict = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (!isConflict(error)) throw error;
    return run();
  }
};
