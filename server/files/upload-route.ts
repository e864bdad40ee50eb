import multipart from '@fastify/multipart';
import type {FastifyReply, FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {clientRateLimitKey} from '../http/client-address.js';
import type {BatchedAuditWriter} from '../audit/store.js';
import {UploadResponse, UploadForm} from '../contract/files.js';
import type {ErrorCode} from '../contract/error-codes.js';
import {MAX_IDEMPOTENCY_KEY_LENGTH} from '../contract/limits.js';
import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/errors.js';
import {ConsentRequired, TokenInvalid, Unavailable} from '../errors.js';
import type {Plugin} from '../http/app-type.js';
import {BODY_CODES, sessionResponses} from '../http/response-schemas.js';
import {withResponseTimeout, disableTimeout} from '../http/request-timeout.js';
import {describeBody} from '../http/openapi.js';
import {createRateLimit} from '../http/rate-limits.js';
import type {Access, Caller} from '../visits/access.js';
import {hasConsent} from '../visits/consents.js';
import {getFileLimits} from '../sites/limits.js';
import {createFileTooLarge} from './validating-stream.js';
import {getFailureCode} from './failure-code.js';
import {readMultipartUpload} from './multipart-upload.js';
import type {ConcurrencyLimit} from '../http/concurrency-limit.js';
import type {Uploads} from './upload.js';

export interface UploadRouteDeps {
  config: Config;
  sql: Sql;
  access: Access;
  uploads: Uploads;
  attempts: BatchedAuditWriter;
  uploadLimit: ConcurrencyLimit;
  onStored: (taken: {repeated: boolean; bytes: number}) => void;
}

/** Allowance for the multipart framing and the fields around the file. */
const FRAME_BYTES = 64 * 1024;

const Repeated = Type.Unsafe<UploadResponse>({
  ...UploadResponse,
  description: 'Repeated `Idempotency-Key`: the file that is already stored.',
});

const UPLOAD_CODES: ErrorCode[] = [
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
];

/** Route of the upload. No other route accepts a form. */
export const uploadRoute: Plugin<UploadRouteDeps> = async (app, deps) => {
  const {config, access} = deps;
  await app.register(multipart, {throwFileSizeLimit: false});
  app.post(
    '/upload',
    {
      // Once its bytes are read, an upload has other limits: throughput, lease and duration.
      config: {
        ...createRateLimit(config.ratePerMinute, 'upload'),
        disablesTimeout: 'later',
        swaggerTransform: describeBody(UploadForm),
      },
      schema: {
        operationId: 'uploadFile',
        summary: 'Stores one PDF',
        description:
          'The bytes are streamed to the storage if `size` precedes the file. Otherwise, they are first buffered on disk. A retry with the same `Idempotency-Key` returns the same file.',
        tags: ['files'],
        consumes: ['multipart/form-data'],
        headers: Type.Object({
          'idempotency-key': Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: MAX_IDEMPOTENCY_KEY_LENGTH,
              description: 'Unique for each file; makes a retry safe.',
              examples: ['c0f1e2d3-upload-1'],
            }),
          ),
        }),
        response: sessionResponses({200: Repeated, 201: UploadResponse}, UPLOAD_CODES),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      let isAudited = false;
      const onReserved = () => {
        isAudited = true;
      };
      try {
        const result = await receiveUpload(deps, caller, {request, reply, onReserved});
        deps.onStored({repeated: result.repeated, bytes: result.file.size});
        return await reply.code(result.repeated ? 200 : 201).send({file: result.file});
      } catch (error) {
        if (!isAudited) await auditRefusal(deps, caller, error);
        throw error;
      }
    },
  );
};

interface UploadCall {
  request: FastifyRequest;
  reply: FastifyReply;
  onReserved: () => void;
}

const receiveUpload = async (
  {access, sql, config, uploadLimit, uploads}: UploadRouteDeps,
  caller: Caller,
  {request, reply, onReserved}: UploadCall,
) => {
  await access.extendVisit(request, caller);
  if (!(await hasConsent(sql, caller.uuid, 'personal_data'))) throw new ConsentRequired();
  const limits = getFileLimits(caller.site, config.limits);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.maxFileBytes + FRAME_BYTES) throw createFileTooLarge(limits.maxFileBytes);
  disableTimeout(request, reply);
  const release = uploadLimit.acquire(caller.uuid, clientRateLimitKey(request));
  try {
    const incoming = await readMultipartUpload(request, limits.maxFileBytes);
    const key = request.headers['idempotency-key'];
    const idempotencyKey = typeof key === 'string' ? key : undefined;
    return await uploads.receive({request, caller, limits, incoming, idempotencyKey, onReserved});
  } finally {
    release();
  }
};

/**
 * Audits an upload that was refused before it had a row. Refused tokens are counted elsewhere. A
 * database that is down cannot store this audit row either.
 */
const auditRefusal = async (
  {attempts}: UploadRouteDeps,
  caller: Caller,
  error: unknown,
): Promise<void> => {
  if (error instanceof TokenInvalid || error instanceof Unavailable) return;
  if (isDatabaseDown(error)) return;
  const metadata = {code: getFailureCode(error)};
  await withResponseTimeout(
    attempts.record({...toAuditEntry(caller), event: 'file_upload_error', metadata}),
  );
};

export const toAuditEntry = ({uuid, site, ipAddress}: Caller) => ({
  uuid,
  site: site.key,
  ipAddress,
});
