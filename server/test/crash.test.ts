import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

import t from 'tap';
import type {Test} from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import type {UploadStep} from './dying-server.js';
import {listKeys} from './list-keys.js';
import {makePdf} from './pdf.js';
import {kill, startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing} from './test-bucket.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** Number of kills with each store. `CRASH_KILLS=500 npm run test:crash` is the long run. */
const KILLS = Number(process.env['CRASH_KILLS'] ?? 4);
const VISITORS = 6;
/**
 * The server limits e-mails per IP address. Behind a proxy, each visitor has a different one. The
 * limits of a visit are raised, because cleanup would delete a visit that outlives them.
 */
const SETTINGS = {
  TRUST_PROXY: '127.0.0.1,::1',
  VISIT_IDLE_MINUTES: '10000',
  VISIT_MAX_HOURS: '240',
};
const DYING = fileURLToPath(new URL('dying-server.js', import.meta.url));

interface Acknowledged {
  files: {visitor: Visitor; id: string; bytes: Buffer}[];
  contacts: {uuid: string; email: string}[];
}

/** Makes one visit after another until stopped, and records everything that was acknowledged. */
const keepVisiting = async (
  url: string,
  stop: AbortSignal,
  acknowledged: Acknowledged,
): Promise<void> => {
  while (!stop.aborted) {
    try {
      await visit(await Visitor.consenting(url), acknowledged);
    } catch (error) {
      // The server was killed while it responded.
      if (!(error instanceof TypeError)) throw error;
      await sleep(20);
    }
  }
};

/**
 * Uploads files. One visitor in three then leaves without contact data, so that cleanup has work.
 */
const visit = async (visitor: Visitor, {files, contacts}: Acknowledged): Promise<void> => {
  const discards = Math.random() < 1 / 3;
  for (let i = 0; i < 3; i++) {
    const bytes = makePdf(20_000 + Math.floor(Math.random() * 400_000));
    const size = Math.random() < 0.7 ? bytes.length : null;
    const {status, body} = await visitor.upload(bytes, {size});
    if (status !== 201) continue;
    if (!discards) files.push({visitor, id: body.file.id, bytes});
  }
  if (discards) {
    await visitor.call('DELETE', '/api/session');
    return;
  }
  const email = `${randomUUID()}@example.com`;
  const address = [10, ...Array.from({length: 3}, () => Math.floor(Math.random() * 250))];
  const {status} = await visitor.call('PUT', '/api/session/contact', {
    json: {name: 'Anna Beispiel', email},
    headers: {'x-forwarded-for': address.join('.')},
  });
  if (status === 202) contacts.push({uuid: visitor.uuid, email});
};

/** Lets all leases of the killed servers expire, then runs cleanup twice, one lease apart. */
const settle = async ({sql, ...server}: TestServer): Promise<void> => {
  await sql`update file_uploads set leased_until = now() where leased_until > now()`;
  await sql`update jobs set leased_until = null, run_at = now()`;
  const reaper = new Reaper({...server, sql, log: server.app.log});
  await reaper.run();
  await sql`update file_uploads set removed_at = removed_at - interval '1 minute'`;
  await reaper.run();
};

const objectsMatchRows = async (t: Test, {sql, objects}: TestServer) => {
  const rows = await sql<{key: string; state: string}[]>`
    select s3_key as key, state from file_uploads order by s3_key`;
  t.same(
    rows.filter(({state}) => state !== 'stored'),
    [],
    'no row is stuck',
  );
  t.same(
    (await listKeys(objects)).sort(),
    rows.map(({key}) => key).sort(),
    'an object for each row, and a row for each object',
  );
};

const nothingIsLost = async (t: Test, server: TestServer, {files, contacts}: Acknowledged) => {
  for (const {visitor, id, bytes} of files) {
    const back = await visitor.at(server.url).download(id);
    if (!back.bytes.equals(bytes)) t.fail(`${id} was returned changed`);
  }
  const uuids = contacts.map(({uuid}) => uuid);
  const sessions = await server.sql`
    select from user_sessions where uuid = any(${uuids}::uuid[])`;
  t.equal(sessions.length, contacts.length, 'every acknowledged session');
  const {mails, receivers} = server.mailbox;
  const getIds = (email: string) =>
    new Set(mails.filter((_, i) => receivers[i]?.includes(email)).map(({messageId}) => messageId));
  server.sender.wake();
  await until(async () => (await server.sql`select from jobs`).length === 0, 60_000);
  t.same(
    contacts.filter(({email}) => getIds(email).size !== 1),
    [],
    'each contact has one e-mail, and every copy has its Message-ID',
  );
  t.comment(`${mails.length - new Set(mails.map(({messageId}) => messageId)).size} mails twice`);
};

for (const store of ['disk', 's3'] as const) {
  const skip = store === 's3' && bucketsMissing;
  t.test(
    `kill -9 at random loses nothing and leaves nothing behind, on ${store}`,
    {skip},
    async (t) => {
      const server = await startServer(t, {store, settings: SETTINGS});
      const acknowledged: Acknowledged = {files: [], contacts: []};

      for (let i = 0; i < KILLS; i++) {
        const {child, url} = await startProcessBeside(t, server, SETTINGS);
        const stop = new AbortController();
        const visitors = Array.from({length: VISITORS}, () =>
          keepVisiting(url, stop.signal, acknowledged),
        );
        // On a busy machine, the first kills can come before the first response.
        if (i === KILLS - 1) await until(() => acknowledged.files.length > 0);
        await sleep(200 + Math.random() * 600);
        await kill(child);
        stop.abort();
        await Promise.all(visitors);
      }
      const stuck = await server.sql`select from file_uploads where state = 'uploading'`;
      const mails = await server.sql`select from jobs`;
      t.comment(`${KILLS} kills cut off ${stuck.length} uploads and ${mails.length} mails`);
      await settle(server);

      const {files, contacts} = acknowledged;
      t.ok(files.length > 0, `${files.length} files and ${contacts.length} contacts acknowledged`);
      await objectsMatchRows(t, server);
      await nothingIsLost(t, server, acknowledged);
    },
  );
}

t.test('kill -9 at each step of an upload leaves nothing unfinished', async (t) => {
  const server = await startServer(t, {store: bucketsMissing ? 'disk' : 's3'});
  const steps: [UploadStep, 'leaves nothing' | 'has stored it'][] = [
    ['reserved', 'leaves nothing'],
    ['half sent', 'leaves nothing'],
    ['last chunk sent', 'leaves nothing'],
    ['put', 'leaves nothing'],
    ['marked', 'leaves nothing'],
    ['stored', 'has stored it'],
  ];
  const deaths = await Promise.all(
    steps.map(async ([step, outcome]) => {
      const {child, url} = await startProcessBeside(t, server, {DIE_AT: step}, DYING);
      const visitor = await Visitor.consenting(url);
      const bytes = makePdf(300_000);
      const answer = await visitor.upload(bytes).catch((error: unknown) => error);
      await kill(child);
      return {step, outcome, visitor, bytes, answer};
    }),
  );

  await settle(server);

  for (const {step, outcome, visitor, bytes, answer} of deaths) {
    const there = visitor.at(server.url);
    const files = await there.files();
    t.ok(answer instanceof TypeError, `${step}: no response`);
    t.equal(files.length, outcome === 'has stored it' ? 1 : 0, `${step}: ${outcome}`);
    for (const {id} of files) t.ok((await there.download(id)).bytes.equals(bytes));
    t.equal((await there.upload(bytes)).status, 201, `${step}: the next attempt succeeds`);
  }
  await objectsMatchRows(t, server);
});

t.test('a visitor continues with the next server after kill -9', async (t) => {
  const server = await startServer(t);
  const first = await startProcessBeside(t, server);
  const visitor = await Visitor.consenting(first.url);
  const bytes = makePdf();
  const {body} = await visitor.upload(bytes);

  await kill(first.child);
  const second = await startProcessBeside(t, server);

  t.ok((await visitor.at(second.url).download(body.file.id)).bytes.equals(bytes));
});
