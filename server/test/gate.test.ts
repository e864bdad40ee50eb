import t from 'tap';

import {ConcurrencyLimit} from '../http/concurrency-limit.js';

const LIMITS = {perSession: 2, perAddress: 3, total: 4};
const gate = () => new ConcurrencyLimit(LIMITS, 'Too many at once.');
const isShut = (one: ConcurrencyLimit, uuid: string, client: string): boolean => {
  try {
    one.acquire(uuid, client)();
    return false;
  } catch (error) {
    return (error as {code?: string}).code === 'busy';
  }
};

t.test('a session, an IP address and the server have limits', async (t) => {
  const one = gate();
  one.acquire('a', 'x');
  t.notOk(isShut(one, 'a', 'x'));
  one.acquire('a', 'x');
  t.ok(isShut(one, 'a', 'y'), 'of a session');
  one.acquire('b', 'x');
  t.ok(isShut(one, 'c', 'x'), 'of an IP address');
  t.notOk(isShut(one, 'c', 'y'));
  one.acquire('c', 'y');
  t.ok(isShut(one, 'd', 'z'), 'of all');
  t.equal(one.total, LIMITS.total);
});

t.test('the limit that was reached is counted, the narrowest first', (t) => {
  const refused: string[] = [];
  const one = new ConcurrencyLimit(LIMITS, 'Too many at once.', (limit) => refused.push(limit));
  one.acquire('a', 'x');
  one.acquire('a', 'x');
  isShut(one, 'a', 'y');
  one.acquire('b', 'x');
  isShut(one, 'a', 'x');
  isShut(one, 'c', 'x');
  one.acquire('c', 'y');
  isShut(one, 'd', 'z');
  t.same(refused, ['session', 'session', 'address', 'total']);
  t.end();
});

t.test('a refusal uses no slot', async (t) => {
  const one = gate();
  const leave = [one.acquire('a', 'x'), one.acquire('a', 'x')];

  for (let i = 0; i < 5; i++) t.ok(isShut(one, 'a', 'y'));
  for (const each of leave) each();

  t.equal(one.total, 0);
  t.notOk(isShut(one, 'a', 'y'));
});

t.test('a slot that is released twice counts once', async (t) => {
  const one = gate();
  const leave = one.acquire('a', 'x');
  one.acquire('a', 'x');

  leave();
  leave();

  t.equal(one.total, 1);
  one.acquire('a', 'x');
  t.ok(isShut(one, 'a', 'x'));
});
