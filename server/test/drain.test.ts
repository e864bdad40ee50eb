import {once} from 'node:events';
import {Agent, get} from 'node:http';
import type {IncomingMessage} from 'node:http';

import t from 'tap';

import {stopGracefully} from '../graceful-stop.js';
import {saveSite} from '../sites/store.js';
import {startPausedUpload} from './paused-upload.js';
import {listKeys} from './list-keys.js';
import {makePdf} from './pdf.js';
import {startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing} from './test-bucket.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://chat.example.com',
  MAIL_FROM: 'maria@example.com',
  S3_ALLOW_HTTP: 'true',
  SMTP_ALLOW_PLAINTEXT: 'true',
};

const uploading = async ({sql}: TestServer): Promise<boolean> =>
  (await sql`select from file_uploads where state = 'uploading'`).length > 0;

t.test('SIGTERM in production', {skip: bucketsMissing}, async (t) => {
  const server = await startServer(t, {store: 's3'});
  await saveSite(server.sql, {
    key: 'acme',
    name: 'Acme',
    allowedOrigins: [],
    notifyEmail: null,
    settings: {},
  });
  const {child, url} = await startProcessBeside(t, server, PRODUCTION);
  const visitor = await Visitor.arrive(url, 'acme');
  await visitor.consent({personal_data: true});
  const bytes = makePdf(600_000);
  const upload = await startPausedUpload(visitor, bytes);
  await until(() => uploading(server));
  const kept = new Agent({keepAlive: true, maxSockets: 1});
  t.equal((await askOver(kept, url)).headers.connection, 'keep-alive');
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');

  await t.test('is reported by /readyz before any request is refused', async (t) => {
    await until(async () => (await request(url, 'GET', '/readyz')).status === 503);
    t.match((await request(url, 'GET', '/readyz')).body, {checks: {server: 'draining'}});
    t.equal((await Visitor.arrive(url, 'acme')).url, url, 'new connections are still served');
    t.equal((await visitor.session()).status, 200);
    t.equal((await askOver(kept, url)).headers.connection, 'close', 'kept connections are closed');
  });

  await t.test('lets a running upload finish', async (t) => {
    await until(async () => !(await fetch(url).catch(() => undefined)));
    const {status, body} = await upload.finish();
    t.equal(status, 201);
    const {file} = JSON.parse(body) as {file: {id: string}};
    const back = await visitor.at(server.url).download(file.id);
    t.ok(back.bytes.equals(bytes));
  });

  const [code] = await exit;
  t.equal(code, 0);
});

t.test('/readyz reports it immediately, also after a recent request', async (t) => {
  const server = await startServer(t);
  t.equal((await request(server.url, 'GET', '/readyz')).status, 200);

  server.drain();

  t.equal((await request(server.url, 'GET', '/readyz')).status, 503);
});

t.test('a second signal ends the process immediately', async (t) => {
  const server = await startServer(t);
  const {child, url} = await startProcessBeside(t, server);
  const upload = await startPausedUpload(await Visitor.consenting(url), makePdf(600_000));
  await until(() => uploading(server));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  await until(async () => !(await fetch(url).catch(() => undefined)));
  t.equal(child.exitCode, null, 'it waits for the upload');

  child.kill('SIGTERM');

  t.same((await exit)[0], 1);
  t.ok(await upload.broken);
});

t.test('requests that would take too long are aborted and leave nothing behind', async (t) => {
  const server = await startServer(t);
  const upload = await startPausedUpload(await Visitor.consenting(server.url), makePdf(600_000));
  await until(() => uploading(server));

  await stopGracefully(server, {noticeMs: 0, requestsMs: 300});

  t.ok(await upload.broken);
  await until(async () => !(await uploading(server)));
  t.same(await listKeys(server.objects), []);
});

const askOver = async (agent: Agent, url: string): Promise<IncomingMessage> => {
  const [response] = (await once(get(`${url}/healthz`, {agent}), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
};
