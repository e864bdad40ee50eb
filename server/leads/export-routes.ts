import type {Readable} from 'node:stream';

import {Type} from 'typebox';

import type {SignedInAccount} from '../accounts/account.js';
import {toActorMetadata} from '../audit/actor.js';
import {recordAudit} from '../audit/store.js';
import {CreateExport, CreatedExport, ExportId} from '../contract/owner-exports.js';
import type {ExportFormat} from '../contract/owner-exports.js';
import type {LeadChoice} from '../contract/owner-leads.js';
import type {Sql} from '../database/sql.js';
import {LinkOver, NotFound} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {OWNER_PREFIX} from '../http/console-paths.js';
import {createRateLimit} from '../http/rate-limits.js';
import {BODY_CODES, ownerResponses} from '../http/response-schemas.js';
import {createArchive} from '../privacy/archive.js';
import {EDITOR, requireSites} from './access.js';
import type {LeadRouteDeps} from './deps.js';
import {createCsv, createJsonLines} from './export-lines.js';
import {insertExport, readPagesOf, readSnapshot, takeExport} from './export-store.js';
import type {Snapshot} from './export-store.js';
import {fromChoice, readSelection, requireChoice} from './selection.js';
import {sendExport} from './send-export.js';
import type {ExportLimit, SentExport} from './send-export.js';

const Exported = Type.Unsafe<Readable>({
  type: 'string',
  format: 'binary',
  contentMediaType: 'application/octet-stream',
  description: 'CSV, JSON lines or a ZIP, as requested.',
  headers: {
    'content-disposition': {type: 'string', description: 'An attachment named after the day.'},
  },
});

const TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
  zip: 'application/zip',
};

type ExportDeps = LeadRouteDeps & {exportLimit: ExportLimit};

/** Registers the calls that export many leads. */
export const exportRoutes: Plugin<ExportDeps> = async (app, deps) => {
  createExportRoute(app, deps);
  sendExportRoute(app, deps);
};

const createExportRoute = (app: App, {config, sql}: ExportDeps): void => {
  app.post(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'createExport',
        summary: 'Prepares an export of chosen leads, or of all that a filter selects',
        description:
          'Only owners can export many leads. Leads that the account cannot export are left out.',
        body: CreateExport,
        response: ownerResponses({201: CreatedExport}, [
          ...BODY_CODES,
          'not_found',
          'role_required',
        ]),
      },
    },
    async ({account, body}, reply) => {
      requireChoice(body);
      // A filter that cannot be read is refused now.
      const siteKeys = requireSites(account, EDITOR, body.filter?.site);
      readSelection(body.filter ?? {}, siteKeys);
      if (body.uuids) await requireAny(sql, body, siteKeys);
      const {id, expiresAt} = await insertExport(sql, config, {...body, account: account.id});
      return reply.code(201).send({
        url: `${OWNER_PREFIX}/exports/${id}`,
        expires_at: expiresAt.toISOString(),
      });
    },
  );
};

/** Throws `NotFound` if no chosen lead is at these sites, as for UUIDs that do not exist. */
const requireAny = async (sql: Sql, choice: LeadChoice, siteKeys: string[]): Promise<void> => {
  const found = await sql`select ${fromChoice(sql, choice, siteKeys)} limit 1`;
  if (found.length === 0) throw new NotFound();
};

const sendExportRoute = (app: App, deps: ExportDeps): void => {
  const {config} = deps;
  app.get(
    '/:export_id',
    {
      // The transfer may last as long as the client reads fast enough.
      config: {...createRateLimit(config.ratePerMinute, 'read'), disablesTimeout: 'later'},
      // The export can be fetched once, and a HEAD request would return none.
      exposeHeadRoute: false,
      schema: {
        operationId: 'getExport',
        summary: 'Returns a prepared export, once',
        description:
          'Contains each lead that is chosen or that the filter selects at the start, in the state in which it is read. Leads that are erased before that are left out. The server closes the connection if the client reads less than 8 KiB/s for a minute.',
        params: ExportId,
        response: ownerResponses({200: Exported}, [
          'not_found',
          'role_required',
          'link_over',
          'busy',
        ]),
      },
    },
    (request, reply) => sendExport(deps, {request, reply}, () => prepareExport(deps, request)),
  );
};

/** Uses the prepared export up, and audits it. */
const prepareExport = async (
  deps: ExportDeps,
  {account, params}: {account: SignedInAccount; params: {export_id: string}},
): Promise<SentExport> => {
  const {config, sql} = deps;
  const id = params.export_id.toLowerCase();
  const taken = await takeExport(sql, config, {id, account: account.id});
  if (!taken) throw new LinkOver();
  const {format, ...choice} = taken;
  // The role can have changed since the export was prepared.
  const siteKeys = requireSites(account, EDITOR, choice.filter?.site);
  const snapshot = await readSnapshot(sql, choice, siteKeys);
  await auditExport(sql, snapshot, {account: account.id, format});
  return {
    name: `leads-${new Date().toISOString().slice(0, 10)}.${format}`,
    type: TYPES[format],
    create: (signal) => createBytes(deps, snapshot, {format, signal}),
  };
};

const auditExport = (
  sql: Sql,
  {counts}: Snapshot,
  {account, format}: {account: string; format: ExportFormat},
): Promise<void> =>
  recordAudit(
    sql,
    ...[...counts].map(
      ([site, leads]) =>
        ({
          event: 'leads_exported',
          site,
          metadata: {leads, format, ...toActorMetadata({account})},
        }) as const,
    ),
  );

const createBytes = (
  deps: ExportDeps,
  snapshot: Snapshot,
  {format, signal}: {format: ExportFormat; signal: AbortSignal},
): AsyncIterable<Uint8Array> => {
  if (format === 'csv') return createCsv(deps.sql, snapshot);
  if (format === 'jsonl') return createJsonLines(deps.sql, snapshot);
  return createArchive(deps, {uuids: listExisting(deps.sql, snapshot), hasFolders: true}, signal);
};

/** Yields the UUIDs of leads that exist when they are read. */
async function* listExisting(sql: Sql, snapshot: Snapshot): AsyncGenerator<string> {
  for (const [uuid = ''] of readPagesOf(snapshot, 1)) {
    const rows = await sql`select from leads where session_uuid = ${uuid}`;
    if (rows.length > 0) yield uuid;
  }
}
