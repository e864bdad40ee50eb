import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {assertErrorBody} from './error-body.js';
import {fetchOpenApi, getOperations} from './openapi-document.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {startServer} from './start-server.js';
import {Visitor, request} from './visitor.js';

/** Bodies that no route accepts. */
const BODIES: {type: string; body: string}[] = [
  {type: 'application/json', body: '{"half": '},
  {type: 'application/json', body: JSON.stringify({a: 'x'.repeat(70_000)})},
  {type: 'application/json; charset=utf-16', body: '{}'},
  {type: 'text/weird', body: 'x'},
  {type: 'multipart/form-data; boundary=b', body: 'no part'},
];

t.test('every request of a session is checked for credentials first', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const other = await Visitor.consenting(server.url);
  const {authorization = '', 'x-session-uuid': uuid = ''} = visitor.credentials;
  const operations = getOperations(await fetchOpenApi(server.url)).filter(
    ({security: [one, ...others]}) => one && 'sessionUuid' in one && others.length === 0,
  );
  const missing: Record<string, Record<string, string>> = {
    'no credentials': {},
    'no UUID': {authorization},
    'an empty UUID': {authorization, 'x-session-uuid': ''},
    'a UUID alone': {'x-session-uuid': uuid},
    'another scheme': {authorization: 'Basic YTpi', 'x-session-uuid': uuid},
    'an empty token': {authorization: 'Bearer ', 'x-session-uuid': uuid},
  };
  const wrong = {...visitor.credentials, 'x-session-uuid': other.uuid};
  t.ok(operations.length >= 14, `${operations.length} operations`);

  for (const {method, path} of operations) {
    await t.test(`${method} ${path}`, async (t) => {
      // The route would accept neither this id nor this query.
      const urlPath = `${path.replace(/\{\w+\}/g, 'no-uuid')}?after=x&limit=x`;
      const call = (headers: Record<string, string>, body?: string) =>
        retryWhileBusy(() =>
          request<ErrorBody>(server.url, method, urlPath, {
            headers,
            ...(body !== undefined && {body}),
          }),
        );
      for (const [what, headers] of Object.entries(missing)) {
        const response = await call(headers);
        t.equal(response.status, 401, what);
        assertErrorBody(t, response.body, 'token_required');
      }
      const refused = await call(wrong);
      t.equal(refused.status, 401);
      assertErrorBody(t, refused.body, 'token_invalid');
      if (method === 'GET') return;
      for (const {type, body} of BODIES) {
        const response = await call({'content-type': type}, body);
        t.equal(response.status, 401, `${type} ${body.length}`);
        assertErrorBody(t, response.body, 'token_required');
        t.equal((await call({...wrong, 'content-type': type}, body)).body.code, 'token_invalid');
      }
    });
  }

  await t.test('nothing was changed', async (t) => {
    t.equal((await visitor.session()).status, 200);
    t.equal((await other.session()).status, 200);
  });
});
