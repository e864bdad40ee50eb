import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {getAuditRows} from './session-helpers.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('progress of a conversation', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.arrive(server.url);
  const reach = (step: unknown) =>
    visitor.call<ErrorBody>('POST', '/api/session/progress', {json: {step}});
  const furthest = async () => {
    const [row] = await server.sql<{furthest_step: string | null}[]>`
      select furthest_step from visits where uuid = ${visitor.uuid}`;
    return row?.furthest_step;
  };

  await t.test('an unknown step is rejected and creates no row', async (t) => {
    for (const step of ['nowhere', '', 'Name', 7, null]) {
      const {status, body} = await reach(step);
      t.same([status, body.code], [400, 'invalid_request']);
      t.match(body.faults, [{path: '/step'}]);
    }
    t.equal(await furthest(), undefined);
  });

  await t.test('a known step is stored, and audited once', async (t) => {
    for (const step of ['welcome', 'name', 'name', 'files', 'name']) {
      t.equal((await reach(step)).status, 204);
    }
    t.equal(await furthest(), 'files');
    const steps = (await getAuditRows(server, visitor.uuid, 'step_reached')).map(
      ({metadata}) => metadata['step'],
    );
    t.same(steps, ['welcome', 'name', 'files']);
    const [row] = await server.sql<{count: number}[]>`
      select count::int from funnel_daily where counter = 'step_name'`;
    t.equal(row?.count, 1);
  });

  await t.test('eight concurrent calls count as one step', async (t) => {
    const other = await Visitor.arrive(server.url);
    await Promise.all(
      Array.from({length: 8}, () =>
        other.call('POST', '/api/session/progress', {json: {step: 'welcome'}}),
      ),
    );
    t.equal((await getAuditRows(server, other.uuid, 'step_reached')).length, 1);
  });
});
