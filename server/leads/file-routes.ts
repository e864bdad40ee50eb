import type {Readable} from 'node:stream';

import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {requireRole} from '../accounts/account.js';
import type {SignedInAccount} from '../accounts/account.js';
import {toActorMetadata} from '../audit/actor.js';
import {recordAudit} from '../audit/store.js';
import {DownloadLink} from '../contract/files.js';
import {PDF_CONTENT_TYPE} from '../contract/limits.js';
import {FileText, LeadFileId} from '../contract/owner-files.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import type {PdfText} from '../documents/read-pdf.js';
import {Busy, CrossSite, NotFound, Unavailable} from '../errors.js';
import {countDownload} from '../files/store.js';
import type {App, Plugin} from '../http/app-type.js';
import {clientRateLimitKey} from '../http/client-address.js';
import {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {CSP_HEADER, buildCsp} from '../http/csp.js';
import {createRateLimit} from '../http/rate-limits.js';
import {disableTimeout} from '../http/request-timeout.js';
import {ownerResponses} from '../http/response-schemas.js';
import {guardDownload, untilClosed} from '../http/slow-download.js';
import {createContentDisposition} from '../object-store/attachment.js';
import {CallFailed} from '../outbound/call-failed.js';
import {READER} from './access.js';
import {recordView} from './audit-views.js';
import type {LeadRouteDeps} from './deps.js';
import {findLeadFile} from './file-store.js';
import type {LeadFileRow} from './file-store.js';

/** Limits of concurrent transfers and of texts that are being read. */
const FILE_LIMITS = {perSession: 4, perClient: 10, total: 50};

/** Longest time for which a download link works, because it works also after the end of the session. */
const MAX_LINK_SECONDS = 300;

/** Policy for a file that is opened in the browser despite `attachment`. */
const FILE_POLICY = buildCsp({'default-src': "'none'", sandbox: ''});

type FileDeps = LeadRouteDeps & {limit: ConcurrencyLimit};

/** Registers the calls about the files of leads. */
export const leadFileRoutes: Plugin<LeadRouteDeps> = async (app, deps) => {
  const limit = new ConcurrencyLimit(
    FILE_LIMITS,
    'Too many concurrent files. Try again after the time in Retry-After.',
  );
  downloadRoute(app, deps);
  textRoute(app, {...deps, limit});
  bytesRoute(app, {...deps, limit});
};

const FILE_CODES = ['not_found', 'role_required'] as const;

const downloadRoute = (app: App, {config, sql, objects}: LeadRouteDeps): void => {
  app.get(
    '/:file_id',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      // Each link is counted and audited, but a HEAD request would return no link.
      exposeHeadRoute: false,
      schema: {
        operationId: 'getLeadFile',
        summary: 'Creates a short-lived download link for one file of a lead',
        description:
          'Each link is counted and audited when it is created. It works for `DOWNLOAD_URL_SECONDS`, at most for 5 minutes, also if the session ends before.',
        params: LeadFileId,
        response: ownerResponses({200: DownloadLink}, [...FILE_CODES]),
      },
    },
    async ({account, params}) => {
      const file = await requireFile(sql, account, params.file_id);
      const link = await objects.createDownloadLink(file.key, {
        fileName: file.name,
        contentType: PDF_CONTENT_TYPE,
        seconds: Math.min(config.downloadSeconds, MAX_LINK_SECONDS),
      });
      const {uuid, siteKey: site} = file;
      await transaction(sql, async (tx) => {
        await countDownload(tx, file.id);
        const metadata = {file_id: file.id, ...toActorMetadata({account: account.id})};
        await recordAudit(tx, {event: 'file_download', uuid, site, metadata});
      });
      return {url: link.url, expires_at: link.expiresAt.toISOString()};
    },
  );
};

const textRoute = (app: App, {config, sql, documents, limit, ownerHub}: FileDeps): void => {
  app.get(
    '/:file_id/text',
    {
      // A file can need more time than a response should.
      config: {...createRateLimit(config.ratePerMinute, 'read'), disablesTimeout: 'later'},
      exposeHeadRoute: false,
      schema: {
        operationId: 'getLeadFileText',
        summary: 'Returns the text of a PDF, page by page',
        description:
          'At most 50 pages and 200,000 characters. The text is extracted in a separate thread, and nothing in the file is executed. Counts as an opening of the lead’s files.',
        params: LeadFileId,
        response: ownerResponses({200: FileText}, [...FILE_CODES, 'busy']),
      },
    },
    async (request, reply) => {
      const file = await requireFile(sql, request.account, request.params.file_id);
      const closed = untilClosed(reply.raw);
      void closed.then(limit.acquire(request.account.id, clientRateLimitKey(request)));
      ownerHub.endWithSession(request.account, reply.raw);
      await recordFileView(sql, request.account, file);
      disableTimeout(request, reply);
      try {
        return toFileText(await documents.forFile(file, abortWhen(closed)));
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        throw new Unavailable(undefined, {cause: error});
      }
    },
  );
};

const abortWhen = (closed: Promise<void>): AbortSignal => {
  const controller = new AbortController();
  void closed.then(() => {
    controller.abort(new Busy());
  });
  return controller.signal;
};

const toFileText = ({pages, texts, truncated, unreadable, failure}: PdfText): FileText => {
  const isScan = !truncated && texts.every((text) => text === '');
  const reason = failure ?? (unreadable ? 'fonts' : isScan ? 'scan' : undefined);
  return {page_count: pages, pages: texts, truncated, ...(reason && {reason})};
};

const Bytes = Type.Unsafe<Readable>({
  type: 'string',
  format: 'binary',
  contentMediaType: 'application/octet-stream',
  description: 'Bytes of the PDF, as an attachment.',
});

const bytesRoute = (app: App, {config, sql, objects, limit, ownerHub, pace}: FileDeps): void => {
  app.get(
    '/:file_id/bytes',
    {
      // The transfer may last as long as the client reads fast enough.
      config: {...createRateLimit(config.ratePerMinute, 'read'), disablesTimeout: 'later'},
      exposeHeadRoute: false,
      schema: {
        operationId: 'getLeadFileBytes',
        summary: 'Returns the bytes of a PDF for the sandboxed preview',
        description:
          'Only for `fetch` of the console, with `Sec-Fetch-Dest: empty`: no address bar, frame or image can show the file. Counts as an opening of the lead’s files.',
        params: LeadFileId,
        response: ownerResponses({200: Bytes}, [...FILE_CODES, 'busy']),
      },
    },
    async (request, reply) => {
      requireFetch(request);
      const file = await requireFile(sql, request.account, request.params.file_id);
      const closed = untilClosed(reply.raw);
      void closed.then(limit.acquire(request.account.id, clientRateLimitKey(request)));
      ownerHub.endWithSession(request.account, reply.raw);
      await recordFileView(sql, request.account, file);
      const bytes = await objects.get(file.key, abortWhen(closed));
      if (!bytes) throw createNoSuchFile();
      disableTimeout(request, reply);
      void reply
        .type('application/octet-stream')
        .header('content-disposition', createContentDisposition(file.name))
        .header(CSP_HEADER, FILE_POLICY)
        .header('cross-origin-resource-policy', 'same-origin')
        .header('cache-control', 'private, no-store')
        .header('content-length', file.size ?? 0)
        .header('accept-ranges', 'none');
      return guardDownload(bytes, reply.raw, {limits: pace});
    },
  );
};

/** Refuses every use of the URL that could show the file: browsers name the use in this header. */
const requireFetch = ({headers}: FastifyRequest): void => {
  if (headers['sec-fetch-dest'] === 'empty') return;
  throw new CrossSite(
    'The bytes of a file are only for fetch. Expected Sec-Fetch-Dest: empty. Download the file with GET /api/owner/files/{file_id}.',
  );
};

const recordFileView = (
  sql: Sql,
  account: SignedInAccount,
  {uuid, siteKey}: LeadFileRow & {siteKey: string},
): Promise<void> => recordView(sql, {uuid, siteKey}, {account: account.id, event: 'file_viewed'});

const requireFile = async (sql: Sql, account: SignedInAccount, id: string) => {
  const file = await findLeadFile(sql, id.toLowerCase(), [...account.roles.keys()]);
  if (!file) throw createNoSuchFile();
  requireRole(account, file.siteKey, READER);
  return file;
};

const createNoSuchFile = () =>
  new NotFound(
    'There is no file with this ID. Expected an ID from GET /api/owner/leads/{uuid}. Read the lead again.',
  );
