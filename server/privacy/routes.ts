import type {Readable} from 'node:stream';

import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {clientRateLimitKey} from '../http/client-address.js';
import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {Internal} from '../errors.js';
import type {MariaError} from '../errors.js';
import type {SlowClientLimits} from '../http/pace.js';
import {storedFiles} from '../files/store.js';
import type {App} from '../http/app-type.js';
import {SESSION_CODES, SESSION_SECURITY, answers} from '../http/answers.js';
import {disableTimeout} from '../http/deadline.js';
import {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {rateLimit} from '../http/rate-limits.js';
import {pacedDownload, untilClosed} from '../http/slow-download.js';
import {attachment} from '../object-store/attachment.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {Access} from '../visits/access.js';
import {createArchive} from './archive.js';

export interface PrivacyDeps {
  config: Config;
  sql: Sql;
  objects: ObjectStore;
  access: Access;
  /** An archive broke while it was sent: its reader was promised all of it. */
  onBroken: (error: MariaError, request: FastifyRequest) => void;
  pace?: SlowClientLimits | undefined;
}

const Archive = Type.Unsafe<Readable>({
  type: 'string',
  format: 'binary',
  contentMediaType: 'application/zip',
  description: 'A ZIP.',
  headers: {
    'content-disposition': {type: 'string', description: 'An attachment named after the UUID.'},
  },
});

/** Limits of concurrent exports. Each occupies a connection to the store while it is read. */
export const EXPORT_LIMITS = {perSession: 2, perAddress: 10, total: 50};

export const privacyRoutes = (app: App, deps: PrivacyDeps): void => {
  const {config, sql, objects, access} = deps;
  const gate = new ConcurrencyLimit(
    EXPORT_LIMITS,
    'Too many exports are being read concurrently. Try again after Retry-After.',
  );
  app.get(
    '/api/session/export',
    {
      // The archive takes as long as its reader does, within the limits of its pace.
      config: {...rateLimit(config.ratePerMinute, 'export'), keepsOwnTime: 'later'},
      // Each call is one in the trail; asking for headers alone gives nobody anything.
      exposeHeadRoute: false,
      preParsing: [access.identify],
      schema: {
        operationId: 'exportSession',
        summary: 'Everything stored about this session, with its files, as a ZIP',
        description:
          '`session.json` holds all rows; beside it are the files. Streamed: a store that fails midway breaks the connection off, and so does a client that reads less than 8 KiB/s for a minute.',
        tags: ['session'],
        security: SESSION_SECURITY,
        response: answers({200: Archive}, [...SESSION_CODES, 'busy']),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      const {uuid, site, address} = caller;
      await access.visit(request, caller);
      const closed = untilClosed(reply.raw);
      const leave = gate.acquire(uuid, clientRateLimitKey(request));
      void closed.then(leave);
      await requireStore(sql, objects, uuid);
      const metadata = {by: 'visitor'};
      await recordAudit(sql, {event: 'data_exported', uuid, site: site.key, address, metadata});
      disableTimeout(request, reply);
      const left = new AbortController();
      void closed.then(() => {
        left.abort();
      });
      const archive = pacedDownload(createArchive({sql, objects}, [uuid], left.signal), reply.raw, {
        limits: deps.pace,
        onTooSlow: () => {
          request.log.info({req: request.id}, 'an export was cut off: its client read too slowly');
        },
      });
      // The framework cuts the connection, so that nobody takes the rest for the whole. The trail
      // has said what was handed out before the first byte was; an error follows it there.
      archive.once('error', (cause) => {
        if (left.signal.aborted) return;
        deps.onBroken(new Internal('An export broke on the way.', {cause}), request);
      });
      return reply
        .type('application/zip')
        .header('content-disposition', attachment(`maria-${uuid}.zip`))
        .send(archive);
    },
  );
};

/** A store that is away is told by a status, which is no longer possible once bytes have been sent. */
const requireStore = async (sql: Sql, objects: ObjectStore, uuid: string): Promise<void> => {
  const [file] = await storedFiles(sql, uuid);
  if (file) await objects.head(file.key);
};
