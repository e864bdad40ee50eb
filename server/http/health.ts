import {Type} from 'typebox';

import {withTimeout} from '../async/timeout.js';
import {ErrorBody} from '../contract/common.js';
import type {Sql} from '../database/sql.js';
import {requireWritable} from '../database/read-only.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {responseSchemas} from './response-schemas.js';
import type {Plugin} from './app-type.js';

export interface HealthDeps {
  sql: Sql;
  objects: ObjectStore;
  version: string;
  /** Returns the reason why the server accepts no requests; undefined if it does. */
  notReady: () => string | undefined;
}

const CACHED_MS = 1_000;
const CHECK_MS = 1_500;

type Checks = Record<string, string>;

const Alive = Type.Object(
  {status: Type.Literal('ok'), version: Type.String()},
  {description: 'The process is alive.', examples: [{status: 'ok', version: '1.2.3'}]},
);

const Checked = Type.Object({
  status: Type.Enum(['ok', 'unavailable']),
  checks: Type.Record(Type.String(), Type.String(), {
    description: '`ok` or the reason of the failure, for each check.',
  }),
});

const createExample = (status: string, database: string) => ({
  status,
  checks: {server: 'ok', database, storage: 'ok'},
});

const Ready = Type.Object(Checked.properties, {
  description: 'All checks have passed.',
  examples: [createExample('ok', 'ok')],
});

/** Response with status 503. An overloaded server sends an `ErrorBody`, without a check. */
const NotReady = Type.Union([Checked, ErrorBody], {
  description: 'A check has failed, or the server is overloaded.',
  examples: [createExample('unavailable', 'ECONNREFUSED')],
});

const Asked = Type.Object(
  {
    part: Type.Optional(
      Type.Literal('server', {
        description:
          'Limits the check to this process: 503 only while it starts or stops. For load balancers, because a failure of the database or the storage affects all servers.',
      }),
    ),
  },
  {additionalProperties: false},
);

/** Adds `/healthz` (the process is alive) and `/readyz` (it can serve requests, or the reason). */
export const healthRoutes: Plugin<HealthDeps> = async (app, {notReady, version, ...deps}) => {
  let latest: {checks: Promise<Checks>; until: number} | undefined;

  const latestChecks = (): Promise<Checks> => {
    if (!latest || latest.until < performance.now()) {
      latest = {checks: check(deps), until: performance.now() + CACHED_MS};
    }
    return latest.checks;
  };

  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'isAlive',
        summary: 'Whether this process is alive',
        description: 'Checks nothing else.',
        tags: ['operation'],
        security: [],
        response: responseSchemas({200: Alive}, [], {unlimited: true}),
      },
    },
    () => ({status: 'ok' as const, version}),
  );
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'isReady',
        summary: 'Whether this process can serve requests',
        description:
          'Checks `server`, `database` and `storage`; the last two at most once a second. A database that accepts no writes, such as a standby, is reported as `DATABASE_READ_ONLY`.',
        tags: ['operation'],
        security: [],
        querystring: Asked,
        response: responseSchemas({200: Ready, 503: NotReady}, [], {unlimited: true}),
      },
    },
    async (request, reply) => {
      const shared = request.query.part === 'server' ? {} : await latestChecks();
      // Never cached, because a load balancer must notice immediately that this server is stopping.
      const checks = {server: notReady() ?? 'ok', ...shared};
      const ready = Object.values(checks).every((result) => result === 'ok');
      return reply
        .code(ready ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({status: ready ? 'ok' : 'unavailable', checks});
    },
  );
};

const check = async ({sql, objects}: Pick<HealthDeps, 'sql' | 'objects'>): Promise<Checks> => {
  const [database, storage] = await Promise.all([
    outcome(requireWritable(sql)),
    outcome(objects.check()),
  ]);
  return {database, storage};
};

const outcome = (work: Promise<void>): Promise<string> =>
  withTimeout(
    work.then(() => 'ok', toReason),
    CHECK_MS,
    () => `no response within ${CHECK_MS} ms`,
  );

/**
 * Returns the innermost known reason of a failure: a code, a status or a class. It never returns a
 * message, which could contain a URL or credentials.
 */
const toReason = (error: unknown): string => {
  let reason = 'unknown';
  for (let at = error; at instanceof Error; at = at.cause) {
    const {code, name, $metadata} = at as Error & {code?: unknown; $metadata?: S3Answer};
    if (typeof code === 'string') return code;
    if ($metadata?.httpStatusCode) return `${name} (HTTP ${$metadata.httpStatusCode})`;
    reason = name;
  }
  return reason;
};

interface S3Answer {
  httpStatusCode?: number;
}
