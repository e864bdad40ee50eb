import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';

import postgres from 'postgres';

import {makePdf} from '../test/pdf.js';
import {OwnerClient} from '../test/owner-client.js';
import type {ExportFormat} from '../contract/owner-exports.js';
import type {LeadFilter} from '../contract/owner-leads.js';
import {MEBIBYTE} from '../units.js';
import {LEADS, LEAD_CALLS} from './counts.js';
import {createDatabase} from './databases.js';
import {getResidentBytes, measurePeakBytes, startProduct} from './process-cost.js';
import type {Program} from './process-cost.js';
import {atMost, percentile} from './row.js';
import type {Row} from './row.js';
import {temporaryFolder} from './temporary-folder.js';

const LIST = '/api/owner/leads';

interface Call {
  what: string;
  /** Limit of the 95th percentile in milliseconds. */
  limit: number;
  call: (owner: OwnerClient, after: string) => Promise<{status: number}>;
}

const get =
  (query: string) =>
  (owner: OwnerClient): Promise<{status: number}> =>
    owner.call('GET', `${LIST}?${query}`);

const search =
  (json: object) =>
  (owner: OwnerClient): Promise<{status: number}> =>
    owner.call('POST', `${LIST}/search`, {json: {view: 'all', ...json}});

const CALLS: Call[] = [
  {what: 'first page', limit: 100, call: get('view=all')},
  {
    what: 'late page',
    limit: 100,
    call: (owner, after) => owner.call('GET', `${LIST}?view=all&after=${after}`),
  },
  {what: 'view done', limit: 100, call: get('view=done')},
  {what: 'filter by files', limit: 100, call: get('view=all&files=true')},
  {what: 'filter by a language of nobody', limit: 100, call: get('view=all&locale=fr')},
  {what: 'filter by time', limit: 100, call: get('view=all&from=2100-01-01T00:00:00Z')},
  {what: 'search with one hit', limit: 100, call: search({q: 'visitor4711@'})},
  {what: 'search for a common word', limit: 100, call: search({q: 'quarter'})},
  {what: 'search without a hit', limit: 100, call: search({q: 'nowhere to be found'})},
];

/** V8 would keep what is no longer needed in a larger one, and exports would seem to need more. */
const SMALL_HEAP = '--max-old-space-size=96';

/** Leads of the ZIP; each tenth has a file. */
const ZIP_LEADS = Math.min(LEADS, 2_000);

const EXPORTS: {format: ExportFormat; leads: number; filter: LeadFilter}[] = [
  {format: 'csv', leads: LEADS, filter: {view: 'all'}},
  {format: 'jsonl', leads: LEADS, filter: {view: 'all'}},
  {format: 'zip', leads: ZIP_LEADS, filter: {view: 'done'}},
];

/** Measures pages, filters, searches and exports of the list with many leads in one site. */
export const measureLeads = async (): Promise<Row[]> => {
  const url = await createDatabase();
  const sql = postgres(url, {max: 1, onnotice: () => undefined});
  const folder = await temporaryFolder();
  const product = await startProduct({DATABASE_URL: url, DATA_DIR: folder.path}, [SMALL_HEAP]);
  try {
    process.stderr.write(`Creating ${LEADS} leads ...\n`);
    await fill(sql);
    const owner = await OwnerClient.create({url: product.url, sql});
    const after = await findLatePlace(sql);
    const rows: Row[] = [];
    for (const call of CALLS) rows.push(await measureCall(call, owner, after));
    await writeFiles(sql, folder.path);
    for (const one of EXPORTS) rows.push(await measureExport(one, owner, product));
    return rows;
  } finally {
    await product.stop();
    await sql.end();
    await folder.remove();
  }
};

const measureCall = async (
  {what, limit, call}: Call,
  owner: OwnerClient,
  after: string,
): Promise<Row> => {
  const times: number[] = [];
  for (let i = 0; i < LEAD_CALLS; i++) {
    const started = performance.now();
    const {status} = await call(owner, after);
    if (status !== 200) throw new Error(`${what} got ${status}.`);
    times.push(performance.now() - started);
  }
  return atMost(`${what} of ${LEADS} leads, p95 in ms`, percentile(times, 0.95), limit);
};

/** The first export warms up, so that one-time costs are not counted. */
const measureExport = async (
  {format, leads, filter}: (typeof EXPORTS)[number],
  owner: OwnerClient,
  {pid}: Program,
): Promise<Row> => {
  const readExport = async () => {
    const {body} = await owner.call<{url: string}>('POST', '/api/owner/exports', {
      json: {filter, format},
    });
    const response = await fetch(new URL(body.url, owner.url), {headers: owner.headers});
    if (!response.ok || !response.body) throw new Error(`${format} got ${response.status}.`);
    for await (const chunk of response.body) void chunk;
  };
  await readExport();
  const before = await getResidentBytes(pid);
  const peak = await measurePeakBytes(pid, readExport);
  return atMost(
    `memory of an export of ${leads} leads as ${format}, in MiB`,
    (peak - before) / MEBIBYTE,
    30,
  );
};

/** Marks the leads of the ZIP as done, and writes their files. */
const writeFiles = async (sql: postgres.Sql, dataDir: string): Promise<void> => {
  await sql`
    update leads set status = 'done', done_at = now() where session_uuid in (
      select session_uuid from leads order by last_activity_at desc limit ${ZIP_LEADS})`;
  const files = await sql<{key: string}[]>`
    select f.s3_key as key from file_uploads f join leads l using (session_uuid)
    where l.status = 'done'`;
  await mkdir(path.join(dataDir, 'files', 'uploads'), {recursive: true});
  for (const {key} of files) await writeFile(path.join(dataDir, 'files', key), makePdf(FILE_BYTES));
};

const FILE_BYTES = MEBIBYTE;

/** Each fourth name contains a common word, and each tenth lead has a file. */
const fill = async (sql: postgres.Sql): Promise<void> => {
  await sql.unsafe(`
    create temp table ids as select gen_random_uuid() as id, i from generate_series(1, ${LEADS}) i;
    insert into visits (uuid, site_key, token_hash, state)
      select id, 'demo', sha256(id::text::bytea), 'session' from ids;
    insert into user_sessions (uuid, site_key, name, email, locale, consent_personal_data)
      select id, 'demo', case when i % 4 = 0 then 'Quarter ' else '' end || translate(md5(i::text), '0123456789', 'ghijklmnop'),
             'visitor' || i || '@' || left(md5(i::text), 12) || '.example', 'en', true
      from ids;
    insert into messages (session_uuid, client_id, role, body)
      select id, 'm', 'visitor', 'Is the second page enough?' from ids;
    insert into file_uploads (id, session_uuid, file_name, s3_key, file_size, sha256, slot, state,
                              uploaded_at)
      select gen_random_uuid(), id, 'report.pdf', 'uploads/' || id, ${FILE_BYTES}, sha256('x'), 1, 'stored',
             now()
      from ids where i % 10 = 0;
    update leads set has_files = i % 10 = 0, last_activity_at = now() - make_interval(secs => i)
      from ids where session_uuid = id;`);
  // As the server of the database does by itself within minutes.
  await sql`vacuum analyze`;
};

/** Returns the place at which one of the last pages begins. */
const findLatePlace = async (sql: postgres.Sql): Promise<string> => {
  const [row] = await sql<{place: string}[]>`
    select (extract(epoch from last_activity_at) * 1000)::bigint || '.' || session_uuid as place
    from leads order by last_activity_at limit 1 offset 60`;
  return row?.place ?? '';
};
