import {randomUUID} from 'node:crypto';

import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import type {Role} from '../contract/owner.js';
import {createLead} from './lead-helpers.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {callSuccessfully} from './retry-while-busy.js';
import {startServer} from './start-server.js';

type Call = [method: string, path: string, json?: object];

const callsOfLead = (uuid: string): Call[] => [
  ['GET', `/api/owner/leads/${uuid}`],
  ['GET', `/api/owner/leads/${uuid}/messages`],
  ['GET', `/api/owner/leads/${uuid}/consents`],
  ['GET', `/api/owner/leads/${uuid}/trail`],
  ['GET', `/api/owner/leads/${uuid}/export`],
  ['PATCH', `/api/owner/leads/${uuid}`, {status: 'done'}],
  ['PATCH', `/api/owner/leads/${uuid}`, {name: 'Eve', email: 'eve@example.com'}],
  ['POST', `/api/owner/leads/${uuid}/verification`],
  ['DELETE', `/api/owner/leads/${uuid}`],
  ['POST', '/api/owner/leads/bulk', {action: 'done', uuids: [uuid], expect: 1}],
  ['POST', '/api/owner/leads/bulk', {action: 'erase', uuids: [uuid], expect: 1}],
];

const callsOfFile = (id: string): Call[] => [
  ['GET', `/api/owner/files/${id}`],
  ['GET', `/api/owner/files/${id}/text`],
  ['GET', `/api/owner/files/${id}/bytes`],
];

const callsOfSite = (site: string): Call[] => [
  ['GET', `/api/owner/leads?site=${site}`],
  ['POST', '/api/owner/leads/search', {site, q: 'anna'}],
  ['POST', '/api/owner/leads/bulk', {action: 'done', filter: {site}, expect: 1}],
  ['POST', '/api/owner/leads/bulk', {action: 'erase', filter: {site}, expect: 1}],
  ['POST', '/api/owner/exports', {filter: {site}, format: 'csv'}],
];

const describeCall = ([method, path, json]: Call): string =>
  `${method} ${path} ${json ? JSON.stringify(json) : ''}`;

const send = async (client: OwnerClient, [method, path, json]: Call) => {
  const {status, headers, body} = await client.call<ErrorBody>(method, path, {
    ...(json && {json}),
    headers: {'sec-fetch-dest': 'empty'},
  });
  return {status, headers, body};
};

/** Headers that differ between two equal responses. */
const CHANGING = ['x-request-id', 'date', 'ratelimit-remaining', 'ratelimit-reset'];

/** Returns what a client can compare. */
const toComparable = ({status, headers, body}: Awaited<ReturnType<typeof send>>) => ({
  status,
  headers: [...headers].filter(([name]) => !CHANGING.includes(name)),
  body: {...body, request_id: ''},
});

t.test('leads of other sites', async (t) => {
  const server = await startServer(t);
  const foreign = await createLead(server, {
    site: 'workshop',
    name: 'Anna',
    email: 'anna@example.com',
    isConfirmed: true,
    message: 'Hello',
  });
  const {body} = await callSuccessfully(() => foreign.upload(makePdf(), {key: 'file'}));
  const erased = await createLead(server, {site: 'workshop', email: 'gone@example.com'});
  await callSuccessfully(() => erased.call('DELETE', '/api/session'));
  const before = await server.sql`select * from leads`;

  for (const role of ['owner', 'agent', 'observer'] satisfies Role[])
    await t.test(`are unknown to an account with the role ${role}`, async (t) => {
      const client = await OwnerClient.create(server, {roles: {demo: role}});
      const pairs: [Call[], Call[]][] = [
        [callsOfLead(foreign.uuid), callsOfLead(randomUUID())],
        [callsOfLead(foreign.uuid.toUpperCase()), callsOfLead(randomUUID())],
        [callsOfLead(erased.uuid), callsOfLead(randomUUID())],
        [callsOfFile(body.file.id), callsOfFile(randomUUID())],
        [callsOfSite('workshop'), callsOfSite('no-such-site')],
      ];
      for (const [calls, unknownCalls] of pairs)
        for (const [i, call] of calls.entries()) {
          const got = toComparable(await send(client, call));
          t.ok([403, 404, 409].includes(got.status), `${got.status} for ${describeCall(call)}`);
          t.same(got, toComparable(await send(client, unknownCalls[i]!)), describeCall(call));
        }
    });

  await t.test('are not listed, found or exported', async (t) => {
    const owner = await OwnerClient.create(server);
    const list = await owner.call('GET', '/api/owner/leads?view=all');
    t.match(list, {status: 200, body: {leads: [], counts: {all: {count: 0}}}});
    for (const q of ['anna', foreign.uuid, 'a.pdf']) {
      const json = {q, view: 'all'};
      const found = await owner.call('POST', '/api/owner/leads/search', {json});
      t.match(found, {status: 200, body: {leads: [], counts: {all: {count: 0}}}});
    }
  });

  t.same([...(await server.sql`select * from leads`)], [...before], 'nothing was changed');
});

t.test('roles at a site', async (t) => {
  const server = await startServer(t);
  const lead = await createLead(server, {
    name: 'Anna',
    email: 'anna@example.com',
    message: 'Hello',
  });
  const {body} = await callSuccessfully(() => lead.upload(makePdf(), {key: 'file'}));
  const calls = [
    ...callsOfLead(lead.uuid),
    ...callsOfFile(body.file.id),
    ...callsOfSite('demo'),
  ].filter(([, path]) => !path.endsWith('/verification'));

  await t.test('an observer reads and changes no lead', async (t) => {
    const observer = await OwnerClient.create(server, {roles: {demo: 'observer'}});
    for (const call of [...calls, ['GET', '/api/owner/leads'] satisfies Call])
      t.match(
        await send(observer, call),
        {status: 403, body: {code: 'role_required'}},
        describeCall(call),
      );
  });

  await t.test('an agent reads and marks, and neither corrects, erases nor exports', async (t) => {
    const agent = await OwnerClient.create(server, {roles: {demo: 'agent'}});
    const statuses = [
      // The lead: reads, a mark, a correction and an erasure, then a mark and an erasure by UUID.
      ...[200, 200, 200, 200, 200, 200, 403, 403, 200, 403],
      // Its file.
      ...[200, 200, 200],
      // The site: it has no open lead, so both changes have another number than expected.
      ...[200, 200, 409, 409, 403],
    ];
    t.equal(statuses.length, calls.length);
    for (const [i, call] of calls.entries())
      t.equal((await send(agent, call)).status, statuses[i], describeCall(call));
  });

  await t.test('nobody calls without signing in', async (t) => {
    const nobody = new OwnerClient(server.url, '', '', '');
    for (const call of calls) t.match(await send(nobody, call), {status: 401}, describeCall(call));
  });
});
