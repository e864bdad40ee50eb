import {Type} from 'typebox';

import type {Sql} from '../database/connect.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {App} from './app-type.js';

export interface HealthParts {
  sql: Sql;
  objects: ObjectStore;
  version: string;
  /** Why the server does not take work, or undefined when it does. */
  notReady: () => string | undefined;
}

const CACHED_MS = 1_000;
const CHECK_MS = 1_500;

type Checks = Record<string, string>;

const Ready = Type.Object({
  status: Type.String(),
  checks: Type.Record(Type.String(), Type.String()),
});

/** `/healthz`: this process is alive. `/readyz`: it can do its work; if not, what is in its way. */
export const healthRoutes = (app: App, {notReady, version, ...parts}: HealthParts): void => {
  let latest: {checks: Promise<Checks>; until: number} | undefined;

  const look = (): Promise<Checks> => {
    if (!latest || latest.until < performance.now()) {
      latest = {checks: check(parts), until: performance.now() + CACHED_MS};
    }
    return latest.checks;
  };

  app.get('/healthz', {schema: {hide: true}}, () => ({status: 'ok', version}));
  app.get(
    '/readyz',
    {schema: {hide: true, response: {200: Ready, 503: Ready}}},
    async (_request, reply) => {
      const parts = await look();
      // Never from the cache: a load balancer must learn at once that this server is going.
      const checks = {server: notReady() ?? 'ok', ...parts};
      const ready = Object.values(checks).every((result) => result === 'ok');
      return reply
        .code(ready ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({status: ready ? 'ok' : 'unavailable', checks});
    },
  );
};

const check = async ({sql, objects}: Pick<HealthParts, 'sql' | 'objects'>): Promise<Checks> => {
  const [database, storage] = await Promise.all([
    outcome(sql`select 1`.then(() => undefined)),
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
  const done = work.then(
    () => 'ok',
    // The class of the failure, no address or credentials that a message could hold.
    (error: unknown) => (error as {code?: string}).code ?? (error as Error).name,
  );
  const result = await Promise.race([done, late]);
  clearTimeout(timer);
  return result;
};
