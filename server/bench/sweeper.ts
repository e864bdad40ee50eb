import {pino} from 'pino';
import postgres from 'postgres';

import {createGarbageCollector} from '../cleanup/garbage-collector.js';
import {Sweep} from '../cleanup/sweep.js';
import type {SweepReport} from '../cleanup/sweep-report.js';
import {readConfig} from '../config/config.js';
import {S3Objects} from '../object-store/s3.js';
import type {S3Settings} from '../object-store/s3-clients.js';

/** Report of the sweeping process to the measuring process. */
export interface SweepMeasurement {
  report: SweepReport;
  /** Number of all statements, and of those that look up keys. */
  statements: number;
  lookUps: number;
}

// A separate process, so that its memory is that of the sweep. It sweeps once for each message.
const {DATABASE_URL = '', STORE = ''} = process.env;
const settings = JSON.parse(STORE) as S3Settings;
const collectGarbage = createGarbageCollector();
let statements: string[] = [];
const sql = postgres(DATABASE_URL, {
  debug: (_connection, statement) => statements.push(statement),
});
const sweep = new Sweep({
  sql,
  objects: new S3Objects(settings),
  config: readConfig({DATABASE_URL, S3_BUCKET: settings.bucket}),
  log: pino({level: 'silent'}),
});

process.on('message', (dryRun: boolean) => {
  statements = [];
  const options = {dryRun, force: true, quarantineMs: 0, minAgeMs: 0, collectGarbage};
  void sweep.run(options).then((report) => {
    const lookUps = statements.filter((text) => /\bfile_uploads\b/.test(text)).length;
    process.send?.({report, statements: statements.length, lookUps});
  });
});
process.send?.('ready');
