import t from 'tap';
import type {Test} from 'tap';

import {retireSessions} from '../cleanup/pending.js';
import {Reaper} from '../cleanup/reaper.js';
import {ConfirmationLinks} from '../mail/links.js';
import {HalfUpload} from './half-upload.js';
import {Locks} from './held-lock.js';
import {keysIn} from './keys-in.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

/** `RACE_ROUNDS=1000 npm run test:server races` is the long run. */
const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 60);
const OTHER_ROUNDS = Math.ceil(ROUNDS / 10);
const SETTINGS = {
  RATE_LIMIT_PER_MINUTE: '1000000',
  // Who has left is at once up to cleanup, though the visitor may still be heard of.
  LEAVE_GRACE_SECONDS: '0',
};
const THE_VISIT = 'from visits where uuid =';

interface Arena {
  servers: [TestServer, TestServer];
  locks: Locks;
  /** Changes sides with each call, so that both replicas play each part. */
  reaperOf: (server: TestServer) => Reaper;
}

const arena = async (t: Test): Promise<Arena> => {
  const first = await startServer(t, {settings: SETTINGS});
  const second = await startServer(t, {settings: SETTINGS, beside: first});
  return {
    servers: [first, second],
    locks: Locks.open(t, first),
    reaperOf: (server) => new Reaper({...server, log: server.app.log}),
  };
};

const inTurn = ({servers: [first, second]}: Arena, round: number): [TestServer, TestServer] =>
  round % 2 === 0 ? [first, second] : [second, first];

const withFile = async ({url}: TestServer): Promise<Visitor> => {
  const visitor = await Visitor.consenting(url);
  const {status} = await visitor.upload(makePdf());
  if (status !== 201) throw new Error(`The upload before the race answered ${status}.`);
  return visitor;
};

const addressOf = ({uuid}: Visitor): string => `${uuid}@example.com`;

/** What is left of somebody: the state, whether there is a session, stored rows, objects. */
const leftOf = async ({sql, objects}: TestServer, {uuid}: Visitor) => {
  const [row] = await sql<{state: string; sessions: number; files: number}[]>`
    select state,
           (select count(*)::int from user_sessions where uuid = ${uuid}) as sessions,
           (select count(*)::int from file_uploads
            where session_uuid = ${uuid} and state <> 'deleting') as files
    from visits where uuid = ${uuid}`;
  const keys = await keysIn(objects);
  return {...row, objects: keys.filter((key) => key.includes(uuid)).length};
};

const forgetMails = async ({sql}: TestServer): Promise<void> => {
  await sql`delete from mail_counts`;
  await sql`delete from jobs`;
};

const contact = async (visitor: Visitor): Promise<number> =>
  (await visitor.contact(addressOf(visitor))).status;

interface Race {
  name: string;
  /** Answers what the contact was told. */
  play: (arena: Arena, visitor: Visitor, reap: () => Promise<unknown>) => Promise<number>;
  /** What it must be told, where that is forced. */
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

t.test('contact against cleanup: one of the two wins', {timeout: 0}, async (t) => {
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
    // A whole run and what a leaving visitor prompts must be equally careful.
    const told = await play(parts, visitor, () => (round % 4 < 2 ? reaper.prompt() : reaper.run()));

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

/** Both wait for the visit, in this order, and then go. */
const oneAfterTheOther = async <A, B>(
  {locks}: Arena,
  {uuid}: Visitor,
  first: () => Promise<A>,
  second: () => Promise<B>,
): Promise<[A, B]> => {
  const held = await locks.holdVisit(uuid);
  const one = first();
  await held.untilWaiting(1, THE_VISIT);
  const other = second();
  await held.untilWaiting(2, THE_VISIT);
  await held.release();
  return Promise.all([one, other]);
};

const NOTHING_BUT_A_STONE = {sessions: 0, files: 0, objects: 0};

t.test('pairs that want one visit', {timeout: 0}, async (t) => {
  const parts = await arena(t);
  const {servers, reaperOf} = parts;
  const swept = async (visitor: Visitor) => {
    await reaperOf(servers[0]).run();
    await reaperOf(servers[1]).run();
    return leftOf(servers[0], visitor);
  };
  const erase = async (visitor: Visitor) => (await visitor.call('DELETE', '/api/session')).status;

  await t.test('contact and discard: nothing is left in either order', async (t) => {
    for (let round = 0; round < OTHER_ROUNDS; round++) {
      const [one, other] = inTurn(parts, round);
      await forgetMails(one);
      const visitor = await withFile(one);
      const give = () => contact(visitor);
      const discard = () => erase(visitor.at(other.url));

      if (round % 4 < 2) {
        t.same(await oneAfterTheOther(parts, visitor, give, discard), [202, 204]);
        t.same(await swept(visitor), {...NOTHING_BUT_A_STONE, state: 'erased'});
      } else {
        t.same(await oneAfterTheOther(parts, visitor, discard, give), [204, 410]);
        t.same(await swept(visitor), {...NOTHING_BUT_A_STONE, state: 'gone'});
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

  await t.test('an upload’s end and a refusal: no file in either order', async (t) => {
    for (let round = 0; round < OTHER_ROUNDS; round++) {
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
      t.same(await swept(visitor), {...NOTHING_BUT_A_STONE, state: 'open'});
    }
  });

  await t.test('an upload’s end and an erasure: nothing is left in either order', async (t) => {
    for (let round = 0; round < OTHER_ROUNDS; round++) {
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
      t.same(await swept(visitor), {...NOTHING_BUT_A_STONE, state: 'erased'});
    }
  });
});

t.test('the link of a session', {timeout: 0}, async (t) => {
  const parts = await arena(t);
  const [server] = parts.servers;
  const links = new ConfirmationLinks(server.config.secrets, '');

  const press = async ({url}: TestServer, {uuid}: Visitor): Promise<number> => {
    const [row] = await server.sql<{id: string; keyId: string}[]>`
      select id, key_id as "keyId" from email_verifications where session_uuid = ${uuid}`;
    return (await request(url, 'POST', links.url(row?.id ?? '', row?.keyId ?? ''))).status;
  };
  const pending = async (at: TestServer): Promise<Visitor> => {
    await forgetMails(at);
    const visitor = await withFile(at);
    await contact(visitor);
    return visitor;
  };
  const fateOf = async ({uuid}: Visitor) => {
    const [row] = await server.sql`
      select verified, archived_at is not null as archived,
             (select count(*)::int from audit_logs
              where user_uuid = ${uuid} and event_type = 'email_verified') as confirmed,
             (select count from funnel_daily where counter = 'completed')::int as completed
      from user_sessions where uuid = ${uuid}`;
    return row;
  };

  await t.test('pressed twice confirms once', async (t) => {
    for (let round = 0; round < OTHER_ROUNDS; round++) {
      const [one, other] = inTurn(parts, round);
      const visitor = await pending(one);
      const pressed = oneAfterTheOther(
        parts,
        visitor,
        () => press(one, visitor),
        () => press(other, visitor),
      );

      t.same(await pressed, [200, 200]);
      t.match(await fateOf(visitor), {verified: true, confirmed: 1, completed: round + 1});
    }
  });

  await t.test('pressed while the session is archived: one of the two', async (t) => {
    for (let round = 0; round < OTHER_ROUNDS; round++) {
      const [one, other] = inTurn(parts, round);
      const visitor = await pending(one);
      await server.sql`
        update user_sessions set created_at = now() - interval '31 days'
        where uuid = ${visitor.uuid}`;
      const archive = () => retireSessions(other.sql, other.config.retention);
      const isFirst = round % 4 < 2;
      const held = await parts.locks.holdTable(isFirst ? 'email_verifications' : 'audit_logs');
      const archiving = isFirst ? undefined : archive();
      if (archiving) await held.untilWaiting(1, 'insert into audit_logs');
      const pressing = press(one, visitor);
      if (isFirst) {
        await held.untilWaiting(1, 'update email_verifications');
        await archive();
      } else await held.untilWaiting(1, 'for update');
      await held.release();
      await archiving;

      t.equal(await pressing, isFirst ? 200 : 404);
      t.match(await fateOf(visitor), {verified: isFirst, archived: !isFirst});
    }
  });

  await t.test('pressed in the moment in which it expires is one that has expired', async (t) => {
    const visitor = await pending(server);
    const held = await parts.locks.hold(
      (sql) => sql`
        update email_verifications set expires_at = now() - interval '1 second', voided_at = now()
        where session_uuid = ${visitor.uuid}`,
    );
    const pressing = press(server, visitor);
    await held.untilWaiting(1, 'email_verifications');
    await held.commit();

    t.equal(await pressing, 410);
    t.match(await fateOf(visitor), {verified: false, confirmed: 0});
  });
});
