import {setTimeout as sleep} from 'node:timers/promises';

import type {Sql} from 'postgres';
import type {Test} from 'tap';

import {JOB_LEASE_SECONDS} from '../jobs/queue.js';
import type {Fault} from './fault-proxy.js';
import {Load, summarise} from './load.js';
import type {Mailbox} from './mailbox.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

/** Duration of a failure. `FAULT_MS=10000` is the long run. */
const FAULT_MS = Number(process.env['FAULT_MS'] ?? 6_000);
/** Maximum time of each response and of the recovery. Only `npm run bench` sets it. */
const MAX_RESPONSE_MS = Number(process.env['LATE_MS'] ?? Infinity);
const LOST_LEASE_MS = 4_000;

/** Dependency of a server that can fail on request. */
interface FailingDependency {
  set(fault: Fault): Promise<void>;
}

type Receivers = Pick<Mailbox, 'receivers'>;

/** Database and mailbox that a test reads directly, not through the failing dependency. */
interface DirectAccess {
  sql: Sql;
  mailbox: Receivers;
}

export const isInTime = (ms: number): boolean => ms <= MAX_RESPONSE_MS;

/**
 * Lets a dependency fail under load and recover. Each request must get a clear response during the
 * failure, and all must succeed after it.
 */
export const failUnderLoad = async (
  t: Test,
  server: TestServer,
  part: FailingDependency,
  fault: Fault,
) => {
  const load = await Load.start(server);
  // After a failed assertion, a load that is not stopped would disturb the next tests.
  t.teardown(() => load.stop());
  await sleep(200);
  const from = performance.now();
  await part.set(fault);
  await sleep(FAULT_MS);
  await load.untilResponded();
  const back = performance.now();
  await part.set('pass');
  await until(() => load.allSucceededSince(back));
  const resumedMs = performance.now() - back;
  await load.stop();

  const responses = load.responses.filter(({at, ms}) => at + ms > from);
  const during = responses.filter(({at}) => at < back);
  t.comment(`${summarise(during)}; resumed after ${Math.round(resumedMs)} ms`);
  const late = responses.filter(({ms}) => !isInTime(ms));
  t.same(late, [], 'every request gets a response in time');
  const unclear = responses.filter(
    ({status, body}) => status >= 400 && (status !== 503 || body['status'] !== 'unavailable'),
  );
  t.same(unclear, [], 'each response is a success or a clear 503');
  t.ok(isInTime(resumedMs), 'and work resumes in time');
  return {load, during};
};

/** Asserts that everything acknowledged exists: unchanged files, sessions, and one e-mail each. */
export const assertNothingLost = async (t: Test, {sql, mailbox}: DirectAccess, load: Load) => {
  t.ok(load.stored.length > 0, `${load.stored.length} files, ${load.registered.length} sessions`);
  for (const {visitor, id, bytes} of load.stored) {
    const back = await visitor.download(id);
    if (!back.bytes.equals(bytes)) t.fail(`${id} was returned changed`);
  }
  for (const {visitor, email} of load.registered) {
    const [row] = await sql`select email from user_sessions where uuid = ${visitor.uuid}`;
    if (row?.['email'] !== email) t.fail(`${visitor.uuid} has no session`);
  }
  await waitForEmptyQueue(sql);
  const counts = countMails(mailbox);
  const wrong = load.registered.filter(({email}) => counts.get(email) !== 1);
  t.same(
    wrong.map(({email}) => [email, counts.get(email)]),
    [],
    'one e-mail for each session',
  );
};

export const countMails = ({receivers}: Receivers): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const address of receivers.flat()) counts.set(address, (counts.get(address) ?? 0) + 1);
  return counts;
};

/**
 * Waits until the queue is empty, without the pauses between attempts. Releases each lease that
 * lasts for seconds although the mail server responds: the response to its claim was lost.
 */
export const waitForEmptyQueue = async (sql: Sql) => {
  const lost = performance.now() + LOST_LEASE_MS;
  await until(async () => {
    await sql`update jobs set run_at = now() where run_at > now() and leased_until is null`;
    if (performance.now() > lost) {
      await sql`
        update jobs set leased_until = null
        where leased_until < now() + ${`${JOB_LEASE_SECONDS * 1000 - LOST_LEASE_MS} ms`}::interval`;
    }
    return (await sql`select from jobs`).length === 0;
  });
};
