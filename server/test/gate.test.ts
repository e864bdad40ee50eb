import t from 'tap';

import {Gate} from '../http/concurrency-limit.js';

const LIMITS = {perSession: 2, perAddress: 3, total: 4};
const gate = () => new Gate(LIMITS, 'Too many at once.');
const isShut = (one: Gate, uuid: string, client: string): boolean => {
  try {
    one.enter(uuid, client)();
    return false;
  } catch (error) {
    return (error as {code?: string}).code === 'busy';
  }
};

t.test('a session, an address and all together have so many places and no more', async (t) => {
  const one = gate();
  one.enter('a', 'x');
  t.notOk(isShut(one, 'a', 'x'));
  one.enter('a', 'x');
  t.ok(isShut(one, 'a', 'y'), 'of a session');
  one.enter('b', 'x');
  t.ok(isShut(one, 'c', 'x'), 'of an address');
  t.notOk(isShut(one, 'c', 'y'));
  one.enter('c', 'y');
  t.ok(isShut(one, 'd', 'z'), 'of all');
  t.equal(one.total, LIMITS.total);
});

t.test('the limit that was reached is counted, the narrowest first', (t) => {
  const refused: string[] = [];
  const one = new Gate(LIMITS, 'Too many at once.', (limit) => refused.push(limit));
  one.enter('a', 'x');
  one.enter('a', 'x');
  isShut(one, 'a', 'y');
  one.enter('b', 'x');
  isShut(one, 'a', 'x');
  isShut(one, 'c', 'x');
  one.enter('c', 'y');
  isShut(one, 'd', 'z');
  t.same(refused, ['session', 'session', 'address', 'total']);
  t.end();
});

t.test('a refusal takes no place anywhere', async (t) => {
  const one = gate();
  const leave = [one.enter('a', 'x'), one.enter('a', 'x')];

  for (let i = 0; i < 5; i++) t.ok(isShut(one, 'a', 'y'));
  for (const each of leave) each();

  t.equal(one.total, 0);
  t.notOk(isShut(one, 'a', 'y'));
});

t.test('who leaves twice gives one place back', async (t) => {
  const one = gate();
  const leave = one.enter('a', 'x');
  one.enter('a', 'x');

  leave();
  leave();

  t.equal(one.total, 1);
  one.enter('a', 'x');
  t.ok(isShut(one, 'a', 'x'));
});
