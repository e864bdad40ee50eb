import {randomUUID} from 'node:crypto';

import postgres from 'postgres';
import t from 'tap';

import {failUnderLoad, isInTime, assertNothingLost} from './fail-under-load.js';
import {LoadVisitor} from './load.js';
import {startServer} from './start-server.js';
import {FreezableProcess, startSmtpProcess} from './freezable-process.js';
import {bucketsMissing, createSeparateBucket} from './test-bucket.js';
import {until} from './until.js';

/**
 * A stopped process differs from a frozen proxy. The operating system still accepts its
 * connections, and the process responds as soon as it continues.
 */
t.test('a process that is stopped for a while', {skip: bucketsMissing}, async (t) => {
  const {bucket, gateway} = await createSeparateBucket(t);
  const store = new FreezableProcess(t, gateway);
  const {mailbox, process: mail} = await startSmtpProcess(t);
  const server = await startServer(t, {
    settings: {
      TRUST_PROXY: '127.0.0.1,::1',
      S3_BUCKET: bucket.bucket,
      S3_ENDPOINT: bucket.endpoint,
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
    },
    deps: {smtpUrl: mailbox.url},
  });
  const sql = postgres(server.config.databaseUrl ?? '', {max: 2, onnotice: () => undefined});
  t.teardown(() => sql.end());

  await t.test('the store', async (t) => {
    const {load, during} = await failUnderLoad(t, server, store, 'freeze');

    const refused = during.filter(({status}) => status === 503);
    t.same([...new Set(refused.map(({kind}) => kind))], ['upload'], 'only uploads notice');
    t.same(await sql`select from file_uploads where state = 'uploading'`, []);
    await assertNothingLost(t, {sql, mailbox}, load);
  });

  await t.test('the mail server', async (t) => {
    const {load, during} = await failUnderLoad(t, server, mail, 'freeze');

    t.same([...new Set(during.filter(({status}) => status >= 400))], [], 'no request fails');
    await assertNothingLost(t, {sql, mailbox}, load);

    await mail.set('freeze');
    const email = `${randomUUID()}@example.com`;
    t.equal((await (await LoadVisitor.create(server.url)).contact(email)).status, 202);
    await mail.set('pass');
    const back = performance.now();
    await until(() => mailbox.receivers.some((to) => to.includes(email)));
    const ms = performance.now() - back;
    t.ok(isInTime(ms), `e-mails are sent again after ${Math.round(ms)} ms`);
  });
});
