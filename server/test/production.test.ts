import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

import postgres from 'postgres';
import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {DevMailbox} from '../mail/dev-mailbox.js';
import {saveSite} from '../sites/store.js';
import {createFailingStore} from './failing-store.js';
import {freePort} from './free-port.js';
import {getConfirmationLink, startMailbox} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer, temporaryFolder} from './start-server.js';
import {bucketsMissing, createTestBucket} from './test-bucket.js';
import {createTestDatabase} from './test-database.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

const ORIGIN = 'https://www.acme.example';

t.test('the server in production, with external services', {skip: bucketsMissing}, async (t) => {
  const {url: databaseUrl} = await createTestDatabase(t);
  const bucket = await createTestBucket(t);
  const mailbox = await startMailbox(t);
  const port = await freePort();
  const server = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: String(port),
      PUBLIC_URL: 'https://chat.acme.example',
      DATA_DIR: await temporaryFolder(t),
      SECRET_KEY: randomBytes(32).toString('hex'),
      DATABASE_URL: databaseUrl,
      S3_BUCKET: bucket.bucket,
      S3_ENDPOINT: bucket.endpoint,
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
      SMTP_URL: mailbox.url,
      MAIL_FROM: 'maria@acme.example',
      CLAMAV_HOSTS: 'clamav:3310',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  server.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  let errors = '';
  server.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  t.teardown(() => server.kill('SIGKILL'));
  const url = `http://localhost:${port}`;
  await until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok ?? false);
  const sql = postgres(databaseUrl, {max: 1});
  t.teardown(() => sql.end());
  await saveSite(sql, {
    key: 'acme',
    name: 'Acme',
    allowedOrigins: [ORIGIN],
    notifyEmail: 'leads@acme.example',
    settings: {},
  });

  await t.test('logs a mistyped setting', async (t) => {
    t.match(output, /"level":40.*CLAMAV_HOSTS is not a setting\. Did you mean CLAMAV_HOST\?/);
    t.notMatch(output, /clamav:3310/);
  });

  await t.test('serves a visitor from the first call to the confirmation', async (t) => {
    const visitor = await Visitor.arrive(url, 'acme');
    await visitor.consent({personal_data: true, ai_training: true});
    const bytes = makePdf(400_000);
    const {body} = await visitor.upload(bytes);
    await visitor.contact('anna@example.com');
    const link = getConfirmationLink(await mailbox.waitFor('anna@example.com'));

    t.match(link, /^https:\/\/chat\.acme\.example\/verify\//);
    const page = await request(url, 'POST', new URL(link).pathname);
    t.equal(page.status, 200);
    t.equal((await visitor.session()).body.state, 'complete');
    t.ok((await visitor.download(body.file.id)).bytes.equals(bytes));
    t.ok((await mailbox.waitFor('leads@acme.example')).text?.includes(visitor.uuid));
  });

  await t.test('has no development pages', async (t) => {
    for (const urlPath of ['/', '/dev/mail', '/examples/index.html']) {
      t.equal((await request(url, 'GET', urlPath)).status, 404, urlPath);
    }
    t.equal((await sql`select from sites where key = 'demo'`).length, 0);
    const nameless = await request(url, 'POST', '/api/session/generate-uuid', {json: {}});
    t.same([nameless.status, nameless.body['code']], [400, 'invalid_request']);
  });

  await t.test('restricts browsers to https and to the site’s origins', async (t) => {
    const loader = await request(url, 'GET', '/maria-chat.js');
    t.equal(loader.status, 200);
    t.match(loader.headers.get('strict-transport-security'), /max-age=31536000/);
    const call = (origin: string) =>
      request(url, 'POST', '/api/session/generate-uuid', {json: {site: 'acme'}, headers: {origin}});
    t.equal((await call(ORIGIN)).status, 200);
    t.equal((await call('https://evil.example')).status, 403);
    t.equal((await call('http://localhost:3000')).status, 403);
  });

  await t.test('ends on SIGTERM with exit code 0 and a JSON log without addresses', async (t) => {
    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number | null];

    t.equal(code, 0);
    const lines = output.trimEnd().split('\n');
    t.ok(lines.length > 5);
    t.match(output, /"url":"https:\/\/chat\.acme\.example","msg":"ready"/);
    t.equal(errors, '', 'stderr is empty');
    for (const line of lines) t.doesNotThrow(() => JSON.parse(line) as unknown);
    t.notMatch(output, /anna@|leads@|\/verify\/[0-9a-f]|127\.0\.0\.1.*"ip"/);
  });
});

void t.test('in production', async (t) => {
  const mailbox = await DevMailbox.start(await temporaryFolder(t));
  t.teardown(() => mailbox.stop());
  const server = await startServer(t, {
    settings: {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://chat.example.com',
      S3_BUCKET: 'bucket',
      MAIL_FROM: 'maria@example.com',
    },
    deps: {objects: await createFailingStore(t, {}), mailbox},
  });

  await t.test('HSTS is sent', async (t) => {
    const {headers} = await request(server.url, 'GET', '/healthz');
    t.match(headers.get('strict-transport-security'), /^max-age=31536000/);
  });

  for (const urlPath of [
    '/',
    '/examples/index.html',
    '/dev/mail',
    '/dev/mail.json',
    '/dev/playground/conversation',
  ]) {
    await t.test(`${urlPath} does not exist`, async (t) => {
      t.equal((await request(server.url, 'GET', urlPath)).status, 404);
    });
  }

  await t.test('the API documentation links to no development page', async (t) => {
    const header = await request(server.url, 'GET', '/api/docs/static/theme/header.js');
    t.match(header.body['text'], /Maria Chat/);
    t.notMatch(header.body['text'], /dev\/mail|examples/);
  });

  await t.test('a call names its site, and the demo site rejects localhost', async (t) => {
    const call = (json: object, headers = {}) =>
      request<ErrorBody>(server.url, 'POST', '/api/session/generate-uuid', {json, headers});

    const unnamed = await call({});
    t.equal(unnamed.status, 400);
    t.match(unnamed.body, {code: 'invalid_request', faults: [{path: '/site'}]});
    t.equal((await call({site: 'demo'}, {origin: 'http://localhost:3000'})).status, 403);
    t.equal((await call({site: 'demo'}, {origin: 'https://chat.example.com'})).status, 200);
  });

  await t.test('links in e-mails use the public URL', async (t) => {
    const {uuid, token} = await Visitor.arrive(server.url, 'demo');
    const visitor = new Visitor(server.url, uuid, token);
    await visitor.consent({personal_data: true});
    await visitor.contact('public@example.com');
    const mail = await server.mailbox.waitFor('public@example.com');
    t.match(getConfirmationLink(mail), /^https:\/\/chat\.example\.com\/verify\//);
    t.equal(mail.from?.address, 'maria@example.com');
  });
});
