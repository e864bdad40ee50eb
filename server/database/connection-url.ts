import {
  PERCENT_ENCODE,
  cutsCredentials,
  decodePercent,
  splitUrl,
} from '../text/percent-encoding.js';
import {readParameters} from './connection-parameters.js';
import {readTls} from './driver/tls.js';
import type {DatabaseTls} from './driver/tls.js';

export interface DatabaseHost {
  host: string;
  port: number;
  /** Path of a Unix socket, which is used instead of host and port. */
  path: string | undefined;
}

/** Contents of DATABASE_URL. Missing parts are undefined. */
export interface DatabaseConnection {
  /** At least one host. Several hosts are tried in this order. */
  hosts: DatabaseHost[];
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  tls: DatabaseTls;
  connectSeconds: number | undefined;
  applicationName: string | undefined;
  /** Command-line options for the server, such as `-c search_path=maria`. */
  options: string | undefined;
}

const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = '5432';
const MAX_PORT = 65_535;

/**
 * Reads DATABASE_URL as libpq does (PostgreSQL manual, 34.1). If the URL is invalid, returns
 * undefined and adds the reasons to `errors`. No reason repeats text that could be part of a
 * password.
 */
export const readConnectionUrl = (
  url: string,
  errors: string[],
): DatabaseConnection | undefined => {
  const before = errors.length;
  if (!/^postgres(ql)?:\/\//.test(url)) {
    errors.push('DATABASE_URL must begin with postgres:// or postgresql://.');
    return undefined;
  }
  const {authority, rest} = splitUrl(url);
  const at = authority.lastIndexOf('@');
  const userinfo = authority.slice(0, Math.max(at, 0));
  if (cutsCredentials(url) || userinfo.includes('@') || decodePercent(url) === undefined) {
    errors.push(`DATABASE_URL cannot be read as a URL. ${PERCENT_ENCODE}`);
    return undefined;
  }
  const [path = '', query = ''] = splitOnce(rest, '?');
  const name = path.slice(1);
  if (name.includes('/')) {
    errors.push('DATABASE_URL has a "/" in the name of its database. Write it as %2F.');
  }
  const [user = '', password = ''] = splitOnce(userinfo, ':');
  const given = readParameters(query, errors);
  const connection = {
    hosts: readHosts(authority.slice(at + 1), given, errors),
    user: given.user ?? decoded(user),
    password: given.password ?? decoded(password),
    database: given.dbname ?? decoded(name),
    tls: readTls(given, errors),
    connectSeconds: given.connect_timeout === undefined ? undefined : Number(given.connect_timeout),
    applicationName: given.application_name,
    options: given.options,
  };
  return errors.length > before ? undefined : connection;
};

/** Reads a URL that the settings have accepted. Throws if it cannot be read. */
export const parseConnection = (url: string): DatabaseConnection => {
  const errors: string[] = [];
  const connection = readConnectionUrl(url, errors);
  if (!connection) throw new Error(errors.join(' '));
  return connection;
};

/** Returns the hosts for messages, joined by commas: `db.example.com:5432`, or a socket's path. */
export const formatHosts = (url: string): string =>
  parseConnection(url)
    .hosts.map(({host, port, path}) => path ?? `${host}:${port}`)
    .join(',');

/** Returns the parts before and after the first separator. Without one, the second is undefined. */
export const splitOnce = (text: string, separator: string): [string, string | undefined] => {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
};

/** Returns undefined for an empty text, which counts as missing. */
const decoded = (text: string): string | undefined => decodePercent(text) || undefined;

/** Reads `host:port,host:port`. The parameters `host` and `port` take precedence, as in libpq. */
const readHosts = (
  spec: string,
  given: {host?: string | undefined; port?: string | undefined},
  errors: string[],
): DatabaseHost[] => {
  const inUrl = spec.split(',').map((part) => /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(part));
  if (inUrl.includes(null)) {
    errors.push(
      'DATABASE_URL has a host that cannot be read. Expected is host or host:port. Correct it.',
    );
    return [];
  }
  const hosts = given.host?.split(',') ?? inUrl.map((match) => decoded(match?.[1] ?? '') ?? '');
  const ports = given.port?.split(',') ?? inUrl.map((match) => match?.[2] ?? '');
  if (ports.length !== 1 && ports.length !== hosts.length) {
    errors.push('DATABASE_URL must have one port, or one for each of its hosts.');
    return [];
  }
  return hosts.map((host, i) => {
    const port = Number((ports.length === 1 ? ports[0] : ports[i]) || DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 1 || port > MAX_PORT) {
      errors.push(`DATABASE_URL must have a port from 1 to ${MAX_PORT}. ${PERCENT_ENCODE}`);
    }
    const name = host.replace(/^\[|\]$/g, '') || DEFAULT_HOST;
    return {host: name, port, path: host.startsWith('/') ? getSocketPath(host, port) : undefined};
  });
};

const getSocketPath = (folder: string, port: number): string => `${folder}/.s.PGSQL.${port}`;
