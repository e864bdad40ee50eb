import {decodePercent} from '../text/percent-encoding.js';

/** Parameters of DATABASE_URL that have an effect, under libpq's names. */
export const SUPPORTED_PARAMETERS = [
  'host',
  'port',
  'dbname',
  'user',
  'password',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'connect_timeout',
  'application_name',
  'options',
] as const;
type SupportedParameter = (typeof SUPPORTED_PARAMETERS)[number];

export type Parameters = Partial<Record<SupportedParameter, string>>;

/** Accepted values without effect: they ask for the default behaviour. */
const HARMLESS: Record<string, readonly string[]> = {
  channel_binding: ['disable', 'prefer'],
  client_encoding: ['utf8', 'utf-8', 'auto'],
  gssencmode: ['disable', 'prefer'],
  keepalives: ['1'],
  load_balance_hosts: ['disable'],
  sslcompression: ['0'],
  sslnegotiation: ['postgres'],
  sslsni: ['1'],
  target_session_attrs: ['any', 'read-write', 'primary'],
};

const SEARCH_PATH =
  'Name the schema with options=-csearch_path%3DNAME, or with: alter role … set search_path = …';
const OWN_POOL = 'Remove it. Maria Chat opens up to 26 connections for each server.';
const OWN_URL = 'Remove it, and use the URL of the database itself instead of a connection pooler.';

/** Instructions for parameters of other clients, and for parameters of libpq that have an alternative. */
const ADVICE: Record<string, string> = {
  channel_binding:
    'Remove it, and use sslmode=verify-full: the certificate then proves who the server is.',
  connection_limit: OWN_POOL,
  pgbouncer: OWN_URL,
  pool_timeout: OWN_POOL,
  prepareThreshold: OWN_URL,
  schema: SEARCH_PATH,
  search_path: SEARCH_PATH,
  ssl: 'Use sslmode=verify-full, require or disable.',
  sslaccept: 'Use sslmode=verify-full, require or disable.',
  statement_cache_size: OWN_URL,
  target_session_attrs:
    'Remove it, or use read-write: Maria Chat needs a server that accepts writes.',
};

const MAX_CONNECT_SECONDS = 600;
/** A parameter name that is safe to print. Any other text could be part of a password. */
const NAME = /^[a-z_]{1,40}$/i;

/**
 * Reads the query of DATABASE_URL. A parameter without effect is added to `errors`, because the
 * operator relies on it.
 */
export const readParameters = (query: string, errors: string[]): Parameters => {
  const parameters: Parameters = {};
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at === -1 ? undefined : at);
    const value = at === -1 ? '' : (decodePercent(pair.slice(at + 1)) ?? '');
    if (isSupported(name)) parameters[name] = value;
    else if (!HARMLESS[name]?.includes(value.toLowerCase())) errors.push(refusal(name));
  }
  const seconds = parameters.connect_timeout;
  if (seconds !== undefined && !isBetween(Number(seconds), 1, MAX_CONNECT_SECONDS)) {
    errors.push(
      `DATABASE_URL must have connect_timeout from 1 to ${MAX_CONNECT_SECONDS}, in whole seconds.`,
    );
  }
  return parameters;
};

const isSupported = (name: string): name is SupportedParameter =>
  (SUPPORTED_PARAMETERS as readonly string[]).includes(name);

const isBetween = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;

const refusal = (name: string): string => {
  if (!NAME.test(name))
    return 'DATABASE_URL has a parameter after its "?" that cannot be read. Expected is NAME=VALUE. Correct it.';
  const advice =
    ADVICE[name] ?? 'Remove it. To change a setting of the server, use options=-cNAME%3DVALUE.';
  const values = HARMLESS[name];
  const found = values ? `accepts only ${name}=${values.join(', ')}` : `does not accept ${name}`;
  return `DATABASE_URL ${found}. ${advice}`;
};
