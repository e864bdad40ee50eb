import t from 'tap';

import {CallFailed} from '../outbound/call-failed.js';
import {CircuitBreakers} from '../responders/circuit.js';

const LIMITS = {failures: 3, withinMs: 1_000, openMs: 5_000};

/** Creates circuit breakers with a clock that only the test moves. */
const onClock = () => {
  let nowMs = 1_000_000;
  const circuits = new CircuitBreakers(LIMITS, () => nowMs);
  const isOpen = (name = 'bot'): boolean => {
    try {
      circuits.requireClosed(name);
      return false;
    } catch (error) {
      return (error as CallFailed).code === 'circuit_open';
    }
  };
  const fail = (count: number, error?: CallFailed) => {
    for (let i = 0; i < count; i++) circuits.recordFailure('bot', error);
  };
  return {circuits, isOpen, fail, pass: (ms: number) => (nowMs += ms)};
};

t.test(
  'a circuit breaker opens after the configured failures, for one responder only',
  async (t) => {
    const {isOpen, fail} = onClock();

    fail(LIMITS.failures - 1);
    t.notOk(isOpen());
    fail(1);

    t.ok(isOpen());
    t.notOk(isOpen('another'));
  },
);

t.test('old failures do not count', async (t) => {
  const {isOpen, fail, pass} = onClock();

  fail(LIMITS.failures - 1);
  pass(LIMITS.withinMs);
  fail(1);

  t.notOk(isOpen());
});

t.test(
  'after a pause one request is let through, and the others wait for its result',
  async (t) => {
    const {circuits, isOpen, fail, pass} = onClock();
    fail(LIMITS.failures);

    pass(LIMITS.openMs - 1);
    t.ok(isOpen());
    pass(1);
    t.notOk(isOpen(), 'one request is let through');
    t.ok(isOpen(), 'another request is refused');

    circuits.recordSuccess('bot');
    t.notOk(isOpen());
    t.notOk(isOpen());
    fail(LIMITS.failures - 1);
    t.notOk(isOpen(), 'earlier failures do not count');
  },
);

t.test('a trial request without a result does not keep the circuit open for ever', async (t) => {
  const {isOpen, fail, pass} = onClock();
  fail(LIMITS.failures);
  pass(LIMITS.openMs);
  t.notOk(isOpen(), 'the trial request is let through, and its visitor stops it');

  pass(LIMITS.openMs);

  t.notOk(isOpen());
});

t.test('the refusal of a single question is no failure of the responder', async (t) => {
  const {isOpen, fail} = onClock();
  const refused = (status: number) => new CallFailed('http_error', {status});

  for (const status of [400, 413, 422]) fail(LIMITS.failures, refused(status));
  t.notOk(isOpen());
  fail(LIMITS.failures, refused(500));

  t.ok(isOpen());
});
