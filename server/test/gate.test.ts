import t from 'tap';

import {ConcurrencyLimit} from '../http/concurrency-limit.js';

const LIMITS = {perSession: 2, perClient: 3, total: 4};
const gate = () => new ConcurrencyLimit(LIMITS, 'Too many at once.');
const isShut = (concurrencyLimit: ConcurrencyLimit, uuid: string, client: string): boolean => {
  try {
    concurrencyLimit.acquire(uuid, client)();
    return false;
  } catch (error) {
    return (error as {code?: string}).code === 'busy';
  }
};

t.test('a session, an IP address and the server have limits', async (t) => {
  const concurrencyLimit = gate();
  concurrencyLimit.acquire('a', 'x');
  t.notOk(isShut(concurrencyLimit, 'a', 'x'));
  concurrencyLimit.acquire('a', 'x');
  t.ok(isShut(concurrencyLimit, 'a', 'y'), 'of a session');
  concurrencyLimit.acquire('b', 'x');
  t.ok(isShut(concurrencyLimit, 'c', 'x'), 'of an IP address');
  t.notOk(isShut(concurrencyLimit, 'c', 'y'));
  concurrencyLimit.acquire('c', 'y');
  t.ok(isShut(concurrencyLimit, 'd', 'z'), 'of all');
  t.equal(concurrencyLimit.total, LIMITS.total);
});

t.test('the limit that was reached is counted, the narrowest first', (t) => {
  const refused: string[] = [];
  const concurrencyLimit = new ConcurrencyLimit(LIMITS, 'Too many at once.', (limit) =>
    refused.push(limit),
  );
  concurrencyLimit.acquire('a', 'x');
  concurrencyLimit.acquire('a', 'x');
  isShut(concurrencyLimit, 'a', 'y');
  concurrencyLimit.acquire('b', 'x');
  isShut(concurrencyLimit, 'a', 'x');
  isShut(concurrencyLimit, 'c', 'x');
  concurrencyLimit.acquire('c', 'y');
  isShut(concurrencyLimit, 'd', 'z');
  t.same(refused, ['session', 'session', 'address', 'total']);
  t.end();
});

t.test('a refusal uses no slot', async (t) => {
  const concurrencyLimit = gate();
  const leave = [concurrencyLimit.acquire('a', 'x'), concurrencyLimit.acquire('a', 'x')];

  for (let i = 0; i < 5; i++) t.ok(isShut(concurrencyLimit, 'a', 'y'));
  for (const each of leave) each();

  t.equal(concurrencyLimit.total, 0);
  t.notOk(isShut(concurrencyLimit, 'a', 'y'));
});

t.test('a slot that is released twice counts once', async (t) => {
  const concurrencyLimit = gate();
  const leave = concurrencyLimit.acquire('a', 'x');
  concurrencyLimit.acquire('a', 'x');

  leave();
  leave();

  t.equal(concurrencyLimit.total, 1);
  concurrencyLimit.acquire('a', 'x');
  t.ok(isShut(concurrencyLimit, 'a', 'x'));
});
