import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {connectDatabase} from '../database/connect.js';
import {StoreUnavailable} from '../object-store/errors.js';
import {assertErrorBody} from './error-body.js';
import {createFailingStore} from './failing-store.js';
import {freePort} from './free-port.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

/** Returns the response for a load balancer. */
const serverAlone = async ({url}: {url: string}) => {
  const {status, body} = await request<{checks: object}>(url, 'GET', '/readyz?part=server');
  return {status, checks: body.checks};
};

void t.test('health', async (t) => {
  await t.test('a working server is alive and ready', async (t) => {
    const server = await startServer(t);

    t.match((await request(server.url, 'GET', '/healthz')).body, {status: 'ok', version: /^\d/});
    const ready = await request(server.url, 'GET', '/readyz');
    t.equal(ready.status, 200);
    t.same(ready.body, {status: 'ok', checks: {server: 'ok', database: 'ok', storage: 'ok'}});
  });

  await t.test(
    'without PostgreSQL the server is alive, not ready, and reports the reason',
    async (t) => {
      const sql = connectDatabase({
        url: `postgres://nobody:secret@127.0.0.1:${await freePort()}/x`,
      });
      t.teardown(() => sql.end({timeout: 1}));
      const server = await startServer(t, {deps: {sql}});

      t.equal((await request(server.url, 'GET', '/healthz')).status, 200);
      const {status, body} = await request(server.url, 'GET', '/readyz');
      t.equal(status, 503);
      t.match(body, {status: 'unavailable', checks: {database: 'ECONNREFUSED', storage: 'ok'}});
      t.notMatch(JSON.stringify(body), /secret|127\.0\.0\.1/);
      t.same(await serverAlone(server), {status: 200, checks: {server: 'ok'}});

      const response = await request<ErrorBody>(server.url, 'POST', '/api/session/generate-uuid', {
        json: {},
      });
      t.equal(response.status, 503);
      assertErrorBody(t, response.body, 'unavailable');
      t.equal(response.body.status, 'unavailable');
      t.ok(Number(response.headers.get('retry-after')) > 0);
    },
  );

  await t.test('without its storage the server is not ready, and reports the reason', async (t) => {
    const objects = await createFailingStore(t, {
      check: () => Promise.reject(Object.assign(new Error('key=hunter2'), {code: 'EACCES'})),
    });
    const server = await startServer(t, {deps: {objects}});

    const {status, body} = await request(server.url, 'GET', '/readyz');

    t.equal(status, 503);
    t.match(body, {checks: {database: 'ok', storage: 'EACCES'}});
    t.notMatch(JSON.stringify(body), /hunter2/);
    t.same(await serverAlone(server), {status: 200, checks: {server: 'ok'}});
    t.equal((await request(server.url, 'GET', '/readyz?part=storage')).status, 400);
  });

  await t.test('the cause of an unavailable store is reported without secrets', async (t) => {
    const refused = Object.assign(new Error('connect 10.0.0.1'), {code: 'ECONNREFUSED'});
    const forbidden = Object.assign(new Error('key=hunter2'), {
      name: 'Forbidden',
      $metadata: {httpStatusCode: 403},
    });
    for (const [cause, reason] of [
      [refused, 'ECONNREFUSED'],
      [forbidden, 'Forbidden (HTTP 403)'],
      [new DOMException('after 900 ms', 'TimeoutError'), 'TimeoutError'],
    ] as const) {
      const objects = await createFailingStore(t, {
        check: () => Promise.reject(new StoreUnavailable('reach the bucket', cause)),
      });
      const server = await startServer(t, {deps: {objects}});
      const {body} = await request(server.url, 'GET', '/readyz');
      t.match(body, {checks: {storage: reason}});
      t.notMatch(JSON.stringify(body), /hunter2|10\.0|bucket/);
    }
  });

  await t.test('a server that stops reports it', async (t) => {
    const server = await startServer(t);
    server.drain();
    const {status, body} = await request(server.url, 'GET', '/readyz');
    t.equal(status, 503);
    t.match(body, {checks: {server: 'draining'}});
    t.same(await serverAlone(server), {status: 503, checks: {server: 'draining'}});
  });

  await t.test('a request that a locked row blocks gets 503 in time', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.consenting(server.url);
    const holder = connectDatabase({
      url: server.config.databaseUrl ?? '',
      max: 1,
      connectSeconds: 20,
    });
    t.teardown(() => holder.end({timeout: 1}));
    let letGo: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isHeld = false;
    const holding = holder.begin(async (tx) => {
      await tx`select from visits where uuid = ${visitor.uuid} for update`;
      isHeld = true;
      await released;
    });
    await until(() => isHeld);

    const {status, body} = await visitor.consent({ai_training: true});

    t.same([status, body['code']], [503, 'unavailable']);
    letGo();
    await holding;
    t.equal((await visitor.consent({ai_training: true})).status, 200);
  });
});
