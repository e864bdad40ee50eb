import {READ_ONLY, READ_ONLY_SQLSTATE} from './read-only.js';

const TRANSPORT = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'CONNECTION_SILENT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  READ_ONLY,
  READ_ONLY_SQLSTATE,
]);

// PostgreSQL's classes: 08 connection, 53 resources, 57 operator intervention (statement timeout,
// shutdown, starting up), 58 system error.
const SERVER_CLASSES = /^(08|53|57|58)/;

/** Whether an error says that the database did not answer, rather than that it said no. */
export const isDatabaseDown = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const {code, syscall} = error as {code?: unknown; syscall?: unknown};
  // A socket's file that is not there; any other file is not the database's.
  if (code === 'ENOENT') return syscall === 'connect';
  return typeof code === 'string' && (TRANSPORT.has(code) || SERVER_CLASSES.test(code));
};

/** PostgreSQL's five-character code, when the database itself refused. */
export const sqlState = (error: unknown): string | undefined => {
  const {code} = (error ?? {}) as {code?: unknown};
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

const QUERY_CANCELED = '57014';

/**
 * Whether the database gave a query up for taking too long. To a request that is the same as no
 * answer; a job that never gets through is somebody's to look at.
 */
export const isStatementTimeout = (error: unknown): boolean => sqlState(error) === QUERY_CANCELED;

/** Somebody else held what was wanted for longer than `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => sqlState(error) === '55P03';
