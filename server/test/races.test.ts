import t from 'tap';

import {HalfUpload} from './half-upload.js';
import {makePdf} from './pdf.js';
import {
  PAIR_ROUNDS,
  ROUNDS,
  VISIT_QUERY,
  startRaceServers,
  submitContact,
  deleteMails,
  getServersOfRound,
  getRemains,
  runInOrder,
  createVisitorWithFile,
} from './race-servers.js';
import type {RaceServers} from './race-servers.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import type {Visitor} from './visitor.js';

interface Race {
  name: string;
  /** Plays the race. Returns the status of the contact call. */
  play: (arena: RaceServers, visitor: Visitor, reap: () => Promise<unknown>) => Promise<number>;
  /** Status that the contact call must get, if the order forces one. */
  status?: number;
}

const INTERLEAVINGS: Race[] = [
  {
    name: 'contact has the visit, cleanup looks',
    status: 202,
    play: async ({locks}, visitor, reap) => {
      const held = await locks.holdTable('jobs');
      const told = submitContact(visitor);
      await held.untilWaiting(1, 'insert into jobs');
      await reap();
      await held.release();
      return told;
    },
  },
  {
    name: 'cleanup has the visit, contact waits',
    status: 410,
    play: async ({locks}, visitor, reap) => {
      const held = await locks.holdTable('audit_logs');
      const reaping = reap();
      await held.untilWaiting(1, 'insert into audit_logs');
      const told = submitContact(visitor);
      await held.untilWaiting(1, 'insert into visits');
      await held.release();
      await reaping;
      return told;
    },
  },
  {
    name: 'contact waits for the visit, cleanup looks',
    status: 202,
    play: async ({locks}, visitor, reap) => {
      const held = await locks.holdVisit(visitor.uuid);
      const told = submitContact(visitor);
      await held.untilWaiting(1, VISIT_QUERY);
      await reap();
      await held.release();
      return told;
    },
  },
  {
    name: 'both go when the visit is let go',
    play: async ({locks}, visitor, reap) => {
      const held = await locks.holdVisit(visitor.uuid);
      const told = submitContact(visitor);
      await held.untilWaiting(1, VISIT_QUERY);
      await Promise.all([held.release(), reap()]);
      return told;
    },
  },
  {
    name: 'nobody holds anything',
    play: async (_arena, visitor, reap) => {
      const [told] = await Promise.all([submitContact(visitor), reap()]);
      return told;
    },
  },
];

t.test('either contact or cleanup wins', {timeout: 0}, async (t) => {
  const parts = await startRaceServers(t);
  const wins = {contact: 0, cleanup: 0};

  for (let round = 0; round < ROUNDS; round++) {
    const [asked, cleaning] = getServersOfRound(parts, round);
    const {name, play, status} = INTERLEAVINGS[round % INTERLEAVINGS.length] as Race;
    await deleteMails(asked);
    const visitor = await createVisitorWithFile(asked);
    await asked.sql`
      update visits set left_at = now() - interval '1 second' where uuid = ${visitor.uuid}`;
    const reaper = parts.createReaper(cleaning);
    // Half of the rounds use a whole run, the other half the urgent run after a leave.
    const told = await play(parts, visitor, () =>
      round % 4 < 2 ? reaper.runUrgent() : reaper.run(),
    );

    if (status !== undefined && told !== status) t.fail(`${name}: contact got ${told}`);
    await reaper.run();
    const left = await getRemains(asked, visitor);
    const seen = (await visitor.at(cleaning.url).session()).status;
    const session = {state: 'session', sessions: 1, files: 1, objects: 1};
    const nothing = {state: 'gone', sessions: 0, files: 0, objects: 0};
    if (told === 202) t.strictSame([seen, left], [200, session], name);
    else t.strictSame([told, seen, left], [410, 410, nothing], name);
    wins[told === 202 ? 'contact' : 'cleanup'] += 1;
  }

  t.comment(JSON.stringify(wins));
  t.ok(wins.contact > 0 && wins.cleanup > 0);
});

const ONLY_TOMBSTONE = {sessions: 0, files: 0, objects: 0};

t.test('concurrent calls on one visit', {timeout: 0}, async (t) => {
  const parts = await startRaceServers(t);
  const {servers, createReaper} = parts;
  const swept = async (visitor: Visitor) => {
    // A server that has begun to delete an object finishes that first.
    await until(async () => {
      for (const server of servers) await createReaper(server).run();
      return (await getRemains(servers[0], visitor)).state !== 'purging';
    });
    return getRemains(servers[0], visitor);
  };
  const erase = async (visitor: Visitor) => (await visitor.call('DELETE', '/api/session')).status;

  await t.test('contact and discard leave nothing in either order', async (t) => {
    for (let round = 0; round < PAIR_ROUNDS; round++) {
      const [one, other] = getServersOfRound(parts, round);
      await deleteMails(one);
      const visitor = await createVisitorWithFile(one);
      const give = () => submitContact(visitor);
      const discard = () => erase(visitor.at(other.url));

      if (round % 4 < 2) {
        t.same(await runInOrder(parts, visitor, give, discard), [202, 204]);
        t.same(await swept(visitor), {...ONLY_TOMBSTONE, state: 'erased'});
      } else {
        t.same(await runInOrder(parts, visitor, discard, give), [204, 410]);
        t.same(await swept(visitor), {...ONLY_TOMBSTONE, state: 'gone'});
      }
    }
  });

  const halfSent = async (server: TestServer, visitor: Visitor): Promise<HalfUpload> => {
    const upload = await HalfUpload.begin(visitor, makePdf(60_000));
    await until(async () => {
      const rows = await server.sql`
        select from file_uploads where session_uuid = ${visitor.uuid} and state = 'uploading'`;
      return rows.length === 1;
    });
    return upload;
  };

  await t.test('an upload’s end and a refusal leave no file in either order', async (t) => {
    for (let round = 0; round < PAIR_ROUNDS; round++) {
      const [one, other] = getServersOfRound(parts, round);
      const visitor = await createVisitorWithFile(one);
      const upload = await halfSent(one, visitor);
      const end = () => upload.finish();
      const refuse = async () =>
        (await visitor.at(other.url).consent({personal_data: false})).status;

      if (round % 4 < 2) {
        const [ended, refused] = await runInOrder(parts, visitor, end, refuse);
        t.same([ended.status, refused], [201, 200]);
      } else {
        const [refused, ended] = await runInOrder(parts, visitor, refuse, end);
        t.same([refused, ended], [200, {status: 403, code: 'consent_required'}]);
      }
      t.same(await swept(visitor), {...ONLY_TOMBSTONE, state: 'open'});
    }
  });

  await t.test('an upload’s end and an erasure leave nothing in either order', async (t) => {
    for (let round = 0; round < PAIR_ROUNDS; round++) {
      const [one, other] = getServersOfRound(parts, round);
      await deleteMails(one);
      const visitor = await createVisitorWithFile(one);
      await submitContact(visitor);
      const upload = await halfSent(one, visitor);
      const end = () => upload.finish();
      const eraseAll = () => erase(visitor.at(other.url));

      if (round % 4 < 2) {
        const [ended, erased] = await runInOrder(parts, visitor, end, eraseAll);
        t.same([ended.status, erased], [201, 204]);
      } else {
        const [erased, ended] = await runInOrder(parts, visitor, eraseAll, end);
        t.same([erased, ended], [204, {status: 410, code: 'session_gone'}]);
      }
      t.same(await swept(visitor), {...ONLY_TOMBSTONE, state: 'erased'});
    }
  });
});
