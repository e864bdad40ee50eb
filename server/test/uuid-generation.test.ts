import t from 'tap';
import type {Test} from 'tap';
import {v4} from 'uuid';

import type {GeneratedUuid} from '../contract/sessions.js';
import {getAuditRows, generateUuid, getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {request} from './visitor.js';

void t.test('generate-uuid', async (t) => {
  await t.test('returns a UUID and a token, and writes two audit rows and no visit', async (t) => {
    const server = await startServer(t);

    const {status, body} = await request<GeneratedUuid>(
      server.url,
      'POST',
      '/api/session/generate-uuid',
    );

    t.equal(status, 200);
    t.match(body, {status: 'success', uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/});
    t.equal((await getAuditRows(server, body.uuid, 'uuid_generation_attempt')).length, 1);
    t.equal((await getAuditRows(server, body.uuid, 'uuid_generated')).length, 1);
    t.equal(await getVisitState(server, body.uuid), undefined);
  });

  const withKnown = async (t: Test, known: number) => {
    const uuids = [v4(), v4(), v4()];
    const server = await startServer(t, {deps: {newUuid: () => uuids.shift() ?? v4()}});
    for (const uuid of uuids.slice(0, known)) {
      await server.sql`
        insert into visits (uuid, site_key, token_hash)
        values (${uuid}, 'demo', sha256('x'::bytea))`;
    }
    return {server, last: uuids[2]};
  };

  await t.test('skips two UUIDs that are in use', async (t) => {
    const {server, last} = await withKnown(t, 2);

    const {status, body} = await generateUuid(server.url);

    t.equal(status, 200);
    t.equal(body.uuid, last);
  });

  await t.test('fails with 500 and an audit row after three UUIDs in use', async (t) => {
    const {server} = await withKnown(t, 3);

    const {status, body} = await generateUuid(server.url);

    t.equal(status, 500);
    const {request_id: _, ...rest} = body;
    t.same(rest, {
      status: 'error',
      code: 'uuid_generation_failed',
      message: 'Failed to generate a unique UUID after multiple attempts',
      uuid: null,
    });
    const rows = await server.sql`
      select from audit_logs where event_type = 'uuid_generation_failed'`;
    t.equal(rows.length, 1);
    await until(async () => (await server.sql`select from jobs`).length === 1);
    server.sender.wake();
    t.match((await server.mailbox.waitFor('operator@example.com')).text, /uuid_generation_failed/);
  });
});
