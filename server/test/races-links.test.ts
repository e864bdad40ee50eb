import t from 'tap';

import {applyRetention} from '../cleanup/retention.js';
import {ConfirmationLinks} from '../mail/links.js';
import {
  PAIR_ROUNDS,
  startRaceServers,
  submitContact,
  deleteMails,
  getServersOfRound,
  runInOrder,
  createVisitorWithFile,
} from './race-servers.js';
import type {TestServer} from './start-server.js';
import {request} from './visitor.js';
import type {Visitor} from './visitor.js';

t.test('the confirmation link of a session', {timeout: 0}, async (t) => {
  const parts = await startRaceServers(t);
  const [server] = parts.servers;
  const links = new ConfirmationLinks(server.config.secrets, '');

  const press = async ({url}: TestServer, {uuid}: Visitor): Promise<number> => {
    const [row] = await server.sql<{id: string; keyId: string}[]>`
      select id, key_id as "keyId" from email_verifications where session_uuid = ${uuid}`;
    return (await request(url, 'POST', links.createUrl(row?.id ?? '', row?.keyId ?? ''))).status;
  };
  const pending = async (at: TestServer): Promise<Visitor> => {
    await deleteMails(at);
    const visitor = await createVisitorWithFile(at);
    await submitContact(visitor);
    return visitor;
  };
  const getFate = async ({uuid}: Visitor) => {
    const [row] = await server.sql`
      select verified, archived_at is not null as archived,
             (select count(*)::int from audit_logs
              where user_uuid = ${uuid} and event_type = 'email_verified') as confirmed,
             (select count from funnel_daily where counter = 'completed')::int as completed
      from user_sessions where uuid = ${uuid}`;
    return row;
  };

  await t.test('confirms once if it is used twice', async (t) => {
    for (let round = 0; round < PAIR_ROUNDS; round++) {
      const [one, other] = getServersOfRound(parts, round);
      const visitor = await pending(one);
      const pressed = runInOrder(
        parts,
        visitor,
        () => press(one, visitor),
        () => press(other, visitor),
      );

      t.same(await pressed, [200, 200]);
      t.match(await getFate(visitor), {verified: true, confirmed: 1, completed: round + 1});
    }
  });

  await t.test('either confirms a session or fails because the session was archived', async (t) => {
    for (let round = 0; round < PAIR_ROUNDS; round++) {
      const [one, other] = getServersOfRound(parts, round);
      const visitor = await pending(one);
      await server.sql`
        update user_sessions set created_at = now() - interval '31 days'
        where uuid = ${visitor.uuid}`;
      const archive = () => applyRetention(other.sql, other.config.retention);
      const isFirst = round % 4 < 2;
      const held = await parts.locks.holdTable(isFirst ? 'email_verifications' : 'audit_logs');
      const archiving = isFirst ? undefined : archive();
      if (archiving) await held.untilWaiting(1, 'insert into audit_logs');
      const pressing = press(one, visitor);
      if (isFirst) {
        await held.untilWaiting(1, 'update email_verifications set used_at');
        await archive();
      } else await held.untilWaiting(1, 'for update');
      await held.release();
      await archiving;

      t.equal(await pressing, isFirst ? 200 : 410);
      t.match(await getFate(visitor), {verified: isFirst, archived: !isFirst});
    }
  });

  await t.test('counts as expired if it is used while it expires', async (t) => {
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
    t.match(await getFate(visitor), {verified: false, confirmed: 0});
  });
});
