import type {FastifyReply, FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {clientNetwork} from '../audit/address.js';
import {recordAudit} from '../audit/store.js';
import type {AuditAttempts} from '../audit/store.js';
import {DownloadLink, FileId, FileList, UploadAnswer, UploadForm} from '../contract/files.js';
import {MAX_IDEMPOTENCY_KEY_LENGTH, PDF_CONTENT_TYPE} from '../contract/limits.js';
import type {Config} from '../config.js';
import type {Sql} from '../database/connect.js';
import {isDatabaseDown} from '../database/failure.js';
import {
  ConsentRequired,
  MariaError,
  NotFound,
  RateLimited,
  TokenInvalid,
  Unavailable,
} from '../errors.js';
import type {App} from '../http/app-type.js';
import {BODY_CODES, SESSION_CODES, SESSION_SECURITY, answers} from '../http/answers.js';
import {inTime, takeOwnTime} from '../http/deadline.js';
import {describedBody} from '../http/openapi.js';
import {rateLimit} from '../http/rate-limits.js';
import type {LocalCounters, SharedCounters} from '../http/rate-limits.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {Access, Caller} from '../sessions/access.js';
import {hasConsent} from '../sessions/store.js';
import {siteLimits} from '../sites/limits.js';
import {tooLarge} from './checked-bytes.js';
import {readIncoming} from './incoming.js';
import {countDownload, findStoredFile, shownFile, softDelete, storedFiles} from './store.js';
import type {UploadGate} from './upload-gate.js';
import type {Uploads} from './upload.js';

export interface FileParts {
  config: Config;
  sql: Sql;
  access: Access;
  objects: ObjectStore;
  uploads: Uploads;
  attempts: AuditAttempts;
  gate: UploadGate;
  counters: SharedCounters | LocalCounters;
  onTaken: (taken: {repeated: boolean; bytes: number}) => void;
  /** Tells the reaper that an object waits to be removed. */
  onDeleted: () => void;
}

/** Room for the multipart frame and the fields around the file. */
const FRAME_BYTES = 64 * 1024;
const DOWNLOADS_PER_MINUTE = 30;

const Repeated = Type.Unsafe<UploadAnswer>({
  ...UploadAnswer,
  description: 'The same `Idempotency-Key` again: the file that is already there.',
});

export const fileRoutes = (app: App, parts: FileParts): void => {
  const {config, sql, access} = parts;
  const options = (kind: 'read' | 'change') => ({
    config: rateLimit(config.ratePerMinute, kind),
    preParsing: [access.identify],
  });

  app.post(
    '/api/files/upload',
    {
      preParsing: [access.identify],
      // From where its bytes are read an upload has bounds of its own: pace, lease, a longest time.
      config: {
        ...rateLimit(config.ratePerMinute, 'upload'),
        keepsOwnTime: 'later',
        swaggerTransform: describedBody(UploadForm),
      },
      schema: {
        operationId: 'uploadFile',
        summary: 'Stores one PDF',
        description:
          'Streams through: with `size` before the file nothing is kept on the way. A retry under the same `Idempotency-Key` answers the same file.',
        tags: ['files'],
        consumes: ['multipart/form-data'],
        security: SESSION_SECURITY,
        headers: Type.Object({
          'idempotency-key': Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: MAX_IDEMPOTENCY_KEY_LENGTH,
              description: 'One for each file; makes a retry safe.',
              examples: ['c0f1e2d3-upload-1'],
            }),
          ),
        }),
        response: answers({200: Repeated, 201: UploadAnswer}, [
          ...SESSION_CODES,
          ...BODY_CODES,
          'empty_file',
          'no_file',
          'size_mismatch',
          'consent_required',
          'too_many_files',
          'in_progress',
          'file_too_large',
          'not_a_pdf',
          'file_infected',
          'active_content',
          'idempotency_key_reused',
          'busy',
          'scan_unavailable',
        ]),
      },
    },
    async (request, reply) => {
      const caller = access.callerOf(request);
      let isTold = false;
      const onReserved = () => {
        isTold = true;
      };
      try {
        const taken = await takeUpload(parts, caller, {request, reply, onReserved});
        parts.onTaken({repeated: taken.repeated, bytes: taken.file.size});
        return await reply.code(taken.repeated ? 200 : 201).send({file: taken.file});
      } catch (error) {
        if (!isTold) await tellRefusal(parts, caller, error);
        throw error;
      }
    },
  );

  app.get(
    '/api/files',
    {
      ...options('read'),
      schema: {
        operationId: 'listFiles',
        summary: 'The session’s own files',
        description: 'What was deleted, and what is still being uploaded, is left out.',
        tags: ['files'],
        security: SESSION_SECURITY,
        response: answers({200: FileList}, SESSION_CODES),
      },
    },
    async (request) => {
      const caller = access.callerOf(request);
      await access.visit(request, caller);
      return {files: (await storedFiles(sql, caller.uuid)).map(shownFile)};
    },
  );

  app.get(
    '/api/files/download/:file_id',
    {
      ...options('read'),
      schema: {
        operationId: 'getDownloadLink',
        summary: 'A short-lived link to one file',
        description:
          'At most 30 a minute in one session. Each is counted and audited when it is made.',
        tags: ['files'],
        security: SESSION_SECURITY,
        params: FileId,
        response: answers({200: DownloadLink}, [...SESSION_CODES, 'not_found']),
      },
    },
    async (request) => {
      const caller = access.callerOf(request);
      await access.visit(request, caller);
      await demandDownloadPace(parts, caller);
      const link = await downloadLink(parts, caller, request.params.file_id.toLowerCase());
      return {url: link.url, expires_at: link.expiresAt.toISOString()};
    },
  );

  app.delete(
    '/api/files/:file_id',
    {
      ...options('change'),
      schema: {
        operationId: 'deleteFile',
        summary: 'Deletes one file; a repeat is a success',
        description: 'If the object cannot be removed now, cleanup does it.',
        tags: ['files'],
        security: SESSION_SECURITY,
        params: FileId,
        response: answers({204: Type.Null({description: 'Deleted.'})}, [
          ...SESSION_CODES,
          ...BODY_CODES,
          'not_found',
        ]),
      },
    },
    async (request, reply) => {
      const caller = access.callerOf(request);
      const id = request.params.file_id.toLowerCase();
      await access.change(request, caller, async (tx) => {
        const deletion = await softDelete(tx, caller.uuid, id);
        if (deletion === 'unknown') throw noSuchFile();
        if (deletion === 'already_deleted') return;
        await recordAudit(tx, {...auditOf(caller), event: 'file_deleted', metadata: {file_id: id}});
      });
      parts.onDeleted();
      return reply.code(204).send(null);
    },
  );
};

interface UploadCall {
  request: FastifyRequest;
  reply: FastifyReply;
  onReserved: () => void;
}

const takeUpload = async (
  {access, sql, config, gate, uploads}: FileParts,
  caller: Caller,
  {request, reply, onReserved}: UploadCall,
) => {
  await access.visit(request, caller);
  if (!(await hasConsent(sql, caller.uuid, 'personal_data'))) throw new ConsentRequired();
  const limits = siteLimits(caller.site, config.limits);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.maxFileBytes + FRAME_BYTES) throw tooLarge(limits.maxFileBytes);
  takeOwnTime(request, reply);
  const leave = gate.enter(caller.uuid, clientNetwork(request.ip));
  try {
    const incoming = await readIncoming(request, limits.maxFileBytes);
    const key = request.headers['idempotency-key'];
    const idempotencyKey = typeof key === 'string' ? key : undefined;
    return await uploads.take({request, caller, limits, incoming, idempotencyKey, onReserved});
  } finally {
    leave();
  }
};

/**
 * What is refused before it has a row is a mere attempt. Not the refused token, which is counted
 * elsewhere, nor what the database's silence refused: it could not take this row either.
 */
const tellRefusal = async (
  {attempts}: FileParts,
  caller: Caller,
  error: unknown,
): Promise<void> => {
  if (error instanceof TokenInvalid || error instanceof Unavailable) return;
  if (isDatabaseDown(error)) return;
  const code = error instanceof MariaError ? error.code : 'aborted';
  const metadata = {code};
  await inTime(attempts.record({...auditOf(caller), event: 'file_upload_error', metadata}));
};

const auditOf = ({uuid, site, address}: Caller) => ({uuid, site: site.key, address});

const noSuchFile = () =>
  new NotFound('The session has no file with this id. GET /api/files lists those it has.');

const demandDownloadPace = async ({counters}: FileParts, {uuid}: Caller): Promise<void> => {
  const {current, ttl} = await counters.count(`download ${uuid}`);
  if (current <= DOWNLOADS_PER_MINUTE) return;
  const seconds = Math.ceil(ttl / 1000);
  throw new RateLimited(
    `Expected at most ${DOWNLOADS_PER_MINUTE} links a minute in one session. Wait ${seconds} s.`,
    {retryAfter: seconds},
  );
};

/** The link is counted and audited when it is made; nobody hears of its use. */
const downloadLink = async ({sql, objects, config}: FileParts, caller: Caller, id: string) => {
  const file = await findStoredFile(sql, caller.uuid, id);
  if (!file) throw noSuchFile();
  // Outside of the transaction: that one waits for its own queries alone, or it might go on with a
  // connection that has meanwhile died.
  const link = await objects.downloadUrl(file.key, {
    fileName: file.name,
    contentType: PDF_CONTENT_TYPE,
    seconds: config.downloadSeconds,
  });
  await sql.begin(async (tx) => {
    await countDownload(tx, id);
    await recordAudit(tx, {...auditOf(caller), event: 'file_download', metadata: {file_id: id}});
  });
  return link;
};
