import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {redactLateIpAddresses, recordAudit} from '../audit/store.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

t.test('a refused origin is recorded with its site, once a minute over all replicas', async (t) => {
  const testServer = await startServer(t);
  const two = await startServer(t, {beside: testServer});
  for (const {url} of [testServer, two, testServer]) {
    await request(url, 'POST', '/api/session/generate-uuid', {
      json: {},
      headers: {origin: 'https://evil.example'},
    });
  }
  const getRows = () => testServer.sql`
      select site_key, metadata from audit_logs where event_type = 'origin_refused'`;
  await until(async () => (await getRows()).length > 0);
  await sleep(500);
  t.match(await getRows(), [{site_key: 'demo', metadata: {origin: 'https://evil.example'}}]);
  t.equal((await getRows()).length, 1);
});

t.test('uploads that are refused before they have a row are recorded', async (t) => {
  const server = await startServer(t, {
    settings: {MAX_FILES: '1', MAX_UPLOADS_PER_SESSION: '1', MAX_FILE_SIZE_MB: '1'},
  });
  const getCodes = async ({uuid}: Visitor) =>
    (
      await server.sql<{code: string}[]>`
        select metadata->>'code' as code from audit_logs
        where event_type = 'file_upload_error' and user_uuid = ${uuid} order by id`
    ).map(({code}) => code);
  const raw = (visitor: Visitor, body: string, type = 'multipart/form-data; boundary=b') =>
    fetch(`${server.url}/api/files/upload`, {
      method: 'POST',
      headers: {...visitor.credentials, 'content-type': type},
      body,
    });

  const stranger = await Visitor.arrive(server.url);
  t.equal((await stranger.upload(makePdf())).status, 403);
  t.same(await getCodes(stranger), ['consent_required']);

  const visitor = await Visitor.consenting(server.url);
  t.equal((await raw(visitor, '--b--\r\n')).status, 400);
  t.equal((await raw(visitor, '{}', 'application/json')).status, 415);
  t.equal((await visitor.upload(makePdf(), {size: 9_000_000})).status, 413);
  t.equal((await visitor.upload(Buffer.alloc(2_000_000), {size: null})).status, 413);
  t.equal((await visitor.upload(makePdf(), {size: 0})).status, 400);
  t.equal((await visitor.upload(makePdf(), {size: 999, key: 'k'})).status, 400);
  t.equal((await visitor.upload(makePdf(2_000), {key: 'one'})).status, 201);
  t.equal((await visitor.upload(makePdf(3_000))).status, 409);
  t.equal((await visitor.upload(makePdf(3_000), {key: 'one'})).status, 422);
  t.same(await getCodes(visitor), [
    'no_file',
    'unsupported_media_type',
    'file_too_large',
    'file_too_large',
    'size_mismatch',
    'size_mismatch',
    'too_many_files',
    'idempotency_key_reused',
  ]);
  const rows = await server.sql<{metadata: object}[]>`
    select metadata from audit_logs where event_type = 'file_upload_error'`;
  t.notMatch(JSON.stringify(rows), /a\.pdf/);

  const before = (await server.sql`select from audit_logs`).length;
  const wrong = new Visitor(server.url, visitor.uuid, 'wrong');
  t.equal((await wrong.upload(makePdf())).status, 401);
  t.equal((await server.sql`select from audit_logs`).length, before);
});

t.test('an attempt that was queued while its session was erased keeps no IP address', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('gone@example.com');
  await visitor.call('DELETE', '/api/session');
  const entry = {uuid: visitor.uuid, site: 'demo', ipAddress: '203.0.113.77'};
  const getAddresses = () => server.sql`
    select from audit_logs where user_uuid = ${visitor.uuid} and ip_address is not null`;

  await recordAudit(server.sql, {...entry, event: 'session_resumed'});
  t.equal((await getAddresses()).length, 0);

  // Simulates a row that was written before the erasure's commit and became visible after it.
  await server.sql`
    insert into audit_logs (event_type, user_uuid, ip_address)
    values ('session_resumed', ${visitor.uuid}, '203.0.113.77')`;
  await redactLateIpAddresses(server.sql);
  t.equal((await getAddresses()).length, 0);
  const living = await Visitor.consenting(server.url);
  await recordAudit(server.sql, {...entry, uuid: living.uuid, event: 'session_resumed'});
  await redactLateIpAddresses(server.sql);
  t.match(
    await server.sql`
      select host(ip_address) as ip from audit_logs
      where user_uuid = ${living.uuid} and event_type = 'session_resumed'`,
    [{ip: '203.0.113.77'}],
  );
});
