import t from 'tap';

import {
  getClientIp,
  clientRateLimitKey,
  createProxyTest,
  anonymizeIp,
} from '../http/client-address.js';
import {getAuditRows, generateUuid} from './session-helpers.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('an IP address is normalised before it is stored', (t) => {
  const cases: [string | undefined, string | null, string | null][] = [
    ['203.0.113.77', '203.0.113.77', '203.0.113.0'],
    ['::ffff:203.0.113.77', '203.0.113.77', '203.0.113.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['fe80::1%eth0', 'fe80::1', 'fe80::'],
    ['nonsense', null, null],
    ['', null, null],
    [undefined, null, null],
  ];
  for (const [given, full, truncated] of cases) {
    t.equal(anonymizeIp(given, 'full'), full);
    t.equal(anonymizeIp(given, 'truncated'), truncated);
    t.equal(anonymizeIp(given, 'none'), null);
  }
  t.end();
});

/**
 * Entries of X-Forwarded-For as proxies write them. Null means no IP address, so that the proxy's
 * own counts.
 */
const ENTRIES: [string, string | null][] = [
  ['203.0.113.5', '203.0.113.5'],
  ['203.0.113.5:51234', '203.0.113.5'],
  ['203.0.113.5:_port', '203.0.113.5'],
  ['"203.0.113.5:51234"', '203.0.113.5'],
  ['::ffff:203.0.113.5', '203.0.113.5'],
  ['[::ffff:203.0.113.5]:443', '203.0.113.5'],
  ['2001:db8::1', '2001:db8::1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['"[2001:db8::1]:443"', '2001:db8::1'],
  ['2001:db8:1:2:3:4:5:6:443', '2001:db8:1:2:3:4:5:6'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%25eth0]:443', 'fe80::1'],
  ['unknown', null],
  ['unknown:51234', null],
  ['_hidden', null],
  ['""', null],
  ['10', null],
  ['0x7f000001', null],
  ['203.0.113.256', null],
  ['203.0.113.5, ', '203.0.113.5'],
  ['[nonsense]:443', null],
  ['[]', null],
  [':51234', null],
];

void t.test('a client behind a proxy', async (t) => {
  const server = await startServer(t, {settings: {TRUST_PROXY: '127.0.0.1,10.0.0.0/8,fd00::/8'}});
  const getAddressBehind = async (forwarded: string) => {
    const {body} = await generateUuid(server.url, {}, {'x-forwarded-for': forwarded});
    const [row] = await getAuditRows(server, body.uuid, 'uuid_generated');
    return row?.ip;
  };

  for (const [entry, expected] of ENTRIES) {
    await t.test(`X-Forwarded-For: ${entry}`, async (t) => {
      t.equal(await getAddressBehind(entry), expected ?? '127.0.0.1');
    });
  }

  await t.test('is found behind several proxies, whatever they add to the header', async (t) => {
    t.equal(await getAddressBehind('203.0.113.5:1, 10.0.0.7:2222'), '203.0.113.5');
    t.equal(await getAddressBehind('203.0.113.5, [fd00::7]:2222, 10.0.0.8'), '203.0.113.5');
    t.equal(
      await getAddressBehind('198.51.100.1, 203.0.113.5:1, 10.0.0.7'),
      '203.0.113.5',
      'forged',
    );
    t.equal(await getAddressBehind('203.0.113.5, unknown, 10.0.0.7'), '10.0.0.7');
  });
});

void t.test('a new port is not a new client', async (t) => {
  const settings = {
    TRUST_PROXY: '127.0.0.1',
    RATE_LIMIT_PER_MINUTE: '10',
    MAX_UPLOADS_PER_ADDRESS: '1',
    MAX_STREAMS_PER_ADDRESS: '1',
  };
  const server = await startServer(t, {settings});

  await t.test('for the rate limits', async (t) => {
    const statuses: number[] = [];
    for (let port = 50_000; port < 50_012; port++) {
      const headers = {'x-forwarded-for': `203.0.113.5:${port}`};
      statuses.push((await generateUuid(server.url, {}, headers)).status);
    }
    t.same(statuses, [...Array<number>(10).fill(200), 429, 429]);
    for (let port = 5_000; port < 5_010; port++) {
      await generateUuid(server.url, {}, {'x-forwarded-for': `[2001:db8::${port}]:${port}`});
    }
    const other = {'x-forwarded-for': '[2001:db8::1]:443'};
    t.equal((await generateUuid(server.url, {}, other)).status, 429, 'nor is another of one /64');
  });

  await t.test('for the limits of streams', async (t) => {
    const visitors = [await Visitor.arrive(server.url), await Visitor.arrive(server.url)];
    const open = new AbortController();
    t.teardown(() => {
      open.abort();
    });
    const statuses: number[] = [];
    for (const [i, visitor] of visitors.entries()) {
      const {status} = await fetch(`${server.url}/api/events`, {
        headers: {...visitor.credentials, 'x-forwarded-for': `203.0.113.9:${i + 1}`},
        signal: open.signal,
      });
      statuses.push(status);
    }
    t.same(statuses, [200, 503]);
  });
});

void t.test('a client network is an IPv4 address or an IPv6 /64', (t) => {
  const network = (ip: string) => clientRateLimitKey({ip});
  t.equal(network('203.0.113.77'), '203.0.113.77');
  t.equal(network('::ffff:203.0.113.77'), '203.0.113.77');
  t.equal(network('2001:db8:1:2::1'), network('2001:db8:1:2:ffff::1'));
  t.not(network('2001:db8:1:2::1'), network('2001:db8:1:3::1'));
  t.end();
});

void t.test('a connection that was reset has no IP address', (t) => {
  const gone = {ip: undefined as unknown as string};
  t.equal(getClientIp(gone), undefined);
  t.equal(typeof clientRateLimitKey(gone), 'string');
  t.end();
});

void t.test('proxies are configured by IP address or CIDR, in either form of IPv4', (t) => {
  const isProxy = createProxyTest(['::ffff:10.0.0.1', '192.0.2.0/24', 'fd00::/8', 'fe80::1%eth0']);
  for (const ip of ['10.0.0.1', '[::ffff:10.0.0.1]:1', '192.0.2.9', 'fd12::1', 'fe80::1%eth1']) {
    t.ok(isProxy(ip), ip);
  }
  for (const ip of ['10.0.0.2', '192.0.3.1', 'fe80::2', 'unknown', '']) t.notOk(isProxy(ip), ip);
  t.end();
});
