import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import {keysIn} from './keys-in.js';
import {makePdf} from './pdf.js';
import {freePort} from './free-port.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing} from './test-bucket.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const KILLS = Number(process.env['CRASH_KILLS'] ?? 6);
const UPLOADERS = 6;

/** The server as a process of its own, on the database and store of `beside`. */
const startProcess = async ({config, dataDir}: TestServer) => {
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATA_DIR: dataDir,
      DATABASE_URL: config.databaseUrl,
      SMTP_URL: config.mail.smtpUrl,
      SECRET_KEY: config.secrets.map(({bytes}) => bytes.toString()).join(','),
      RATE_LIMIT_PER_MINUTE: '10000',
      CLEANUP_INTERVAL_MINUTES: '0',
      LOG_LEVEL: 'silent',
      ...(config.s3 && {
        S3_BUCKET: config.s3.bucket,
        S3_ENDPOINT: config.s3.endpoint,
        AWS_ACCESS_KEY_ID: config.s3.credentials?.accessKeyId,
        AWS_SECRET_ACCESS_KEY: config.s3.credentials?.secretAccessKey,
      }),
    },
    stdio: 'ignore',
  });
  const url = `http://localhost:${port}`;
  await until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok ?? false);
  return {child, url};
};

const kill = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

interface Acknowledged {
  visitor: Visitor;
  id: string;
  bytes: Buffer;
}

/** Uploads one file after another until it is told to stop; remembers what was acknowledged. */
const keepUploading = async (
  url: string,
  stop: AbortSignal,
  acknowledged: Acknowledged[],
): Promise<void> => {
  while (!stop.aborted) {
    try {
      const visitor = await Visitor.consenting(url);
      for (let i = 0; i < 3; i++) {
        const bytes = makePdf(20_000 + Math.floor(Math.random() * 400_000));
        const size = Math.random() < 0.7 ? bytes.length : null;
        const {status, body} = await visitor.upload(bytes, {size});
        if (status === 201) acknowledged.push({visitor, id: body.file.id, bytes});
      }
    } catch (error) {
      // The server was killed in the middle of an answer.
      if (!(error instanceof TypeError)) throw error;
      await sleep(20);
    }
  }
};

for (const store of ['disk', 's3'] as const) {
  const skip = store === 's3' && bucketsMissing;
  t.test(`kill -9 during uploads loses and leaves nothing, on ${store}`, {skip}, async (t) => {
    const server = await startServer(t, {store});
    const acknowledged: Acknowledged[] = [];

    for (let i = 0; i < KILLS; i++) {
      const {child, url} = await startProcess(server);
      const stop = new AbortController();
      const uploaders = Array.from({length: UPLOADERS}, () =>
        keepUploading(url, stop.signal, acknowledged),
      );
      await sleep(200 + Math.random() * 600);
      await kill(child);
      stop.abort();
      await Promise.all(uploaders);
    }
    const stuck = await server.sql`select from file_uploads where state = 'uploading'`;
    await server.sql`update file_uploads set leased_until = now() where state = 'uploading'`;
    const reaper = new Reaper({...server, log: server.app.log});
    await reaper.run();
    await reaper.run();

    t.ok(acknowledged.length > 0, `${acknowledged.length} uploads were acknowledged`);
    t.comment(`${stuck.length} uploads were cut off by ${KILLS} kills`);
    const rows = await server.sql<{key: string; state: string}[]>`
      select s3_key as key, state from file_uploads order by s3_key`;
    t.same([...new Set(rows.map(({state}) => state))], ['stored'], 'no stuck row');
    t.same(
      (await keysIn(server.objects)).sort(),
      rows.map(({key}) => key).sort(),
      'an object for each row, and a row for each object',
    );
    for (const {visitor, id, bytes} of acknowledged) {
      const back = await visitor.at(server.url).download(id);
      if (!back.bytes.equals(bytes)) t.fail(`${id} came back changed`);
    }
  });
}

t.test('a visitor goes on with the next server after kill -9', async (t) => {
  const server = await startServer(t);
  const first = await startProcess(server);
  const visitor = await Visitor.consenting(first.url);
  const bytes = makePdf();
  const {body} = await visitor.upload(bytes);

  await kill(first.child);
  const second = await startProcess(server);

  t.ok((await visitor.at(second.url).download(body.file.id)).bytes.equals(bytes));
  await kill(second.child);
});
