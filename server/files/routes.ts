import {Type} from 'typebox';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import {DownloadLink, FileId, FileList} from '../contract/files.js';
import {PDF_CONTENT_TYPE} from '../contract/limits.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {recordEvents} from '../events/store.js';
import {NotFound, RateLimited} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {BODY_CODES, sessionResponses} from '../http/response-schemas.js';
import {createRateLimit} from '../http/rate-limits.js';
import type {LocalCounters, SharedCounters} from '../http/rate-limits.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {Access, Caller} from '../visits/access.js';
import {
  countDownload,
  findStoredFile,
  listKeysInUse,
  toApiFile,
  softDelete,
  listStoredFiles,
} from './store.js';
import {toAuditEntry} from './upload-route.js';

export interface FileDeps {
  config: Config;
  sql: Sql;
  access: Access;
  objects: ObjectStore;
  counters: SharedCounters | LocalCounters;
  /** Notifies the reaper that an object must be deleted. */
  onDeleted: () => void;
}

const DOWNLOADS_PER_MINUTE = 30;

export const fileRoutes: Plugin<FileDeps> = async (app, deps) => {
  listFilesRoute(app, deps);
  getDownloadLinkRoute(app, deps);
  deleteFileRoute(app, deps);
};

const listFilesRoute = (app: App, deps: FileDeps): void => {
  const {config, sql, access} = deps;
  app.get(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'listFiles',
        summary: 'Lists the files of the session',
        description:
          'Deleted files are omitted. Uploads in progress are listed by their idempotency key.',
        tags: ['files'],
        response: sessionResponses({200: FileList}),
      },
    },
    async (request) => {
      const caller = access.getCaller(request);
      await access.extendVisit(request, caller);
      const [files, keys] = await Promise.all([
        listStoredFiles(sql, caller.uuid),
        listKeysInUse(sql, caller.uuid),
      ]);
      const uploading = keys.map((key) => ({idempotency_key: key}));
      return {files: files.map(toApiFile), ...(uploading.length > 0 && {uploading})};
    },
  );
};

const getDownloadLinkRoute = (app: App, deps: FileDeps): void => {
  const {config, access} = deps;
  app.get(
    '/download/:file_id',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      // Each link is counted and audited, but a HEAD request would return no link.
      exposeHeadRoute: false,
      schema: {
        operationId: 'getDownloadLink',
        summary: 'Creates a short-lived download link for one file',
        description:
          'At most 30 links a minute in one session. Each link is counted and audited when it is created.',
        tags: ['files'],
        params: FileId,
        response: sessionResponses({200: DownloadLink}, ['not_found']),
      },
    },
    async (request) => {
      const caller = access.getCaller(request);
      await access.extendVisit(request, caller);
      await requireDownloadRate(deps, caller);
      const link = await downloadLink(deps, caller, request.params.file_id.toLowerCase());
      return {url: link.url, expires_at: link.expiresAt.toISOString()};
    },
  );
};

const deleteFileRoute = (app: App, deps: FileDeps): void => {
  const {config, access} = deps;
  app.delete(
    '/:file_id',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'deleteFile',
        summary: 'Deletes one file; a repeated call succeeds',
        description: 'If the object cannot be deleted immediately, cleanup deletes it later.',
        tags: ['files'],
        params: FileId,
        response: sessionResponses({204: Type.Null({description: 'Deleted.'})}, [
          ...BODY_CODES,
          'not_found',
        ]),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      const id = request.params.file_id.toLowerCase();
      await access.changeVisit(request, caller, async (tx) => {
        const deletion = await softDelete(tx, caller.uuid, id);
        if (deletion === 'unknown') throw createNoSuchFile();
        if (deletion === 'already_deleted') return;
        await recordAudit(tx, {
          ...toAuditEntry(caller),
          event: 'file_deleted',
          metadata: {file_id: id},
        });
        await recordEvents(tx, caller.uuid, {type: 'file_deleted', data: {file_id: id}});
      });
      deps.onDeleted();
      return reply.code(204).send(null);
    },
  );
};

const createNoSuchFile = () =>
  new NotFound(
    'The session has no file with this ID. Expected an ID from GET /api/files. List the files first.',
  );

const requireDownloadRate = async ({counters}: FileDeps, {uuid}: Caller): Promise<void> => {
  const {current, ttl} = await counters.addHit(`download ${uuid}`);
  if (current <= DOWNLOADS_PER_MINUTE) return;
  throw RateLimited.after(
    ttl,
    `Too many download links. Expected at most ${DOWNLOADS_PER_MINUTE} a minute in one session.`,
  );
};

/** Creates a link. It is counted and audited now, because the server cannot detect its use. */
const downloadLink = async ({sql, objects, config}: FileDeps, caller: Caller, id: string) => {
  const file = await findStoredFile(sql, caller.uuid, id);
  if (!file) throw createNoSuchFile();
  // Outside the transaction: a transaction that waits for anything except its own queries could
  // continue on a connection that has died.
  const link = await objects.createDownloadLink(file.key, {
    fileName: file.name,
    contentType: PDF_CONTENT_TYPE,
    seconds: config.downloadSeconds,
  });
  await transaction(sql, async (tx) => {
    await countDownload(tx, id);
    await recordAudit(tx, {
      ...toAuditEntry(caller),
      event: 'file_download',
      metadata: {file_id: id},
    });
  });
  return link;
};
