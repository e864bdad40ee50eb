import t from 'tap';

import {clientNetwork, storedAddress} from '../audit/address.js';

void t.test('an address as it may be stored', (t) => {
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
    t.equal(storedAddress(given, 'full'), full);
    t.equal(storedAddress(given, 'truncated'), truncated);
    t.equal(storedAddress(given, 'none'), null);
  }
  t.end();
});

void t.test('one client is an IPv4 address or an IPv6 /64', (t) => {
  t.equal(clientNetwork('203.0.113.77'), '203.0.113.77');
  t.equal(clientNetwork('::ffff:203.0.113.77'), '203.0.113.77');
  t.equal(clientNetwork('2001:db8:1:2::1'), clientNetwork('2001:db8:1:2:ffff::1'));
  t.not(clientNetwork('2001:db8:1:2::1'), clientNetwork('2001:db8:1:3::1'));
  t.equal(clientNetwork('nonsense'), 'nonsense');
  t.end();
});
