import {isSecretReplaced, REPLACED_SECRET} from '../alerts/replaced-secret.js';
import {one} from '../database/one.js';
import {parseConnection, formatHosts} from '../database/connection-url.js';
import {findPendingMigrations} from '../database/migrate.js';
import {toRefusal} from '../database/refusal.js';
import {requireOwnSession} from '../database/session-settings.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

const MIN_MAJOR_VERSION = 15;
/** Maximum of each server: for requests, for background work and for migrations. */
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
  const where = formatHosts(deps.databaseUrl);
  let server: Server;
  try {
    server = await readServer(deps);
  } catch (error) {
    const refusal = toRefusal(error, deps.databaseUrl);
    const advice =
      'Check that it runs. Check the host, user, password and sslmode in DATABASE_URL.';
    yield refusal && !refusal.isTemporary
      ? fail('reachable', refusal.message, 'Fix this, then start the server or this command again.')
      : fail('reachable', `the database at ${where} did not respond: ${toReason(error)}`, advice);
    return;
  }
  const {version, major, maxConnections} = server;
  yield ok('reachable', `PostgreSQL ${version} at ${where}`);
  if (major < MIN_MAJOR_VERSION) {
    const advice = `Upgrade to PostgreSQL ${MIN_MAJOR_VERSION} or newer.`;
    yield warn('version', `PostgreSQL ${version} is older than the tested versions`, advice);
  }
  yield checkEncryption(deps, server);
  yield* checkMigrations(deps, server);
  yield* checkKey(deps);
  const maxServers = Math.floor(maxConnections / CONNECTIONS_PER_SERVER);
  const found = `${maxConnections} allowed, up to ${CONNECTIONS_PER_SERVER} for each server`;
  yield maxServers > 1
    ? ok('connections', found)
    : warn('connections', found, 'Raise max_connections before you add a second server.');
}

const readServer = async ({backgroundSql: sql}: DoctorDeps): Promise<Server> => {
  await requireOwnSession(sql);
  const rows = await sql<Server[]>`
    select
      current_setting('server_version') as version,
      current_setting('server_version_num')::int / 10000 as major,
      current_setting('max_connections')::int as "maxConnections",
      coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted,
      coalesce(inet_server_addr() <<= any('{127.0.0.0/8,::1/128}'::inet[]), true) as "isLocal",
      has_schema_privilege(current_schema(), 'create') as "canCreate"`;
  return one(rows);
};

const checkEncryption = ({databaseUrl}: DoctorDeps, {encrypted, isLocal}: Server): Finding => {
  const {options} = parseConnection(databaseUrl).tls;
  if (encrypted && options?.rejectUnauthorized === false) {
    const advice =
      'Use sslmode=verify-full in DATABASE_URL, so that no other server can pose as it.';
    return warn('encryption', 'TLS, but its certificate is not checked', advice);
  }
  if (encrypted) return ok('encryption', 'TLS, with its certificate checked');
  if (isLocal) return ok('encryption', 'off, and not needed on this machine');
  return warn(
    'encryption',
    'off: names and e-mail addresses are sent as plain text',
    'Add ?sslmode=verify-full to DATABASE_URL, unless the network is private.',
  );
};

async function* checkMigrations(
  {backgroundSql: sql}: DoctorDeps,
  {canCreate}: Server,
): AsyncGenerator<Finding> {
  try {
    const pending = await findPendingMigrations(sql);
    yield pending.length === 0
      ? ok('migrations', 'up to date')
      : warn('migrations', `not applied: ${pending.join(', ')}`, 'The next start applies them.');
  } catch (error) {
    const advice = 'Run the version that migrated this database, or a newer one.';
    yield fail('migrations', toReason(error), advice);
  }
  if (canCreate) return;
  const advice =
    'Grant CREATE: the server creates tables in migrations and for each month of the audit log.';
  yield fail('rights', 'the user is not allowed to create tables in its schema', advice);
}

async function* checkKey({backgroundSql: sql, config}: DoctorDeps): AsyncGenerator<Finding> {
  const [table] = await sql<{exists: boolean}[]>`select to_regclass('tasks') is not null as exists`;
  if (!table?.exists || !(await isSecretReplaced(sql, config.secrets))) return;
  yield warn('secret', REPLACED_SECRET.found, REPLACED_SECRET.advice);
}
