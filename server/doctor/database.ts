import {parseConnection, hostsIn} from '../database/connection-url.js';
import {pendingMigrations} from '../database/migrate.js';
import {toRefusal} from '../database/refusal.js';
import {requireOwnSession} from '../database/session-settings.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

const MIN_MAJOR_VERSION = 15;
/** What each server opens at most: for requests, for work in the background, for migrations. */
const CONNECTIONS_PER_SERVER = 26;

interface Server {
  version: string;
  major: number;
  encrypted: boolean;
  isLocal: boolean;
  canCreate: boolean;
  maxConnections: number;
}

export async function* checkDatabase(deps: DoctorDeps): AsyncGenerator<Finding> {
  const where = hostsIn(deps.databaseUrl);
  let server: Server;
  try {
    server = await ask(deps);
  } catch (error) {
    const refusal = toRefusal(error, deps.databaseUrl);
    const advice = 'Check that it runs, and the host, user, password and sslmode in DATABASE_URL.';
    yield refusal && !refusal.mayPass
      ? fail('reachable', refusal.message, 'Then start the server, or this command, again.')
      : fail('reachable', `the database at ${where} did not answer: ${toReason(error)}`, advice);
    return;
  }
  const {version, major, maxConnections} = server;
  yield ok('reachable', `PostgreSQL ${version} at ${where}`);
  if (major < MIN_MAJOR_VERSION) {
    const advice = `Upgrade to PostgreSQL ${MIN_MAJOR_VERSION} or newer.`;
    yield warn('version', `PostgreSQL ${version} is older than what this is tested with`, advice);
  }
  yield encryption(deps, server);
  yield* migrations(deps, server);
  const room = Math.floor(maxConnections / CONNECTIONS_PER_SERVER);
  const found = `${maxConnections} allowed, up to ${CONNECTIONS_PER_SERVER} for each server`;
  yield room > 1
    ? ok('connections', found)
    : warn('connections', found, 'Raise max_connections before a second server is added.');
}

const ask = async ({backgroundSql: sql}: DoctorDeps): Promise<Server> => {
  await requireOwnSession(sql);
  const [row] = await sql<Server[]>`
    select
      current_setting('server_version') as version,
      current_setting('server_version_num')::int / 10000 as major,
      current_setting('max_connections')::int as "maxConnections",
      coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted,
      coalesce(inet_server_addr() <<= any('{127.0.0.0/8,::1/128}'::inet[]), true) as "isLocal",
      has_schema_privilege(current_schema(), 'create') as "canCreate"`;
  if (!row) throw new Error('The database answered no row.');
  return row;
};

const encryption = ({databaseUrl}: DoctorDeps, {encrypted, isLocal}: Server): Finding => {
  const {options} = parseConnection(databaseUrl).tls;
  if (encrypted && options?.rejectUnauthorized === false) {
    const advice = 'Use sslmode=verify-full in DATABASE_URL, so that nobody can pose as it.';
    return warn('encryption', 'TLS, but its certificate is not checked', advice);
  }
  if (encrypted) return ok('encryption', 'TLS, with its certificate checked');
  if (isLocal) return ok('encryption', 'none, and none needed on this machine');
  return warn(
    'encryption',
    'none: names and addresses pass in the clear',
    'Add ?sslmode=verify-full to DATABASE_URL, unless nobody else is on the way.',
  );
};

async function* migrations(
  {backgroundSql: sql}: DoctorDeps,
  {canCreate}: Server,
): AsyncGenerator<Finding> {
  try {
    const pending = await pendingMigrations(sql);
    yield pending.length === 0
      ? ok('migrations', 'up to date')
      : warn('migrations', `not applied: ${pending.join(', ')}`, 'The next start applies them.');
  } catch (error) {
    const advice = 'Run the version that this database was made with, or a newer one.';
    yield fail('migrations', toReason(error), advice);
  }
  if (canCreate) return;
  const advice = 'Grant it: migrations and the monthly audit partitions are made by the server.';
  yield fail('rights', 'the user may not create tables in its schema', advice);
}
