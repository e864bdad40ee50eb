import t from 'tap';
import {v4} from 'uuid';

import {generateUuid, validateUuid} from './session-helpers.js';
import {startServer} from './start-server.js';
import {until} from './until.js';

void t.test('the limit of ten requests a minute for each IP address', async (t) => {
  const settings = {RATE_LIMIT_PER_MINUTE: '10', TRUST_PROXY: '127.0.0.1'};
  const server = await startServer(t, {settings});
  const twin = await startServer(t, {beside: server, settings});
  const from = (address: string) => ({'x-forwarded-for': address});

  await t.test('accepts ten requests and rejects the eleventh at either server', async (t) => {
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) {
      const url = i % 2 === 0 ? server.url : twin.url;
      const {status, headers} = await generateUuid(url, {}, from('203.0.113.7'));
      statuses.push(status);
      t.equal(headers.get('ratelimit-limit'), '10');
      t.equal(headers.get('ratelimit-remaining'), String(9 - i));
      t.ok(Number(headers.get('ratelimit-reset')) > 0);
    }
    t.same(statuses, Array(10).fill(200));

    for (const {url} of [server, twin]) {
      const {status, headers, body} = await generateUuid(url, {}, from('203.0.113.7'));
      t.equal(status, 429);
      t.match(body, {status: 'rate_limited', code: 'rate_limited', uuid: null});
      const seconds = Number(headers.get('retry-after'));
      t.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${seconds}`);
      t.equal(headers.get('ratelimit-remaining'), '0');
      t.equal(headers.get('access-control-allow-origin'), '*');
    }
  });

  await t.test('counts the two calls separately', async (t) => {
    t.equal(
      (await validateUuid(server.url, {uuid: v4()}, undefined, from('203.0.113.7'))).status,
      200,
    );
  });

  await t.test('does not affect another IP address', async (t) => {
    t.equal((await generateUuid(server.url, {}, from('203.0.113.8'))).status, 200);
  });

  await t.test('counts one IPv6 /64 as one client, and the next /64 as another', async (t) => {
    for (let i = 1; i <= 10; i++) {
      t.equal((await generateUuid(server.url, {}, from(`2001:db8:0:1::${i}`))).status, 200);
    }
    t.equal((await generateUuid(server.url, {}, from('2001:db8:0:1:ffff::1'))).status, 429);
    t.equal((await generateUuid(server.url, {}, from('2001:db8:0:2::1'))).status, 200);
  });

  await t.test('audits violations once a minute for each IP address', async (t) => {
    const audited = () => server.sql`
      select from audit_logs where event_type = 'rate_limit_exceeded'
      and ip_address = '203.0.113.9'`;
    for (let i = 0; i < 13; i++) await generateUuid(server.url, {}, from('203.0.113.9'));
    await until(async () => (await audited()).length > 0);
    t.equal((await audited()).length, 1);
  });

  await t.test('alerts the operator after the tenth violation in an hour', async (t) => {
    const getAlerts = () => server.sql`select from alerts where cause = 'rate_limit'`;
    for (let i = 0; i < 19; i++) await generateUuid(server.url, {}, from('203.0.113.10'));
    t.equal((await getAlerts()).length, 0);
    await generateUuid(server.url, {}, from('203.0.113.10'));
    await until(async () => (await getAlerts()).length === 1);
  });

  await t.test('ends with its window', async (t) => {
    await server.sql`update rate_limits set resets_at = now() - interval '1 second'`;
    t.equal((await generateUuid(server.url, {}, from('203.0.113.7'))).status, 200);
  });

  await t.test('ignores a client’s forwarded IP address without TRUST_PROXY', async (t) => {
    const own = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '10'}});
    for (let i = 0; i < 10; i++) await generateUuid(own.url, {}, from(`203.0.113.${i}`));
    t.equal((await generateUuid(own.url, {}, from('203.0.113.99'))).status, 429);
  });

  await t.test('stores no IP address in its counters', async (t) => {
    const rows = await server.sql<{key: string}[]>`select key from rate_limits`;
    t.ok(rows.length > 0);
    t.notMatch(rows.map(({key}) => key).join(), /203\.0\.113|2001:db8/);
  });
});
