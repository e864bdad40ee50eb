import {randomUUID} from 'node:crypto';

import t from 'tap';

import {ROLES} from '../contract/owner.js';
import {fetchOpenApi, getOperations} from './openapi-document.js';
import {listCalls} from './owner-calls.js';
import type {FilledCall, Ids} from './owner-calls.js';
import {CONSOLE_HEADERS, OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {addSite} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor, request} from './visitor.js';
import type {ApiResponse} from './visitor.js';

const OWN = 'demo';
const FOREIGN = 'foreign-site';

/** Live events wait. `owner-events.test.ts` tests whose events they contain. */
const WAITING = ['/api/owner/events'];

/** Headers that differ between any two responses. */
const OWN_TO_EACH_RESPONSE = /^(date|x-request-id|ratelimit-.*|content-length)$/;

const send = (url: string, {method, path, body}: FilledCall, headers: Record<string, string>) =>
  request<object>(url, method, path, {
    headers: {
      ...{'content-type': 'application/json', 'sec-fetch-dest': 'empty'},
      ...headers,
    },
    ...(body !== undefined && {body: JSON.stringify(body)}),
  });

const normalise = ({status, headers, body}: ApiResponse<object>) => ({
  status,
  headers: [...headers].filter(([name]) => !OWN_TO_EACH_RESPONSE.test(name)),
  body: {...body, request_id: ''},
});

/** Creates a lead with everything that a site can have. Returns the ids. */
const createForeignSite = async (server: TestServer): Promise<Ids> => {
  await addSite(server, FOREIGN, []);
  const owner = await OwnerClient.create(server, {
    name: 'Foreign Owner',
    email: 'foreign-owner@example.com',
    roles: {[FOREIGN]: 'owner'},
  });
  const visitor = await Visitor.arrive(server.url, FOREIGN);
  await visitor.consent({personal_data: true});
  const {body} = await visitor.upload(makePdf(), {name: 'foreign-file.pdf'});
  await visitor.call('POST', '/api/messages', {json: {client_id: 'a', body: 'foreign message'}});
  await visitor.contact('foreign-visitor@example.com', 'Foreign Visitor');
  const [session] = await server.sql<{id: string}[]>`
    select id from account_sessions where account_id = ${owner.accountId}`;
  const created = await owner.call<{url?: string}>('POST', '/api/owner/exports', {
    json: {filter: {site: FOREIGN}, format: 'csv'},
  });
  return {
    ...{key: FOREIGN, uuid: visitor.uuid, account: owner.accountId, file_id: body.file.id},
    session: session?.id ?? '',
    export_id: created.body.url?.split('/').at(-1) ?? randomUUID(),
  };
};

t.test('everything under /api/owner', async (t) => {
  const server = await startServer(t);
  const foreign = await createForeignSite(server);
  const unknown: Ids = {
    ...Object.fromEntries(Object.keys(foreign).map((name) => [name, randomUUID()])),
    key: 'unknown-site',
  };
  const operations = getOperations(await fetchOpenApi(server.url)).filter(
    ({path, security}) => path.startsWith('/api/owner/') && security.length > 0,
  );
  const tested = operations.filter(({path}) => !WAITING.includes(path));
  const readForeign = async () =>
    JSON.stringify([
      await server.sql`select * from user_sessions where uuid = ${foreign['uuid'] ?? ''}`,
      await server.sql`select * from file_uploads where session_uuid = ${foreign['uuid'] ?? ''}`,
      await server.sql`select * from memberships where site_key = ${FOREIGN}`,
      await server.sql`
      select id, ended_at from account_sessions where account_id = ${foreign['account'] ?? ''}`,
    ]);
  const before = await readForeign();
  const clients = new Map<string, OwnerClient>();
  for (const role of ROLES)
    clients.set(role, await OwnerClient.create(server, {roles: {[OWN]: role}}));
  t.ok(tested.length > 11, 'the description has the calls');

  for (const who of ['nobody', ...ROLES])
    await t.test(`of another site looks to ${who} as if it did not exist`, async (t) => {
      for (const operation of tested) {
        // A call can end the session before it.
        const client = await clients.get(who)?.signInAgain(server.sql);
        const headers = client?.headers ?? CONSOLE_HEADERS;
        const calls = listCalls(operation, foreign);
        const controls = listCalls(operation, unknown);
        // The ids of another site below a site of the account.
        const mixed = listCalls(operation, {...foreign, key: OWN});
        const mixedControls = listCalls(operation, {...unknown, key: OWN});
        const pairs = [
          ...calls.map((call, i) => [call, controls[i]] as const),
          ...mixed.map((call, i) => [call, mixedControls[i]] as const),
        ];
        for (const [call, control] of pairs) {
          const namesNothing = JSON.stringify(call) === JSON.stringify(control);
          const response = await send(server.url, call, headers);
          const title = `${call.method} ${call.path}`;
          if (who === 'nobody') t.equal(response.status, 401, title);
          else if (!namesNothing) t.ok(response.status >= 400, `${title}: ${response.status}`);
          t.notMatch(JSON.stringify(response.body), /foreign/i, title);
          if (namesNothing || !control) continue;
          t.same(normalise(response), normalise(await send(server.url, control, headers)), title);
        }
      }
      t.equal(await readForeign(), before, 'nothing has changed');
    });
});
