import {v4 as newUuid} from 'uuid';

import {BatchedAuditWriter} from '../audit/store.js';
import type {AuditEntry} from '../audit/store.js';
import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/sql.js';
import {DEMO_SITE} from '../sites/demo-sites.js';
import {AUDIT_ROWS, ROUNDS} from './counts.js';
import {createDatabase} from './databases.js';
import {getPostgresCpuMs, getPostmasterPid} from './process-cost.js';
import {atMost, comparison, median} from './row.js';
import type {Row} from './row.js';

const AT_ONCE = 64;
const POOL = 20;
const WARM_UP_ROWS = 500;

type Write = (entry: Required<AuditEntry>) => Promise<unknown>;

/** Compares batched rows, whose callers wait for the commit, to one INSERT for each row. */
export const measureAuditWrites = async (): Promise<Row[]> => {
  const sql = connectDatabase({url: await createDatabase(), max: POOL, silenceMs: 30_000});
  try {
    const postmaster = await getPostmasterPid(sql);
    const attempts = new BatchedAuditWriter(sql);
    const ways = [
      {name: 'batched', write: (entry: AuditEntry) => attempts.record(entry), micros: micros()},
      {name: 'one INSERT for each', write: insertOne(sql), micros: micros()},
    ];
    let acknowledged = 0;
    for (const {write} of ways) acknowledged += await writeAll(write, WARM_UP_ROWS);
    for (let round = 0; round < ROUNDS; round++) {
      for (const {write, micros} of ways) {
        const before = await spentMs(postmaster);
        acknowledged += await writeAll(write, AUDIT_ROWS);
        const after = await spentMs(postmaster);
        micros.node.push(((after.node - before.node) * 1000) / AUDIT_ROWS);
        micros.postgres.push(((after.postgres - before.postgres) * 1000) / AUDIT_ROWS);
      }
    }
    const [batched, single] = ways.map(({micros: {node, postgres}}) =>
      median(node.map((each, i) => each + (postgres[i] ?? 0))),
    );
    const [count] = await sql<{rows: number}[]>`select count(*)::int as rows from audit_logs`;
    const difference = (count?.rows ?? 0) - acknowledged;
    return [
      atMost(
        'audit rows, batched against one INSERT for each: processor time',
        (batched ?? NaN) / (single ?? NaN),
        0.65,
      ),
      ...ways.map(({name, micros: {node, postgres}}) =>
        comparison(
          `processor time of each row: ${name}`,
          `${median(node).toFixed(0)} µs in Node, ${median(postgres).toFixed(0)} µs in PostgreSQL`,
        ),
      ),
      {
        what: `audit rows beside ${acknowledged} acknowledged`,
        figure: `${difference} more`,
        target: 'exactly as many',
        isMet: difference === 0,
      },
    ];
  } finally {
    await sql.end();
  }
};

const micros = () => ({node: [] as number[], postgres: [] as number[]});

const spentMs = async (postmaster: number) => {
  const {user, system} = process.cpuUsage();
  return {node: (user + system) / 1000, postgres: await getPostgresCpuMs(postmaster)};
};

const insertOne =
  (sql: Sql): Write =>
  ({event, uuid, site, ipAddress, metadata}) => sql`
    insert into audit_logs (event_type, user_uuid, site_key, ip_address, metadata)
    values (${event}, ${uuid}, ${site}, ${ipAddress}, ${JSON.stringify(metadata)}::text::jsonb)`;

/** Returns the number of acknowledged rows. */
const writeAll = async (write: Write, rows: number): Promise<number> => {
  let begun = 0;
  let acknowledged = 0;
  const caller = async () => {
    while (begun < rows) {
      begun++;
      await write({
        event: 'uuid_validation_attempt',
        uuid: newUuid(),
        site: DEMO_SITE,
        ipAddress: '192.0.2.1',
        metadata: {outcome: 'claimed'},
      });
      acknowledged++;
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, caller));
  return acknowledged;
};
