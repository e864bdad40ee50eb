import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import type {Role} from '../contract/owner.js';
import type {Funnel} from '../contract/owner-funnel.js';
import {MAX_FUNNEL_DAYS} from '../contract/owner-funnel.js';
import {DAY_MS} from '../units.js';
import {getConfirmationLink} from './mailbox.js';
import {OwnerClient} from './owner-client.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const FUNNEL = '/api/owner/sites/demo/funnel';

const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

t.test('the funnel of a site', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const read = async (query = '', client = owner) =>
    (await client.call<Funnel>('GET', `${FUNNEL}${query}`)).body;
  const bars = ({steps}: Pick<Funnel, 'steps'>) =>
    steps.map(({counter, reached, left}) => [counter, reached, left]);

  await t.test('has a bar of 0 for each step before the first visit', async (t) => {
    const {steps} = await read();

    t.same(
      steps.map(({counter, type}) => [counter, type]),
      [
        ['opened', 'opened'],
        ['step_name', 'ask'],
        ['step_consent_personal_data', 'consent'],
        ['step_consent_ai_training', 'consent'],
        ['step_files', 'upload'],
        ['step_email', 'ask'],
        ['step_verify', 'verify_email'],
        ['completed', 'completed'],
      ],
    );
    t.ok(steps.every(({reached, left_share: share}) => reached === 0 && share === null));
  });

  await t.test('counts visits that were really made', async (t) => {
    const visitors = await Promise.all(
      Array.from({length: 5}, () => Visitor.consenting(server.url)),
    );
    const reach = async (count: number, step: string) => {
      for (const visitor of visitors.slice(0, count))
        await visitor.call('POST', '/api/session/progress', {json: {step}});
    };
    await reach(4, 'name');
    await reach(3, 'consent_personal_data');
    // The widget does not report steps that are answered already.
    await reach(2, 'files');
    const [first, second] = visitors as [Visitor, Visitor];
    await reach(1, 'email');
    await first.contact('zora@example.com');
    await fetch(getConfirmationLink(await server.mailbox.waitFor('zora@example.com')), {
      method: 'POST',
    });
    await second.call('DELETE', '/api/session');
    await until(async () => (await read()).steps[0]?.reached === 5);

    const funnel = await read();
    t.same(bars(funnel), [
      ['opened', 5, 1],
      ['step_name', 4, 1],
      ['step_consent_personal_data', 3, 1],
      ['step_consent_ai_training', 2, 0],
      ['step_files', 2, 1],
      ['step_email', 1, 0],
      ['step_verify', 1, 0],
      ['completed', 1, null],
    ]);
    t.same(
      funnel.steps.map(({left_share: share}) => share),
      [1 / 5, 1 / 4, 1 / 3, 0, 1 / 2, 0, 0, null],
    );
    t.same(funnel.totals, {
      asked: 0,
      started: 4,
      uploaded: 0,
      contact_given: 1,
      abandoned: 1,
    });
  });

  await t.test('has each day of the period, and the period before', async (t) => {
    const today = Date.now();
    await server.sql`
      insert into funnel_daily (site_key, day, counter, count)
      values ('demo', ${toDay(today - 3 * DAY_MS)}::date, 'opened', 7),
             ('demo', ${toDay(today - 3 * DAY_MS)}::date, 'step_name', 6),
             ('demo', ${toDay(today - 3 * DAY_MS)}::date, 'passed_opened', 6),
             ('questions', ${toDay(today)}::date, 'opened', 100)`;
    const [from, to] = [toDay(today - 2 * DAY_MS), toDay(today)];
    const funnel = await read(`?from=${from}&to=${to}`);

    t.equal(funnel.steps[0]?.reached, 5);
    t.same(
      funnel.days.map(({day, counts}) => [day, counts['opened'] ?? 0]),
      [
        [from, 0],
        [toDay(today - DAY_MS), 0],
        [to, 5],
      ],
    );
    t.match(funnel.before, {from: toDay(today - 5 * DAY_MS), to: toDay(today - 3 * DAY_MS)});
    t.same(bars(funnel.before).slice(0, 3), [
      ['opened', 7, 1],
      ['step_name', 6, 6],
      ['step_consent_personal_data', 0, 0],
    ]);
  });

  await t.test('keeps the counters of steps that were deleted', async (t) => {
    await server.sql`
      insert into funnel_daily (site_key, day, counter, count)
      values ('demo', (now() at time zone 'utc')::date, 'step_old', 9)`;

    t.match((await read()).steps.at(-1), {
      ...{counter: 'step_old', step: 'old', type: 'deleted', reached: 9},
      ...{left: null, left_share: null},
    });
  });

  await t.test('is for every role', async (t) => {
    for (const role of ['agent', 'observer'] as Role[]) {
      const client = await OwnerClient.create(server, {roles: {demo: role}});
      t.equal((await read('', client)).steps[0]?.reached, 12);
    }
  });

  const year = (days: number) => `?from=${toDay(Date.now() - (days - 1) * DAY_MS)}`;
  await t.test('has at most a year', async (t) => {
    t.equal((await read(year(MAX_FUNNEL_DAYS))).days.length, MAX_FUNNEL_DAYS);
    t.match(await owner.call('GET', `${FUNNEL}${year(MAX_FUNNEL_DAYS + 1)}`), {status: 400});
  });

  await t.test('can be at both ends of the calendar', async (t) => {
    for (const day of ['1970-01-01', '9999-12-31'])
      t.equal((await read(`?from=${day}&to=${day}`)).days.length, 1);
  });

  for (const query of [
    '?from=2026-11-21&to=2026-11-20',
    '?from=yesterday',
    '?to=2026-02-30',
    '?from=-1',
    '?to=99999-01-01',
    '?from=0001-01-01&to=0001-01-02',
    '?to=0000-01-01',
    '?from=1969-12-31&to=1970-01-01',
    "?from=2026-01-01'",
  ])
    await t.test(`refuses the period ${query}`, async (t) => {
      const {status, body} = await owner.call<ErrorBody>('GET', `${FUNNEL}${query}`);

      t.same([status, body.code], [400, 'invalid_request']);
      t.ok(body.faults?.length);
    });
});
