import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

import {MAX_FILE_BYTES} from '../contract/limits.js';
import {makePdf} from '../test/pdf.js';
import {freePort} from '../test/free-port.js';
import {Visitor} from '../test/visitor.js';
import type {Row} from './bench.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const UPLOADS = Number(process.env['BENCH_UPLOADS'] ?? 100);
const WARM_UP = 20;
/** Slow enough that all of them are under way at once. */
const CHUNK_BYTES = 64 * 1024;
const PAUSE_MS = 100;
const MEBIBYTE = 1024 * 1024;

/** Resident memory of the server's own process while many slow uploads run at once. */
export const uploadMemory = async (): Promise<Row[]> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-bench-'));
  const {child, url} = await startServer(folder);
  try {
    const visitors = await Promise.all(
      Array.from({length: UPLOADS}, () => Visitor.consenting(url)),
    );
    // Some first, so that what a server at work needs once is not counted for each.
    const warmUp = visitors.slice(0, WARM_UP);
    await Promise.all(warmUp.map((visitor) => upload(visitor, makePdf(MAX_FILE_BYTES))));
    const idle = await residentBytes(child);
    let peak = idle;
    const timer = setInterval(() => {
      void residentBytes(child).then((bytes) => {
        peak = Math.max(peak, bytes);
      });
    }, 100);
    const bytes = makePdf(MAX_FILE_BYTES);
    const statuses = await Promise.all(visitors.map((visitor) => upload(visitor, bytes)));
    clearInterval(timer);
    const each = (peak - idle) / UPLOADS / MEBIBYTE;
    const stored = statuses.filter((status) => status === 201).length;
    return [
      {
        what: `memory of each of ${stored} uploads of 5 MB at once`,
        figure: `${each.toFixed(2)} MiB (${(idle / MEBIBYTE).toFixed(0)} MiB before, ${(peak / MEBIBYTE).toFixed(0)} MiB at most)`,
        bar: '1 MiB',
        isMet: each <= 1 && stored === UPLOADS,
      },
    ];
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
    await rm(folder, {recursive: true, force: true});
  }
};

const startServer = async (folder: string): Promise<{child: ChildProcess; url: string}> => {
  const port = await freePort();
  const {S3_BUCKET, S3_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY} = process.env;
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      ...(S3_BUCKET && {S3_BUCKET, S3_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY}),
      PORT: String(port),
      DATA_DIR: folder,
      RATE_LIMIT_PER_MINUTE: '100000',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://localhost:${port}`;
  for (;;) {
    if ((await fetch(`${url}/readyz`).catch(() => undefined))?.ok) return {child, url};
    await sleep(50);
  }
};

const residentBytes = async ({pid}: ChildProcess): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
};

const upload = async ({url, credentials}: Visitor, file: Buffer): Promise<number> => {
  const head = Buffer.from(
    `--b\r\nContent-Disposition: form-data; name="size"\r\n\r\n${file.length}\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n`,
  );
  const tail = Buffer.from('\r\n--b--\r\n');
  const sent = request(`${url}/api/files/upload`, {
    method: 'POST',
    headers: {
      ...credentials,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': head.length + file.length + tail.length,
    },
  });
  const answered = once(sent, 'response');
  sent.write(head);
  for (let at = 0; at < file.length; at += CHUNK_BYTES) {
    sent.write(file.subarray(at, at + CHUNK_BYTES));
    await sleep(PAUSE_MS);
  }
  sent.end(tail);
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
};
