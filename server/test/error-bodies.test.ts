import {request as openRequest} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {once} from 'node:events';

import t from 'tap';
import type {Test} from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {EXAMPLE_UUID} from '../contract/examples.js';
import {MAX_FAULTS} from '../errors.js';
import {fetchOpenApi, getOperations} from './openapi-document.js';
import type {DescribedOperation, JsonSchema, OpenApiDocument} from './openapi-document.js';
import {OwnerClient} from './owner-client.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

const BODY_BYTES = 64 * 1024;
/** Upper limit for a small response: a tenth of the allowed size. */
const SMALL_BYTES = 6_500;
/** Text in all requests of these tests. No response must contain it. */
const MARK = 'q7xmark';
const LONG = MARK.repeat(20);

interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Sends a request unchanged, because `fetch` would refuse or change some of them. */
const send = (url: string, sent: Sent) => retryWhileBusy(() => sendOnce(url, sent));

const sendOnce = async (url: string, {method, path, headers = {}, body}: Sent) => {
  // Node sets no length for DELETE.
  const length = body === undefined ? {} : {'content-length': Buffer.byteLength(body)};
  const outgoing = openRequest(url, {method, path, headers: {...headers, ...length}, agent: false});
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {status: response.statusCode ?? 0, headers: response.headers, text};
};

/** Returns JSON with as many elements as fit into a body. */
const filled = (
  head: string,
  element: (i: number) => string,
  tail: string,
  maxBytes = BODY_BYTES,
): string => {
  const elements: string[] = [];
  let bytes = head.length + tail.length;
  for (let i = 0; bytes + element(i).length + 1 <= maxBytes; i++) {
    elements.push(element(i));
    bytes += element(i).length + 1;
  }
  return head + elements.join(',') + tail;
};

const HOSTILE: Record<string, string> = {
  'thousands of unknown properties': filled('{', (i) => `"x${i}":0`, '}'),
  'thousands of unknown properties with long names': filled('{', (i) => `"${LONG}${i}":0`, '}'),
  'one unknown property with a name of 60 kB': `{"${'x'.repeat(60_000)}":0}`,
  'thousands of poisoned keys': filled('[', () => '{"__proto__":1}', ']'),
  'a poisoned key below long names': `{"${LONG}":{"${LONG}":{"__proto__":1}}}`,
  'an array of numbers': filled('[', () => '1', ']'),
  'a string': JSON.stringify(LONG.repeat(400)),
};

const hasJsonBody = ({requestBody}: DescribedOperation): boolean =>
  Boolean(requestBody?.content['application/json']);

/** Returns the schema itself, or the component that it refers to. */
const resolved = ({components}: OpenApiDocument, schema: JsonSchema): JsonSchema => {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  return components.schemas[reference.split('/').at(-1) ?? ''] ?? {};
};

interface ArrayIn {
  path: string;
  maxItems: unknown;
}

/**
 * Lists the arrays of a schema. Throws if an array is in a place where the server checks no length.
 */
const findArrays = (document: OpenApiDocument, given: JsonSchema, path = ''): ArrayIn[] => {
  const {type, maxItems, items, properties = {}, ...others} = resolved(document, given);
  const hidden = Object.values(others).some((part) => JSON.stringify(part)?.includes('"array"'));
  if (hidden) throw new Error(`${path} has an array whose length is not checked.`);
  if (type === 'array') {
    return [{path, maxItems}, ...findArrays(document, items as JsonSchema, `${path}/0`)];
  }
  return Object.entries(properties as Record<string, JsonSchema>).flatMap(([name, inner]) =>
    findArrays(document, inner, `${path}/${name}`),
  );
};

const isSmall = (t: Test, text: string, what: string): ErrorBody => {
  t.ok(text.length < SMALL_BYTES, `${what}: ${text.length} bytes`);
  const body = JSON.parse(text) as ErrorBody;
  t.ok((body.faults ?? []).length <= MAX_FAULTS, what);
  return body;
};

t.test('the response to a hostile body', async (t) => {
  const server = await startServer(t);
  const document = await fetchOpenApi(server.url);
  const visitor = await Visitor.consenting(server.url);
  const operations = getOperations(document);
  const headers = {...visitor.credentials, 'content-type': 'application/json'};
  const owner = await OwnerClient.create(server);
  const sendTo = ({method, path}: DescribedOperation, body: string) =>
    send(server.url, {
      ...{method, body},
      // Without a UUID, the path would be refused first.
      path: path.replace('{uuid}', EXAMPLE_UUID).replace(/\{\w+\}/g, 'x'),
      headers: path.startsWith('/api/owner/') ? {...headers, ...owner.headers} : headers,
    });

  for (const operation of operations.filter(hasJsonBody)) {
    await t.test(`is small at ${operation.method} ${operation.path}`, async (t) => {
      for (const [what, hostile] of Object.entries(HOSTILE)) {
        const {status, text} = await sendTo(operation, hostile);

        // Routes that end a visit can accept unknown properties.
        if (status === 204) continue;
        t.equal(status, 400, what);
        const body = isSmall(t, text, what);
        t.equal(body.code, 'invalid_request', what);
        t.notMatch(text, MARK, what);
        t.notMatch(text, 'xxxxxxxxxxxx', what);
      }
    });
  }

  for (const operation of operations.filter(
    (describedOperation) => describedOperation.method !== 'GET' && !describedOperation.requestBody,
  )) {
    if (operation.path.startsWith('/verify')) continue;
    await t.test(`is small at ${operation.method} ${operation.path}, without body`, async (t) => {
      for (const what of ['thousands of unknown properties', 'an array of numbers']) {
        const {status, text} = await sendTo(operation, HOSTILE[what] ?? '');
        t.ok([400, 404].includes(status), what);
        const {code, more_faults: others = 0} = isSmall(t, text, what);
        if (code === 'invalid_request') t.ok(others > 5_000, 'and the others are counted');
      }
    });
  }

  await t.test('lists at most 20 paths and counts the others', async (t) => {
    const unknown = Array.from({length: 30}, (_, i) => [`x${i}`, 0]);
    const {text} = await send(server.url, {
      method: 'PUT',
      path: '/api/session/contact',
      headers,
      body: JSON.stringify(Object.fromEntries(unknown)),
    });

    const body = isSmall(t, text, 'contact');
    t.equal(body.faults?.length, 20);
    t.equal(body.more_faults, 12, 'of 30 unknown properties and two that are missing');
    t.match(body.message, /; and 12 more\./);
    t.match(body.faults?.map(({path}) => path).sort()[0], /^\/(email|x\d+)$/);
  });

  await t.test('contains a property’s name only if it is short', async (t) => {
    const getPaths = async (json: object) => {
      const {text} = await send(server.url, {
        method: 'POST',
        path: '/api/session/progress',
        headers,
        body: JSON.stringify({step: 'name', ...json}),
      });
      return (JSON.parse(text) as ErrorBody).faults?.map(({path}) => path);
    };
    const longest = 'a'.repeat(40);

    t.same(await getPaths({[longest]: 1}), [`/${longest}`]);
    t.same(await getPaths({[`${longest}a`]: 1}), ['/…']);
    t.same(await getPaths({'<b>': 1}), ['/…']);
  });

  await t.test('reports an array that is too long without checking its elements', async (t) => {
    let seen = 0;
    for (const operation of operations.filter(hasJsonBody)) {
      const {schema} = operation.requestBody?.content['application/json'] ?? {};
      for (const {path, maxItems} of findArrays(document, schema ?? {})) {
        seen++;
        t.type(maxItems, 'number', `${operation.operationId} ${path}`);
        const body = filled(`{"${path.slice(1)}":[`, () => '{}', ']}');

        const {status, text} = await sendTo(operation, body);

        t.equal(status, 400);
        t.same(
          isSmall(t, text, path).faults,
          [{path, message: `must NOT have more than ${String(maxItems)} items`}],
          `${operation.operationId} ${path}`,
        );

        const bytes = Math.floor(BODY_BYTES / Number(maxItems)) - 100;
        const long = filled('{', (i) => `"x${i}":0`, '}', bytes);
        const many = Array.from({length: Number(maxItems)}, () => long).join(',');
        const invalid = await sendTo(operation, `{"${path.slice(1)}":[${many}]}`);
        t.equal(invalid.status, 400);
        isSmall(t, invalid.text, `${path}, as many invalid elements as are allowed`);
      }
    }
    t.ok(seen >= 4, `${seen} arrays`);
  });
});

t.test('no error repeats the request', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const json = {'content-type': 'application/json'};
  const own = visitor.credentials;
  const form = (part: string, content = '') => ({
    headers: {...own, 'content-type': 'multipart/form-data; boundary=b'},
    body: `--b\r\ncontent-disposition: form-data; ${part}\r\n\r\n${content}\r\n--b--\r\n`,
  });
  const upload = '/api/files/upload';
  const {body: stored} = await visitor.upload(makePdf(2_000));

  const refused: [number, string, Sent][] = [
    [404, 'an unknown address', {method: 'GET', path: `/${MARK}?${MARK}=${MARK}`}],
    [404, 'an unknown address of the API', {method: 'GET', path: `/api/${LONG}`}],
    [405, 'a method', {method: 'PROPFIND', path: '/api/session'}],
    [400, 'an address that cannot be decoded', {method: 'GET', path: `/${MARK}%zz`}],
    [404, 'an id that is none', {method: 'DELETE', path: `/api/files/${MARK}`, headers: own}],
    [404, 'a site', {method: 'GET', path: `/api/sites/${MARK}/config`}],
    [404, 'a site with a long name', {method: 'GET', path: `/api/sites/${LONG}/config`}],
    [400, 'a locale', {method: 'GET', path: `/api/sites/demo/config?locale=${MARK}!`}],
    [400, 'a query', {method: 'GET', path: `/api/messages?after=${MARK}`, headers: own}],
    [400, 'a long query', {method: 'GET', path: `/readyz?${LONG}=${MARK}`}],
    [
      400,
      'a header',
      {method: 'GET', path: '/api/events', headers: {...own, 'last-event-id': LONG}},
    ],
    [
      401,
      'a token',
      {method: 'GET', path: '/api/session', headers: {...own, authorization: `Bearer ${MARK}`}},
    ],
    [
      401,
      'a UUID',
      {method: 'GET', path: '/api/session', headers: {...own, 'x-session-uuid': MARK}},
    ],
    [
      404,
      'a site in a body',
      {
        method: 'POST',
        path: '/api/session/generate-uuid',
        headers: json,
        body: JSON.stringify({site: MARK}),
      },
    ],
    [
      400,
      'a UUID in a body',
      {
        method: 'POST',
        path: '/api/session/validate-uuid',
        headers: json,
        body: JSON.stringify({uuid: MARK}),
      },
    ],
    [
      400,
      'JSON that is none',
      {method: 'POST', path: '/api/session/validate-uuid', headers: json, body: `{"${MARK}`},
    ],
    [
      415,
      'a type',
      {
        method: 'POST',
        path: '/api/session/validate-uuid',
        headers: {'content-type': `text/${MARK}`},
        body: 'x',
      },
    ],
    [
      415,
      'a charset',
      {
        method: 'POST',
        path: '/api/session/validate-uuid',
        headers: {'content-type': `application/json; charset=${MARK}`},
        body: '{}',
      },
    ],
    [
      415,
      'an encoding',
      {
        method: 'POST',
        path: '/api/session/validate-uuid',
        headers: {...json, 'content-encoding': MARK},
        body: '{}',
      },
    ],
    [
      415,
      'the type of an upload',
      {method: 'POST', path: upload, headers: {...own, 'content-type': `text/${MARK}`}, body: 'x'},
    ],
    [400, 'a field of a form', {method: 'POST', path: upload, ...form(`name="${LONG}"`)}],
    [400, 'a part', {method: 'POST', path: upload, ...form(`name="${MARK}"; filename="a.pdf"`)}],
    [400, 'a size', {method: 'POST', path: upload, ...form('name="size"', MARK)}],
    [
      415,
      'a file',
      {method: 'POST', path: upload, ...form(`name="file"; filename="${MARK}.pdf"`, MARK)},
    ],
    [
      400,
      'a step',
      {
        method: 'POST',
        path: '/api/session/progress',
        headers: {...own, ...json},
        body: JSON.stringify({step: MARK}),
      },
    ],
    [
      422,
      'an e-mail address',
      {
        method: 'PUT',
        path: '/api/session/contact',
        headers: {...own, ...json},
        body: JSON.stringify({name: 'Anna', email: MARK}),
      },
    ],
    [
      400,
      'files of a message',
      {
        method: 'POST',
        path: '/api/messages',
        headers: {...own, ...json},
        body: JSON.stringify({client_id: MARK, body: MARK, file_ids: [visitor.uuid]}),
      },
    ],
    [404, 'a link', {method: 'GET', path: `/verify/${MARK}`}],
    [
      404,
      'a call back',
      {method: 'POST', path: `/api/messages/answers/${MARK}`, headers: json, body: '{}'},
    ],
    [416, 'a range', {method: 'GET', path: '/maria-chat.js', headers: {range: 'bytes=9999999-'}}],
    [404, 'a file of the widget', {method: 'GET', path: `/widget/${MARK}.js`}],
    [
      404,
      'an object',
      {method: 'GET', path: `/objects/${MARK}?expires=1&name=a&type=b&signature=${MARK}`},
    ],
    [400, 'an object without a signature', {method: 'GET', path: `/objects/${MARK}?${MARK}=1`}],
    [404, 'a mail', {method: 'GET', path: `/dev/mail/${MARK}`}],
    [
      403,
      'a long origin',
      {
        method: 'GET',
        path: '/api/session',
        headers: {...own, origin: `https://${MARK.repeat(100)}`},
      },
    ],
    [
      403,
      'an odd origin',
      {method: 'GET', path: '/api/session', headers: {...own, origin: `https://evil"${MARK}`}},
    ],
  ];
  t.ok(stored.file.id);
  for (const [status, what, sent] of refused) {
    const answer = await send(server.url, sent);
    t.equal(answer.status, status, `${what}: ${answer.text.slice(0, 200)}`);
    t.notMatch(answer.text, MARK, what);
    t.ok(answer.text.length < SMALL_BYTES, what);
    t.ok(answer.headers['x-request-id'], `${what} has a request id`);
  }
});

t.test('an error about an origin contains the origin and the setting', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.arrive(server.url);
  const origin = `https://${'a'.repeat(50)}.${'b'.repeat(50)}.example.com:8443`;

  const {status, body} = await visitor.call<ErrorBody>('GET', '/api/session', {headers: {origin}});

  t.same([status, body.code], [403, 'origin_not_allowed']);
  t.match(body.message, origin);
  t.match(body.message, /allowed_origins/);
});
