import {setTimeout as sleep} from 'node:timers/promises';

import postgres from 'postgres';
import {v4 as newUuid} from 'uuid';

import {findVisit} from '../visits/store.js';
import {ROUNDS, SECONDS, SESSIONS} from './counts.js';
import {getDatabaseWithVisits} from './databases.js';
import {hasLoadGenerator, runLoad} from './load.js';
import {
  getCpuMs,
  getPostgresCpuMs,
  getPostmasterPid,
  getRivalFile,
  startProduct,
  startProgram,
} from './process-cost.js';
import type {Program} from './process-cost.js';
import {PATH} from './rivals/uuid-routes.js';
import {atLeast, atMost, comparison, median, notMeasured, percentile, formatFigure} from './row.js';
import type {Row} from './row.js';
import {temporaryFolder} from './temporary-folder.js';

const VALIDATE = '/api/session/validate-uuid';
const CONNECTIONS = 32;
const WARM_UP_SECONDS = 2;
const LOOK_UP_PAUSE_MS = 3;
const VISIT_TIMES = {idleMs: 30 * 60_000, maxMs: 24 * 60 * 60_000};

interface Contender {
  name: string;
  program: Program;
  path: string;
  perSecond: number[];
  nodeMicros: number[];
  postgresMicros: number[];
}

/** Compares `validate-uuid`, with all features on, to the framework with one query. */
export const measureSessionCalls = async (): Promise<Row[]> => {
  if (!(await hasLoadGenerator())) {
    const reason = 'there is no wrk here; install the package of that name';
    return [
      notMeasured('validate-uuid against one SELECT and an echo', '0.6 and 0.25', reason),
      notMeasured('look-up at half load, p99', '5 ms', reason),
    ];
  }
  const url = await getDatabaseWithVisits(SESSIONS);
  const sql = postgres(url, {max: 1});
  const folder = await temporaryFolder();
  const programs: Program[] = [];
  try {
    const product = await startProduct({DATABASE_URL: url, DATA_DIR: folder.path});
    programs.push(product);
    const select = await startProgram(getRivalFile('select'), {env: {DATABASE_URL: url}});
    programs.push(select);
    const echo = await startProgram(getRivalFile('echo'));
    programs.push(echo);
    const contenders = [
      contender('validate-uuid', product, VALIDATE),
      contender('one SELECT', select, PATH),
      contender('bare echo', echo, PATH),
    ];
    await compete(contenders, await getPostmasterPid(sql));
    return [...ratios(contenders), await lookUpUnderLoad(contenders[0] as Contender, sql)];
  } finally {
    for (const {stop} of programs) await stop();
    await sql.end();
    await folder.remove();
  }
};

const contender = (name: string, program: Program, path: string): Contender => ({
  name,
  program,
  path,
  perSecond: [],
  nodeMicros: [],
  postgresMicros: [],
});

const compete = async (contenders: Contender[], postmaster: number): Promise<void> => {
  for (const {program, path} of contenders) {
    await runLoad({url: program.url, path, seconds: WARM_UP_SECONDS, connections: CONNECTIONS});
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const {program, path, perSecond, nodeMicros, postgresMicros} of contenders) {
      const before = {
        node: await getCpuMs(program.pid),
        postgres: await getPostgresCpuMs(postmaster),
      };
      const done = await runLoad({
        url: program.url,
        path,
        seconds: SECONDS,
        connections: CONNECTIONS,
      });
      const each = (ms: number) => (ms * 1000) / done.requests;
      nodeMicros.push(each((await getCpuMs(program.pid)) - before.node));
      postgresMicros.push(each((await getPostgresCpuMs(postmaster)) - before.postgres));
      perSecond.push(done.perSecond);
    }
  }
};

const ratios = (contenders: Contender[]): Row[] => {
  const [product, select, echo] = contenders.map(({perSecond}) => median(perSecond));
  const cost = ({nodeMicros, postgresMicros}: Contender) =>
    `${median(nodeMicros).toFixed(0)} µs in Node, ${median(postgresMicros).toFixed(0)} µs in PostgreSQL`;
  const among = `among ${SESSIONS} visits`;
  return [
    atLeast(
      `validate-uuid, everything on, ${among}: requests a second against one SELECT`,
      (product ?? NaN) / (select ?? NaN),
      0.6,
    ),
    atLeast(
      'validate-uuid, everything on: requests a second against a bare echo',
      (product ?? NaN) / (echo ?? NaN),
      0.25,
    ),
    ...contenders.map((contender) =>
      comparison(`processor time of each: ${contender.name}`, cost(contender)),
    ),
  ];
};

/**
 * Runs the product's own query from this process, while the server has about half of its full load.
 */
const lookUpUnderLoad = async (
  {program: {url}, path, perSecond}: Contender,
  sql: postgres.Sql,
): Promise<Row> => {
  const full = median(perSecond);
  const fullMs = (1000 * CONNECTIONS) / full;
  // At half load a call takes between half of `fullMs` and all of it. With the pause, each
  // connection therefore makes a call every 2 to 2.5 times `fullMs`.
  const pauseMs = 1.5 * fullMs;
  const seconds = Math.max(2 * SECONDS, 2);
  const running = runLoad({url, path, seconds, connections: CONNECTIONS, pauseMs});
  const tookMs: number[] = [];
  for (const endMs = performance.now() + (seconds - 0.5) * 1000; performance.now() < endMs;) {
    const startedMs = performance.now();
    await findVisit(sql, newUuid(), VISIT_TIMES);
    tookMs.push(performance.now() - startedMs);
    await sleep(LOOK_UP_PAUSE_MS);
  }
  const reached = (await running).perSecond / full;
  const share = `at ${(reached * 100).toFixed(0)} % of the load, median ${formatFigure(median(tookMs))} ms`;
  return atMost('look-up at half load, p99 in ms', percentile(tookMs, 0.99), 5, ` (${share})`);
};
