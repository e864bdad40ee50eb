import type {Test} from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import {Locks} from './held-lock.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

/** `RACE_ROUNDS=1000 npm run test:server races` is the long run. */
export const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 60);
export const PAIR_ROUNDS = Math.ceil(ROUNDS / 10);
const SETTINGS = {
  RATE_LIMIT_PER_MINUTE: '1000000',
  // Cleanup may end a visit immediately after `leave`, although the visitor may still send calls.
  LEAVE_GRACE_SECONDS: '0',
};
/** Pattern of the statement in which a request waits for a locked visit. */
export const VISIT_QUERY = 'from visits%where uuid =';

export interface RaceServers {
  servers: [TestServer, TestServer];
  locks: Locks;
  createReaper: (server: TestServer) => Reaper;
}

export const startRaceServers = async (t: Test): Promise<RaceServers> => {
  const first = await startServer(t, {settings: SETTINGS});
  const second = await startServer(t, {settings: SETTINGS, beside: first});
  return {
    servers: [first, second],
    locks: Locks.open(t, first),
    createReaper: (server) => new Reaper({...server, log: server.app.log}),
  };
};

/** Swaps the two servers with each round, so that both replicas play each part. */
export const getServersOfRound = (
  {servers: [first, second]}: RaceServers,
  round: number,
): [TestServer, TestServer] => (round % 2 === 0 ? [first, second] : [second, first]);

export const createVisitorWithFile = async ({url}: TestServer): Promise<Visitor> => {
  const visitor = await Visitor.consenting(url);
  const {status} = await visitor.upload(makePdf());
  if (status !== 201) throw new Error(`The upload before the race got ${status}.`);
  return visitor;
};

const getEmail = ({uuid}: Visitor): string => `${uuid}@example.com`;

/** Returns what remains of a visit: state, number of sessions, stored rows and objects. */
export const getRemains = async ({sql, objects}: TestServer, {uuid}: Visitor) => {
  const [row] = await sql<{state: string; sessions: number; files: number}[]>`
    select state,
           (select count(*)::int from user_sessions where uuid = ${uuid}) as sessions,
           (select count(*)::int from file_uploads
            where session_uuid = ${uuid} and state <> 'deleting') as files
    from visits where uuid = ${uuid}`;
  let count = 0;
  for await (const page of objects.list(`uploads/${uuid}/`)) count += page.objects.length;
  return {...row, objects: count};
};

export const deleteMails = async ({sql}: TestServer): Promise<void> => {
  await sql`delete from mail_counts`;
  await sql`delete from jobs`;
};

export const submitContact = async (visitor: Visitor): Promise<number> =>
  (await visitor.contact(getEmail(visitor))).status;

/** Lets both calls wait for the visit's lock in this order. Then releases the lock. */
export const runInOrder = async <A, B>(
  {locks}: RaceServers,
  {uuid}: Visitor,
  first: () => Promise<A>,
  second: () => Promise<B>,
): Promise<[A, B]> => {
  const held = await locks.holdVisit(uuid);
  const promise = first();
  await held.untilWaiting(1, VISIT_QUERY);
  const other = second();
  await held.untilWaiting(2, VISIT_QUERY);
  await held.release();
  return Promise.all([promise, other]);
};
