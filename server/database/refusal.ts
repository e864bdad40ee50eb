import {ConnectionFailed} from './connection-failed.js';
import {formatHosts} from './connection-url.js';
import {isDatabaseDown, isLockTimeout, getSqlState} from './errors.js';
import {MigrationRefused} from './migrate.js';
import {READ_ONLY, READ_ONLY_SQLSTATE} from './read-only.js';
import {PoolerRefused, isPoolerRefusal} from './session-settings.js';

/** Reason why the server cannot use the database, in one line for the operator. */
export interface Refusal {
  /** Error text: problem, expectation and instruction. It contains no password. */
  message: string;
  code: string;
  /** True if the problem can end without a change of the settings. */
  isTemporary: boolean;
}

const CORRECT = 'Correct DATABASE_URL.';

/** Instructions by PostgreSQL's code or by Node's code for a certificate. */
const ADVICE: Record<string, string> = {
  '28000': 'Check the user in DATABASE_URL, and pg_hba.conf of the server.',
  '28P01': 'Check the user and the password in DATABASE_URL.',
  '3D000': 'Create the database, or correct its name in DATABASE_URL.',
  '3F000': 'Create the schema that search_path names, or change search_path.',
  '42501': 'Grant the right to the user of DATABASE_URL, such as: grant create on schema … to …',
  MC001: 'Run as an administrator in this database: create extension pg_trgm. Then start again.',
  '42704': 'If the name comes from the options in DATABASE_URL, correct them.',
  '22023': 'If the value comes from the options in DATABASE_URL, correct them.',
  TLS_REFUSED:
    'Enable TLS on the database server, or use sslmode=disable if the network is private.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use the host that the certificate names, or sslmode=verify-ca.',
  CERT_HAS_EXPIRED: 'Renew the certificate of the database.',
};
const CERTIFICATE = /CERT|SIGNATURE/;
const NAME_AUTHORITY =
  'Name the certificate authority: sslrootcert=FILE in DATABASE_URL, or NODE_EXTRA_CA_CERTS=FILE.';

/** Returns the refusal behind an error. Returns undefined if it is not an error of the database. */
export const toRefusal = (error: unknown, url: string): Refusal | undefined => {
  if (!(error instanceof Error)) return undefined;
  const {message} = error;
  const code = (error as {code?: unknown}).code;
  if (error instanceof PoolerRefused) return {message, code: 'POOLER', isTemporary: false};
  if (typeof code !== 'string') return undefined;
  if (error instanceof MigrationRefused) return {message, code, isTemporary: false};
  const where = `The database at ${formatHosts(url)} (DATABASE_URL)`;
  const refusal = (text: string, isTemporary: boolean) => ({message: text, code, isTemporary});
  if (isPoolerRefusal(error)) return refusal(new PoolerRefused().message, false);
  if (isLockTimeout(error)) {
    const reason =
      'A migration waits for a table that another transaction has locked, perhaps a dump. Let it finish, or end it.';
    return refusal(reason, true);
  }
  if (code === READ_ONLY || code === READ_ONLY_SQLSTATE) {
    return refusal(
      `${where} is read-only, such as a standby. Expected is a primary. Check host and port.`,
      true,
    );
  }
  // Classes 08 and 28: the server responded, and rejected the request or the login.
  if (isDatabaseDown(error) && !/^(08|28)/.test(code)) {
    const detail = getSqlState(error) === undefined ? '' : `: ${message}`;
    return refusal(`${where} does not respond (${code})${detail}. Check host and port.`, true);
  }
  if (getSqlState(error) !== undefined) {
    return refusal(`${where} refused (${code}): ${message}. ${ADVICE[code] ?? CORRECT}`, false);
  }
  if (!(error instanceof ConnectionFailed)) return undefined;
  const advice = ADVICE[code] ?? (CERTIFICATE.test(code) ? NAME_AUTHORITY : undefined);
  if (!advice) return undefined;
  return refusal(`${where} cannot be trusted (${code}): ${message}. ${advice}`, false);
};
