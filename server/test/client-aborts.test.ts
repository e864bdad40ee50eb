import {once} from 'node:events';
import net from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import v8 from 'node:v8';
import {runInNewContext} from 'node:vm';

import t from 'tap';

import {isDatabaseDown} from '../database/errors.js';
import {toMariaError} from '../http/error-handler.js';
import {StoreUnavailable} from '../object-store/errors.js';
import {freePort} from './free-port.js';
import {fetchOpenApi, getOperations} from './openapi-document.js';
import {makePdf} from './pdf.js';
import {sendRawUpload} from './raw-upload.js';
import {Locks} from './held-lock.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing} from './test-bucket.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const WARNING = 40;
const CLOSED = 'the client closed the connection';
/** Pause that is long enough to turn two failures into an outage. */
const APART_MS = 1_100;

const getWarnings = ({logLines}: TestServer) =>
  logLines.filter(({level, msg}) => (level as number) >= WARNING && msg !== 'responded');

/** Sends half of a body, then closes or resets the connection. */
const breakOff = async (
  {app, config}: TestServer,
  {method, path, headers}: {method: string; path: string; headers: Record<string, string>},
  isReset: boolean,
): Promise<void> => {
  const received = once(app.server, 'request');
  const socket = net.connect(config.port, '127.0.0.1');
  const head = Object.entries({host: 'a', 'content-length': '1000', ...headers});
  socket.write(
    `${method} ${path} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  socket.write('{"half": ');
  await received;
  await sleep(50);
  if (isReset) socket.resetAndDestroy();
  else socket.destroy();
};

const garbageCollector = (): (() => void) => {
  v8.setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};

t.test('a client that disconnects causes no failure of the server', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const operations = getOperations(await fetchOpenApi(server.url)).filter(
    ({method}) => method !== 'GET',
  );

  const closed = () => server.logLines.filter(({msg}) => msg === CLOSED);
  // A route can refuse a request before its client closes the connection.
  const answered = () => server.logLines.filter(({msg}) => msg === 'responded');
  const noted = () => answered().length + closed().length;

  for (const isReset of [false, true]) {
    const before = noted();
    for (const {method, path} of operations) {
      const headers = {...visitor.credentials, 'content-type': 'application/json'};
      await breakOff(server, {method, path: path.replace(/\{\w+\}/g, 'x'), headers}, isReset);
    }
    await until(() => noted() >= before + operations.length);
    t.ok(closed().some(({status}) => status === 499));
    await sleep(APART_MS);
  }
  // The mail sender reports an outage after its next successful query.
  await visitor.contact('anna@example.com');
  await server.mailbox.waitFor('anna@example.com');

  t.same(getWarnings(server), []);
  t.same([...(await server.sql`select cause from alerts`)], []);
  t.same([...(await server.sql`select from audit_logs where event_type = 'error'`)], []);
});

t.test('a request whose client leaves before its body is read is logged', async (t) => {
  const server = await startServer(t);
  const {credentials} = await Visitor.consenting(server.url);
  const headers = {...credentials, 'content-type': 'application/json'};
  const held = await Locks.open(t, server).hold((sql) => sql`lock table rate_limits`);

  await breakOff(server, {method: 'POST', path: '/api/session/leave', headers}, true);
  await held.release();

  await until(() => server.logLines.some(({msg, status}) => msg === CLOSED && status === 499));
});

t.test('aborted requests leave nothing in memory', async (t) => {
  const server = await startServer(t);
  const {credentials} = await Visitor.consenting(server.url);
  const replies: WeakRef<object>[] = [];
  server.app.server.on('request', (_request, response) => replies.push(new WeakRef(response)));
  const headers = {...credentials, 'content-type': 'application/json'};
  const request = {method: 'POST', path: '/api/messages', headers};

  for (let i = 0; i < 10; i++) await breakOff(server, request, i % 2 === 0);
  await until(() => server.logLines.filter(({msg}) => msg === CLOSED).length === 10);

  const collectGarbage = garbageCollector();
  await until(() => {
    collectGarbage();
    return replies.every((reply) => reply.deref() === undefined);
  });
  t.equal(replies.length, 10);
});

for (const store of ['disk', 's3'] as const) {
  const skip = store === 's3' && bucketsMissing;
  t.test(`an aborted upload is no failure of the store: ${store}`, {skip}, async (t) => {
    const server = await startServer(t, {store});
    const visitor = await Visitor.consenting(server.url);
    const failed = () => server.sql<{code: string}[]>`
      select metadata->>'code' as code from audit_logs where event_type = 'file_upload_error'`;
    const uploads = 12;
    for (let i = 0; i < uploads; i++) {
      const fileBytes = makePdf(20_000 + 60_000 * i);
      const socket = await sendRawUpload(server, visitor, {
        contentLength: fileBytes.length + 500,
        fileBytes,
      });
      socket.on('error', () => undefined);
      await sleep(20 * (i % 6));
      if (i % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
      const isCounted = async () => (await failed()).length > i;
      await until(isCounted);
    }

    t.same([...new Set((await failed()).map(({code}) => code))], ['aborted']);
    t.same(getWarnings(server), []);
    t.same([...(await server.sql`select cause from alerts`)], []);
    t.same([...(await server.sql`select from file_uploads`)], []);
  });
}

t.test('the failure of one dependency is not attributed to another', async (t) => {
  const refused = await new Promise<Error>((resolve, reject) => {
    freePort().then((port) => net.connect(port, '127.0.0.1').once('error', resolve), reject);
  });
  t.match(refused, {code: 'ECONNREFUSED'});
  for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', '57014']) {
    t.notOk(isDatabaseDown(Object.assign(new Error('of some socket'), {code})), code);
  }

  t.notOk(isDatabaseDown(refused), 'a mail server, a scanner or a responder');
  t.notOk(isDatabaseDown(new StoreUnavailable('put', refused)));
  t.equal(toMariaError(refused).code, 'internal');
  t.equal(toMariaError(new StoreUnavailable('put', refused)).code, 'unavailable');
});
