import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

import type {Test} from 'tap';

import {freePort} from './free-port.js';
import {temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

/** Time limit that is enough for several servers that start at once on a busy machine. */
const READY_WITHIN_MS = 120_000;
const REQUEST_MS = 10_000;
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

export interface ServerProcess {
  child: ChildProcess;
  url: string;
  /** Returns what the process has written to stderr. */
  output: () => string;
}

/** Starts the server as a separate process, which may not be ready yet. The test's end kills it. */
export const startProcess = async (
  t: Test,
  settings: Record<string, string>,
  program = MAIN,
): Promise<ServerProcess> => {
  const port = settings['PORT'] ?? (await freePort());
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATA_DIR: settings['DATA_DIR'] ?? (await temporaryFolder(t)),
      SECRET_KEY: randomBytes(32).toString('hex'),
      RATE_LIMIT_PER_MINUTE: '10000',
      CLEANUP_INTERVAL_MINUTES: '0',
      LOG_LEVEL: 'silent',
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  t.teardown(() => kill(child));
  return {child, url: `http://localhost:${port}`, output: () => output};
};

/**
 * Starts a process with the database, store and mailbox of another server. Waits until it is ready.
 */
export const startProcessBeside = async (
  t: Test,
  {config, dataDir}: TestServer,
  settings: Record<string, string> = {},
  program = MAIN,
): Promise<ServerProcess> => {
  const {s3, databaseUrl = '', mail, secrets} = config;
  const own: Record<string, string> = {
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    SMTP_URL: mail.smtpUrl ?? '',
    SECRET_KEY: secrets.map(({bytes}) => bytes.toString()).join(','),
    ...(s3 && {
      S3_BUCKET: s3.bucket,
      S3_ENDPOINT: s3.endpoint ?? '',
      AWS_ACCESS_KEY_ID: s3.credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: s3.credentials?.secretAccessKey ?? '',
    }),
    ...settings,
  };
  for (;;) {
    const started = await startProcess(t, own, program);
    if (await becomesReady(started)) return started;
    // Another program may have taken the port since it was checked.
    if (!started.output().includes('EADDRINUSE') || own['PORT'])
      throw new Error(`The server did not become ready: ${started.output()}`);
  }
};

/** Waits until the server is ready, or its process has ended. */
const becomesReady = async ({child, url}: ServerProcess): Promise<boolean> => {
  const getReadiness = () => fetch(`${url}/readyz`, {signal: AbortSignal.timeout(REQUEST_MS)});
  let ready = false;
  await until(async () => {
    ready = (await getReadiness().catch(() => undefined))?.ok ?? false;
    return ready || child.exitCode !== null;
  }, READY_WITHIN_MS).catch(() => undefined);
  return ready;
};

export const kill = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};
