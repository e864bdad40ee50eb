import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {createServer, request} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {CreateBucketCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3';
import postgres from 'postgres';

import {startEmbeddedPostgres} from '../database/embedded/embedded.js';
import {migrate} from '../database/migrate.js';
import type {S3Settings} from '../object-store/s3-clients.js';
import {ComputedBucket, insertRows, getKey} from '../test/computed-bucket.js';
import {startRadosgw} from '../test/radosgw.js';
import {MEBIBYTE} from '../units.js';
import type {Row} from './bench.js';
import type {SweepMeasurement} from './sweeper.js';

const COMPUTED_KEYS = Number(process.env['BENCH_SWEEP_KEYS'] ?? 1_000_000);
/** The last page is not full: after a full one, a store may announce another that is empty. */
const REAL_KEYS = Number(process.env['BENCH_SWEEP_REAL_KEYS'] ?? 100_500);
/** Time limit for filling, because filling a real store takes longer than sweeping it. */
const FILL_MS = Number(process.env['BENCH_SWEEP_FILL_SECONDS'] ?? 180) * 1_000;
const PUTS_AT_ONCE = 16;
const WARM_UP_KEYS = 2_000;
const MEMORY_MIB = 64;
/** Statements at the start and end of a run (lease, audit, alerts), for any number of keys. */
const FIXED_STATEMENTS = 40;

/** Measures the cost of a sweep: calls, counted at the store, and memory of its process. */
export const measureSweep = async (): Promise<Row[]> => [
  ...(await withDatabase(sweepComputed)),
  ...(await withDatabase(sweepReal)),
];

const withDatabase = async (work: (url: string) => Promise<Row[]>): Promise<Row[]> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-bench-'));
  const dataDir = path.join(folder, 'database');
  const database = await startEmbeddedPostgres({dataDir, fsync: false, log: () => undefined});
  try {
    await migrate(database.url);
    return await work(database.url);
  } finally {
    await database.stop();
    await rm(folder, {recursive: true, force: true});
  }
};

const sweepComputed = async (databaseUrl: string): Promise<Row[]> => {
  const unknown = await fill(databaseUrl, COMPUTED_KEYS);
  const bucket = new ComputedBucket(WARM_UP_KEYS);
  const settings = await bucket.start();
  try {
    return await measure(
      'computed keys',
      {databaseUrl, settings, unknown, keys: COMPUTED_KEYS},
      {
        afterWarmUp: () => {
          bucket.count = COMPUTED_KEYS;
          bucket.calls.length = 0;
        },
        calls: () => ({lists: bucket.countCalls('list'), deletes: bucket.countCalls('delete')}),
      },
    );
  } finally {
    await bucket.stop();
  }
};

const sweepReal = async (databaseUrl: string): Promise<Row[]> => {
  const store = await startRadosgw();
  const counted = await countCalls(store.endpoint);
  const settings = {
    bucket: 'maria-bench',
    endpoint: counted.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {accessKeyId: store.accessKey, secretAccessKey: store.secretKey},
  };
  try {
    const keys = await putObjects({...settings, endpoint: store.endpoint});
    const unknown = await fill(databaseUrl, keys);
    return await measure(
      'keys on a real S3 server',
      {databaseUrl, settings, unknown, keys},
      counted,
    );
  } finally {
    await counted.stop();
    await store.stop();
  }
};

const fill = async (databaseUrl: string, keys: number): Promise<number> => {
  const sql = postgres(databaseUrl, {onnotice: () => undefined});
  const unknown = await insertRows(sql, keys);
  await sql.end();
  return unknown;
};

/** Puts as many objects as time allows. Returns their number. */
const putObjects = async (settings: S3Settings): Promise<number> => {
  const client = new S3Client({...settings, region: 'us-east-1'});
  const {bucket: Bucket} = settings;
  await client.send(new CreateBucketCommand({Bucket}));
  const until = performance.now() + FILL_MS;
  let next = 0;
  const putAll = async () => {
    while (next < REAL_KEYS && performance.now() < until) {
      await client.send(new PutObjectCommand({Bucket, Key: getKey(next++), Body: '%PDF-'}));
    }
  };
  await Promise.all(Array.from({length: PUTS_AT_ONCE}, putAll));
  client.destroy();
  return next;
};

interface Counting {
  afterWarmUp: () => void;
  calls: () => {lists: number; deletes: number};
}

/** Forwards all calls to a store, and counts those that have a limit. */
const countCalls = async (endpoint: string) => {
  let lists = 0;
  let deletes = 0;
  const {hostname, port} = new URL(endpoint);
  const server = createServer((incoming, outgoing) => {
    const {searchParams} = new URL(incoming.url ?? '', endpoint);
    if (searchParams.has('list-type')) lists++;
    if (searchParams.has('delete')) deletes++;
    const {method, url: target, headers} = incoming;
    const passed = request({hostname, port, method, path: target, headers}, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on('error', (error) => outgoing.destroy(error));
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => ({lists, deletes}),
    afterWarmUp: () => {
      lists = 0;
      deletes = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

interface Sweeping {
  databaseUrl: string;
  settings: S3Settings;
  keys: number;
  unknown: number;
}

const measure = async (
  what: string,
  {databaseUrl, settings, keys, unknown}: Sweeping,
  counting: Counting,
): Promise<Row[]> => {
  const child = fork(fileURLToPath(new URL('sweeper.js', import.meta.url)), {
    env: {PATH: process.env['PATH'], DATABASE_URL: databaseUrl, STORE: JSON.stringify(settings)},
  });
  try {
    await once(child, 'message');
    await sweepIn(child, {dryRun: true});
    counting.afterWarmUp();
    const idle = await memoryOf(child);
    const {report, statements, lookUps, peak} = await sweepIn(child, {dryRun: false});
    const {lists, deletes} = counting.calls();
    const pages = Math.ceil(keys / 1_000);
    const batches = Math.ceil(unknown / 1_000);
    const seen = `${report.seen} ${what}, ${report.removed} of ${unknown} unknown removed`;
    const isRight = report.seen === keys && report.removed === unknown && report.missing === 0;
    const above = (peak - idle) / MEBIBYTE;
    return [
      exactly(`list calls for ${seen}`, lists, pages, isRight),
      exactly(`delete calls for ${unknown} of ${what}`, deletes, batches),
      {
        what: `look-ups for ${keys} ${what}, deletions included`,
        figure: `${lookUps} (${statements} statements in all, in ${report.duration_ms} ms)`,
        target: `at most ${2 * pages}, and ${FIXED_STATEMENTS} statements besides`,
        isMet: lookUps <= 2 * pages && statements <= 2 * pages + FIXED_STATEMENTS,
      },
      {
        what: `memory of a sweep over ${keys} ${what}`,
        figure: `${above.toFixed(0)} MiB above ${(idle / MEBIBYTE).toFixed(0)} MiB idle`,
        target: `${MEMORY_MIB} MiB`,
        isMet: above <= MEMORY_MIB,
      },
    ];
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
};

const exactly = (what: string, figure: number, bar: number, isRight = true): Row => ({
  what,
  figure: String(figure),
  target: `exactly ${bar}`,
  isMet: figure === bar && isRight,
});

const sweepIn = async (child: ChildProcess, {dryRun}: {dryRun: boolean}) => {
  let peak = 0;
  const timer = setInterval(() => {
    void memoryOf(child).then((bytes) => {
      peak = Math.max(peak, bytes);
    });
  }, 50);
  child.send(dryRun);
  const [swept] = (await once(child, 'message')) as [SweepMeasurement];
  clearInterval(timer);
  return {...swept, peak};
};

const memoryOf = async ({pid}: ChildProcess): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
};
