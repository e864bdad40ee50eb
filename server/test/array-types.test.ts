import {randomUUID} from 'node:crypto';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {ARRAY_TYPES} from '../database/driver/array-types.js';
import {connectDatabase} from '../database/connect.js';
import {isDatabaseDown} from '../database/errors.js';
import {FaultProxy} from './fault-proxy.js';
import {HOSTILE_STRINGS} from './hostile-strings.js';
import {startProcess} from './server-process.js';
import {createMigratedDatabase, createTestDatabase} from './test-database.js';
import {until} from './until.js';
import {request} from './visitor.js';

const SERVER = fileURLToPath(new URL('../../../server/', import.meta.url));
/**
 * Pieces that a connection carries before it is cut: greeting, login in two steps, first queries.
 * The preparation of a query is a separate piece.
 */
const PIECES = [1, 2, 3, 4, 5, 6];

t.test('connections that are cut while they open', async (t) => {
  const {url} = await createTestDatabase(t);
  const proxy = await FaultProxy.start(t, url);

  for (const pieces of PIECES) {
    await t.test(`after ${pieces} pieces: their queries fail, and that is all`, async (t) => {
      const sql = connectDatabase({url: proxy.replaceHost(url), max: 3});
      t.teardown(() => sql.end({timeout: 1}));
      const ask = () => Promise.allSettled([1, 2, 3].map((i) => sql`select ${i}::int as i`));

      proxy.cutAfterPieces = pieces;
      const cut = await ask();
      proxy.cutAfterPieces = undefined;
      const next = await ask();

      for (const item of cut) if (item.status === 'rejected') t.ok(isDatabaseDown(item.reason));
      t.same(
        next.map(({status}) => status),
        ['fulfilled', 'fulfilled', 'fulfilled'],
      );
    });
  }
});

t.test('a server survives them', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const proxy = await FaultProxy.start(t, url);
  const server = await startProcess(t, {DATABASE_URL: proxy.replaceHost(url)});
  const askReadiness = () => request(server.url, 'GET', '/readyz').catch(() => undefined);
  const open = () =>
    request(server.url, 'POST', '/api/session/validate-uuid', {json: {uuid: randomUUID()}});
  await until(async () => (await askReadiness())?.status === 200);

  const statuses = new Set<number>();
  for (const pieces of PIECES) {
    await proxy.set('cut');
    proxy.cutAfterPieces = pieces;
    await proxy.set('pass');
    const responses = await Promise.all(Array.from({length: 30}, open));
    for (const {status} of responses) statuses.add(status);
  }
  proxy.cutAfterPieces = undefined;

  t.ok(statuses.has(503), 'some connections were cut');
  t.same(
    [...statuses].filter((status) => status !== 503 && status !== 200),
    [],
  );
  await until(async () => (await open()).status === 200);
  t.equal(server.child.exitCode, null);
});

t.test('arrays are returned as they were sent', async (t) => {
  const {url} = await createTestDatabase(t);
  const sql = connectDatabase({url, max: 1, connectSeconds: 20});
  t.teardown(() => sql.end({timeout: 1}));
  const there = async (type: string, sent: unknown[]) => {
    const [row] = await sql<{back: unknown; count: number}[]>`
      select ${sent as string[]}::${sql.unsafe(type)}[] as back,
             cardinality(${sent as string[]}::${sql.unsafe(type)}[]) as count`;
    t.equal(row?.count, sent.length, 'the database counts the elements');
    return row?.back;
  };
  const texts = [
    ...['', ' ', 'NULL', 'null', '"', '""', '\\', '\\\\', '\\"', ',', '{}', '{"a",b}', '}', "'"],
    ...['a,b', '{a', "';--", '\n', '\r\n', '\t', '\\x41', '🦊', '\u202e', 'x'.repeat(200_000)],
    ...HOSTILE_STRINGS.filter((text) => !text.includes('\0') && text.isWellFormed()),
  ];
  const samples: Record<keyof typeof ARRAY_TYPES, unknown[]> = {
    int: [0, -2_147_483_648, 2_147_483_647, null],
    text: [...texts, null, ...texts.toReversed()],
    bigint: ['0', '-9223372036854775808', '9223372036854775807', null],
    float8: [0, -1.5, 1e300, 0.1, null],
    inet: ['203.0.113.7', '2001:db8::/64', null],
    date: ['2026-11-01', null],
    timestamptz: ['2026-11-21 09:41:17.123456+00', null],
    uuid: [randomUUID(), null, randomUUID()],
  };

  await sql`set time zone 'utc'`;
  for (const [type, sent] of Object.entries(samples)) {
    t.same(await there(type, sent), sent, type);
    t.same(await there(type, []), [], `an empty array of ${type}`);
    t.same(await there(type, [null, null]), [null, null], `only nulls of ${type}`);
  }
  for (const [i, text] of texts.entries()) {
    t.same(await there('text', [text]), [text], `only text ${i}`);
  }
  await t.rejects(there('text', ['a', undefined]), /contains undefined/);
});

t.test('every array in a query has a known type', async (t) => {
  const names = await readdir(SERVER, {recursive: true});
  const used = new Set<string>();
  for (const name of names.filter((name) => name.endsWith('.ts'))) {
    const source = await readFile(path.join(SERVER, name), 'utf8');
    for (const [, type = ''] of source.matchAll(/\}::(\w+)\[\]/g)) used.add(type);
  }

  t.same([...used].sort(), Object.keys(ARRAY_TYPES).sort());
});
