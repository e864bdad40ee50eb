import type {Readable} from 'node:stream';

import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {clientRateLimitKey} from '../http/client-address.js';
import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import type {MariaError} from '../errors.js';
import type {SlowClientLimits} from '../http/slow-client-guard.js';
import {listStoredFiles} from '../files/store.js';
import type {Plugin} from '../http/app-type.js';
import {sessionResponses} from '../http/response-schemas.js';
import {disableTimeout} from '../http/request-timeout.js';
import {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {createRateLimit} from '../http/rate-limits.js';
import {untilClosed} from '../http/slow-download.js';
import {createContentDisposition} from '../object-store/attachment.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {Access} from '../visits/access.js';
import {createArchive} from './archive.js';
import {streamExport} from './stream-export.js';

export interface PrivacyDeps {
  config: Config;
  sql: Sql;
  objects: ObjectStore;
  access: Access;
  /** Called when an archive fails after its response has begun. */
  onBroken: (error: MariaError, request: FastifyRequest) => void;
  pace?: SlowClientLimits | undefined;
}

export const Archive = Type.Unsafe<Readable>({
  type: 'string',
  format: 'binary',
  contentMediaType: 'application/zip',
  description: 'A ZIP file.',
  headers: {
    'content-disposition': {type: 'string', description: 'An attachment named after the UUID.'},
  },
});

/** Limits of concurrent exports. Each occupies a connection to the store while it is read. */
export const EXPORT_LIMITS = {perSession: 2, perClient: 10, total: 50};

export const privacyRoutes: Plugin<PrivacyDeps> = async (app, deps) => {
  const {config, sql, objects, access} = deps;
  const limit = new ConcurrencyLimit(
    EXPORT_LIMITS,
    'Too many concurrent exports. Try again after the time in Retry-After.',
  );
  app.get(
    '/export',
    {
      // The transfer may last as long as the client reads fast enough (`SlowClientLimits`).
      config: {...createRateLimit(config.ratePerMinute, 'export'), disablesTimeout: 'later'},
      // Each GET is audited as an export; a HEAD request would be audited too, without an export.
      exposeHeadRoute: false,
      schema: {
        operationId: 'exportSession',
        summary: 'Everything stored about this session, with its files, as a ZIP',
        description:
          '`session.json` contains all rows; the files are next to it. The ZIP is streamed. The server closes the connection if the store fails, or if the client reads less than 8 KiB/s for a minute.',
        tags: ['session'],
        response: sessionResponses({200: Archive}, ['busy']),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      const {uuid, site, ipAddress} = caller;
      await access.extendVisit(request, caller);
      const closed = untilClosed(reply.raw);
      const release = limit.acquire(uuid, clientRateLimitKey(request));
      void closed.then(release);
      await requireStore(sql, objects, uuid);
      const metadata = {by: 'visitor'};
      await recordAudit(sql, {event: 'data_exported', uuid, site: site.key, ipAddress, metadata});
      disableTimeout(request, reply);
      const archive = streamExport(
        deps,
        (signal) => createArchive(deps, {uuids: [uuid], hasFolders: false}, signal),
        {request, response: reply.raw, closed},
      );
      return reply
        .type('application/zip')
        .header('content-disposition', createContentDisposition(`maria-${uuid}.zip`))
        .send(archive);
    },
  );
};

/** Fails with a status if the store is unavailable. After the first byte, no status can be sent. */
export const requireStore = async (sql: Sql, objects: ObjectStore, uuid: string): Promise<void> => {
  const [file] = await listStoredFiles(sql, uuid);
  if (file) await objects.head(file.key);
};
