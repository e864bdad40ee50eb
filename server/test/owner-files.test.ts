import {randomUUID} from 'node:crypto';

import t from 'tap';

import {removeMember, setRole} from '../accounts/memberships.js';
import type {ErrorBody} from '../contract/common.js';
import type {FileText} from '../contract/owner-files.js';
import {transaction} from '../database/transaction.js';
import {MEBIBYTE, MINUTE_MS} from '../units.js';
import {createLead} from './lead-helpers.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {callSuccessfully} from './retry-while-busy.js';
import {PATIENT, createSlowStore} from './slow-store.js';
import {startServer} from './start-server.js';
import {makeTextPdf} from './text-pdf.js';
import type {Visitor} from './visitor.js';

/** Size of a file whose transfer from a slow store lasts longer than a test. */
const LARGE = MEBIBYTE;
const FETCH = {'sec-fetch-dest': 'empty'};

t.test('files of a lead', async (t) => {
  const server = await startServer(t, {settings: {DOWNLOAD_URL_SECONDS: '86400'}});
  const agent = await OwnerClient.create(server, {roles: {demo: 'agent'}});
  const visitor = await createLead(server, {message: 'Hello'});
  const upload = async (bytes: Buffer, name: string, of: Visitor = visitor) => {
    const {body} = await callSuccessfully(() => of.upload(bytes, {name, key: randomUUID()}));
    return `/api/owner/files/${body.file.id}`;
  };
  const bytes = makeTextPdf([['First page'], ['Second page']]);
  const report = await upload(bytes, 'Gutachten "Zoë".pdf');
  const getAudit = async (event: string) => {
    const rows = await server.sql<{metadata: object}[]>`
      select metadata from audit_logs
      where user_uuid = ${visitor.uuid} and event_type = ${event} order by id`;
    return rows.map(({metadata}) => metadata);
  };
  const by = {
    file_id: report.slice(-36),
    by: 'account',
    account: agent.accountId,
  };

  await t.test('are downloaded by a short-lived link', async (t) => {
    const {status, body} = await agent.call<{url: string; expires_at: string}>('GET', report);

    t.equal(status, 200);
    const leftMs = Date.parse(body.expires_at) - Date.now();
    t.ok(leftMs < 6 * MINUTE_MS, `${leftMs} ms after a sign-out at most`);
    const response = await fetch(body.url);
    t.match(response.headers.get('content-disposition'), /^attachment/);
    t.same(Buffer.from(await response.arrayBuffer()), bytes);
    t.same(await getAudit('file_download'), [by]);
    const [row] = await server.sql`
      select download_count as count from file_uploads where id = ${by.file_id}`;
    t.same(row, {count: 1});
  });

  await t.test('have their text, page by page', async (t) => {
    const {status, body} = await agent.call<FileText>('GET', `${report}/text`);

    t.equal(status, 200);
    t.same(body, {page_count: 2, pages: ['First page', 'Second page'], truncated: false});
  });

  await t.test('have a reason for missing text', async (t) => {
    const scan = await upload(makePdf(), 'scan.pdf');
    t.match((await agent.call<FileText>('GET', `${scan}/text`)).body, {reason: 'scan'});
    const broken = await upload(
      Buffer.from('%PDF-1.7\nnothing of a PDF is in here\n%%EOF\n'),
      'broken.pdf',
    );
    t.match((await agent.call<FileText>('GET', `${broken}/text`)).body, {
      page_count: 0,
      pages: [],
      reason: 'broken',
    });
  });

  await t.test('have bytes only for fetch', async (t) => {
    const path = `${report}/bytes`;
    const response = await fetch(`${server.url}${path}`, {headers: {...agent.headers, ...FETCH}});

    t.equal(response.status, 200);
    t.equal(response.headers.get('content-type'), 'application/octet-stream');
    t.match(response.headers.get('content-disposition'), /^attachment/);
    t.match(response.headers.get('content-security-policy'), /default-src 'none'; sandbox/);
    t.equal(response.headers.get('cross-origin-resource-policy'), 'same-origin');
    t.equal(response.headers.get('x-content-type-options'), 'nosniff');
    t.equal(response.headers.get('access-control-allow-origin'), null);
    t.same(Buffer.from(await response.arrayBuffer()), bytes);

    for (const dest of ['document', 'iframe', 'embed', 'object', 'image', 'script', ''])
      t.match(await agent.call('GET', path, {headers: {'sec-fetch-dest': dest}}), {
        status: 403,
        body: {code: 'cross_site'},
      });
    t.equal((await agent.call('HEAD', path, {headers: FETCH})).status, 405);
  });

  await t.test('that were opened are audited once in half an hour', async (t) => {
    // No file, because the others that were opened meanwhile are not recorded.
    t.same(await getAudit('file_viewed'), [{by: 'account', account: agent.accountId}]);
  });

  await t.test('that do not exist have no text and no bytes', async (t) => {
    const unknown = `/api/owner/files/${randomUUID()}`;
    const deleted = await createLead(server, {message: 'Hello'});
    const path = await upload(makePdf(), 'a.pdf', deleted);
    await callSuccessfully(() => deleted.call('DELETE', `/api/files/${path.slice(-36)}`));
    for (const file of [unknown, path])
      for (const call of ['', '/text', '/bytes'])
        t.match(await agent.call<ErrorBody>('GET', `${file}${call}`, {headers: FETCH}), {
          status: 404,
          body: {code: 'not_found'},
        });
  });

  await t.test('of a visit that is no lead are unknown', async (t) => {
    const path = await upload(makePdf(), 'a.pdf', await createLead(server, {}));
    t.equal((await agent.call('GET', path)).status, 404);
  });
});

t.test('a running transfer of a file ends with the session of its account', async (t) => {
  const objects = await createSlowStore(t);
  const server = await startServer(t, {deps: {objects, downloadPace: PATIENT}});
  const agent = await OwnerClient.create(server, {roles: {demo: 'agent'}});
  const visitor = await createLead(server, {message: 'Hello'});
  const {body} = await callSuccessfully(() => visitor.upload(makePdf(LARGE), {name: 'report.pdf'}));
  const response = await fetch(`${server.url}/api/owner/files/${body.file.id}/bytes`, {
    headers: {...agent.headers, ...FETCH},
  });
  t.equal(response.status, 200);

  await agent.call('POST', '/api/owner/sign-out', {json: {}});
  await t.rejects(response.arrayBuffer());
});

t.test(
  'a running transfer ends when the account loses a site that its session got later',
  async (t) => {
    const objects = await createSlowStore(t);
    const server = await startServer(t, {deps: {objects, downloadPace: PATIENT}});
    const agent = await OwnerClient.create(server, {roles: {demo: 'agent'}});
    const place = {siteKey: 'workshop', accountId: agent.accountId};
    await transaction(server.sql, (tx) => setRole(tx, {...place, role: 'agent'}));
    const visitor = await createLead(server, {site: 'workshop', message: 'Hello'});
    const {body} = await callSuccessfully(() =>
      visitor.upload(makePdf(LARGE), {name: 'report.pdf'}),
    );
    const response = await fetch(`${server.url}/api/owner/files/${body.file.id}/bytes`, {
      headers: {...agent.headers, ...FETCH},
    });
    t.equal(response.status, 200);

    await transaction(server.sql, (tx) => removeMember(tx, place));
    await t.rejects(response.arrayBuffer());
    t.equal((await agent.call('GET', '/api/owner/account')).status, 200, 'the session is open');
  },
);
