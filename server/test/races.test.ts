import t from 'tap';

import {HalfUpload} from './half-upload.js';
import {makePdf} from './pdf.js';
import {
  PAIR_ROUNDS,
  ROUNDS,
  THE_VISIT,
  arena,
  contact,
  forgetMails,
  inTurn,
  leftOf,
  oneAfterTheOther,
  withFile,
} from './race-arena.js';
import type {Arena} from './race-arena.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import type {Visitor} from './visitor.js';

interface Race {
  name: string;
  /** Plays the race. Returns the status of the contact call. */
  play: (arena: Arena, visitor: Visitor, reap: () => Promise<unknown>) => Promise<number>;
  /** Status that the contact call must get, if the order forces one. */
  status?: number;
}

const INTERLEAVINGS: Race[] = [
  {
    name: 'contact has the visit, cleanup looks',
    status: 202,
    play: async ({locks}, visitor, reap) => {
      const held = await locks.holdTable('jobs');
      const told = contact(visitor);
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
      const told = contact(visitor);
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
      const told = contact(visitor);
      await held.untilWaiting(1, THE_VISIT);
      await reap();
      await held.release();
      return told;
    },
  },
  {
    name: 'both go when the visit is let go',
    play: async ({locks}, visitor, reap) => {
      const held = await locks.holdVisit(visitor.uuid);
      const told = contact(visitor);
      await held.untilWaiting(1, THE_VISIT);
      await Promise.all([held.release(), reap()]);
      return told;
    },
  },
  {
    name: 'nobody holds anything',
    play: async (_arena, visitor, reap) => {
      const [told] = await Promise.all([contact(visitor), reap()]);
      return told;
    },
  },
];

t.test('either contact or cleanup wins', {timeout: 0}, async (t) => {
  const parts = await arena(t);
  const wins = {contact: 0, cleanup: 0};

  for (let round = 0; round < ROUNDS; round++) {
    const [asked, cleaning] = inTurn(parts, round);
    const {name, play, status} = INTERLEAVINGS[round % INTERLEAVINGS.length] as Race;
    await forgetMails(asked);
    const visitor = await withFile(asked);
    await asked.sql`
      update visits set left_at = now() - interval '1 second' where uuid = ${visitor.uuid}`;
    const reaper = parts.reaperOf(cleaning);
    // Half of the rounds use a whole run, the other half the urgent run after a leave.
    const told = await play(parts, visitor, () =>
      round % 4 < 2 ? reaper.runUrgent() : reaper.run(),
    );

    if (status !== undefined && told !== status) t.fail(`${name}: contact got ${told}`);
    await reaper.run();
    const left = await leftOf(asked, visitor);
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
  const parts = await arena(t);
  const {servers, reaperOf} = parts;
  const swept = async (visitor: Visitor) => {
    // A server that has begun to delete an object finishes that first.
    await until(async () => {
      for (const server of servers) await reaperOf(server).run();
      return (await leftOf(servers[0], visitor)).state !== 'purging';
    });
    return leftOf(servers[0], visitor);
  };
  const erase = async (visitor: Visitor) => (await visitor.call('DELETE', '/api/session')).status;

  await t.test('contact and discard leave nothing in either order', async (t) => {
    for (let round = 0; round < PAIR_ROUNDS; round++) {
      const [one, other] = inTurn(parts, round);
      await forgetMails(one);
      const visitor = await withFile(one);
      const give = () => contact(visitor);
      const discard = () => erase(visitor.at(other.url));

      if (round % 4 < 2) {
        t.same(await oneAfterTheOther(parts, visitor, give, discard), [202, 204]);
        t.same(await swept(visitor), {...ONLY_TOMBSTONE, state: 'erased'});
      } else {
        t.same(await oneAfterTheOther(parts, visitor, discard, give), [204, 410]);
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
      const [one, other] = inTurn(parts, round);
      const visitor = await withFile(one);
      const upload = await halfSent(one, visitor);
      const end = () => upload.finish();
      const refuse = async () =>
        (await visitor.at(other.url).consent({personal_data: false})).status;

      if (round % 4 < 2) {
        const [ended, refused] = await oneAfterTheOther(parts, visitor, end, refuse);
        t.same([ended.status, refused], [201, 200]);
      } else {
        const [refused, ended] = await oneAfterTheOther(parts, visitor, refuse, end);
        t.same([refused, ended], [200, {status: 403, code: 'consent_required'}]);
      }
      t.same(await swept(visitor), {...ONLY_TOMBSTONE, state: 'open'});
    }
  });

  await t.test('an upload’s end and an erasure leave nothing in either order', async (t) => {
    for (let round = 0; round < PAIR_ROUNDS; round++) {
      const [one, other] = inTurn(parts, round);
      await forgetMails(one);
      const visitor = await withFile(one);
      await contact(visitor);
      const upload = await halfSent(one, visitor);
      const end = () => upload.finish();
      const eraseAll = () => erase(visitor.at(other.url));

      if (round % 4 < 2) {
        const [ended, erased] = await oneAfterTheOther(parts, visitor, end, eraseAll);
        t.same([ended.status, erased], [201, 204]);
      } else {
        const [erased, ended] = await oneAfterTheOther(parts, visitor, eraseAll, end);
        t.same([erased, ended], [204, {status: 410, code: 'session_gone'}]);
      }
      t.same(await swept(visitor), {...ONLY_TOMBSTONE, state: 'erased'});
    }
  });
});
