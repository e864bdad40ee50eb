import postgres from 'postgres';
import {v4 as newUuid} from 'uuid';

import {findVisit} from '../visits/store.js';
import {FEW_SESSIONS, LOOK_UPS, ROUNDS, SESSIONS} from './counts.js';
import {getDatabaseWithVisits} from './databases.js';
import {getCpuMs} from './process-cost.js';
import {atMost, comparison, median, formatFigure} from './row.js';
import type {Row} from './row.js';

const VISIT_TIMES = {idleMs: 30 * 60_000, maxMs: 24 * 60 * 60_000};
const MAX_RATIO = 1.5;

interface Table {
  visits: number;
  sql: postgres.Sql;
  backend: number;
  known: string[];
  tookMicros: number[];
  cpuMicros: number[];
}

/** Checks that a lookup is one index read, whatever the number of sessions. */
export const measureLookUps = async (): Promise<Row[]> => {
  const tables = [await open(FEW_SESSIONS), await open(SESSIONS)];
  try {
    for (const table of tables) await lookUpAll(table);
    for (const {tookMicros, cpuMicros} of tables) {
      tookMicros.length = 0;
      cpuMicros.length = 0;
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const table of tables) await lookUpAll(table);
    }
  } finally {
    for (const {sql} of tables) await sql.end();
  }
  const [few, many] = tables as [Table, Table];
  const what = `look-up among ${many.visits} against ${few.visits} visits`;
  return [
    atMost(`${what}: time`, ratio(many.tookMicros, few.tookMicros), MAX_RATIO),
    atMost(
      `${what}: processor time in PostgreSQL`,
      ratio(many.cpuMicros, few.cpuMicros),
      MAX_RATIO,
    ),
    ...tables.map(({visits, tookMicros, cpuMicros}) =>
      comparison(
        `each look-up among ${visits}`,
        `${formatFigure(median(tookMicros))} µs, ${formatFigure(median(cpuMicros))} µs of it in PostgreSQL`,
      ),
    ),
  ];
};

const open = async (visits: number): Promise<Table> => {
  const sql = postgres(await getDatabaseWithVisits(visits), {max: 1});
  const [row] = await sql<{pid: number}[]>`select pg_backend_pid() as pid`;
  const share = Math.min(100, (LOOK_UPS / visits) * 100);
  const known = await sql<{uuid: string}[]>`
    select uuid from visits tablesample bernoulli (${share}::float8) order by random()
    limit ${Math.ceil(LOOK_UPS / 2)}`;
  return {
    visits,
    sql,
    backend: row?.pid ?? 0,
    known: known.map(({uuid}) => uuid),
    tookMicros: [],
    cpuMicros: [],
  };
};

/** Looks up UUIDs; every second one exists. */
const lookUpAll = async ({sql, backend, known, tookMicros, cpuMicros}: Table): Promise<void> => {
  const beforeMs = await getCpuMs(backend);
  const startedMs = performance.now();
  for (let i = 0; i < LOOK_UPS; i++) {
    const uuid = i % 2 === 0 ? newUuid() : known[(i >> 1) % known.length];
    await findVisit(sql, uuid ?? newUuid(), VISIT_TIMES);
  }
  tookMicros.push(((performance.now() - startedMs) * 1000) / LOOK_UPS);
  cpuMicros.push((((await getCpuMs(backend)) - beforeMs) * 1000) / LOOK_UPS);
};

const ratio = (many: number[], few: number[]): number => median(many) / median(few);
