import {Type} from 'typebox';

import {ErrorBody} from '../contract/common.js';
import type {Sql} from '../database/sql.js';
import {requireWritable} from '../database/read-only.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {answers} from './answers.js';
import type {App} from './app-type.js';

export interface HealthDeps {
  sql: Sql;
  objects: ObjectStore;
  version: string;
  /** Why the server does not take work, or undefined when it does. */
  notReady: () => string | undefined;
}

const CACHED_MS = 1_000;
const CHECK_MS = 1_500;

type Checks = Record<string, string>;

const Alive = Type.Object(
  {status: Type.Literal('ok'), version: Type.String()},
  {description: 'It is.', examples: [{status: 'ok', version: '1.2.3'}]},
);

const Checked = Type.Object({
  status: Type.Enum(['ok', 'unavailable']),
  checks: Type.Record(Type.String(), Type.String(), {
    description: '`ok`, or what is in the way, for all parts that were asked for.',
  }),
});

const createExample = (status: string, database: string) => ({
  status,
  checks: {server: 'ok', database, storage: 'ok'},
});

const Ready = Type.Object(Checked.properties, {
  description: 'All parts answer.',
  examples: [createExample('ok', 'ok')],
});

/** With more to do than it can bear, the server answers before it has looked. */
const NotReady = Type.Union([Checked, ErrorBody], {
  description: 'Something is in the way.',
  examples: [createExample('unavailable', 'ECONNREFUSED')],
});

const Asked = Type.Object(
  {
    part: Type.Optional(
      Type.Literal('server', {
        description:
          'Says 503 only while this process starts or stops. For load balancers: what all servers share is away for all of them, and each says so itself.',
      }),
    ),
  },
  {additionalProperties: false},
);

/** `/healthz`: this process is alive. `/readyz`: it can do its work; if not, what is in its way. */
export const healthRoutes = (app: App, {notReady, version, ...deps}: HealthDeps): void => {
  let latest: {checks: Promise<Checks>; until: number} | undefined;

  const look = (): Promise<Checks> => {
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
        description: 'Looks at nothing else.',
        tags: ['operation'],
        security: [],
        response: answers({200: Alive}, [], {unlimited: true}),
      },
    },
    () => ({status: 'ok' as const, version}),
  );
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'isReady',
        summary: 'Whether it can do its work',
        description:
          'Looks at `server`, `database` and `storage`; at the last two once a second. A database that takes no writes, such as a standby, is `DATABASE_READ_ONLY`.',
        tags: ['operation'],
        security: [],
        querystring: Asked,
        response: answers({200: Ready, 503: NotReady}, [], {unlimited: true}),
      },
    },
    async (request, reply) => {
      const shared = request.query.part === 'server' ? {} : await look();
      // Never from the cache: a load balancer must learn at once that this server is going.
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

const outcome = async (work: Promise<void>): Promise<string> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`no answer within ${CHECK_MS} ms`);
    }, CHECK_MS);
  });
  const done = work.then(() => 'ok', toReason);
  const result = await Promise.race([done, late]);
  clearTimeout(timer);
  return result;
};

/**
 * The innermost that is known of a failure: a code, a status, a class. Never a message, which could
 * hold an address or credentials.
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
