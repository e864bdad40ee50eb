import fc from 'fast-check';
import type {Arbitrary} from 'fast-check';

import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import {isReadable} from './fuzz-http.js';
import {jsonTexts} from './fuzz-json.js';
import {multipartBodies} from './fuzz-multipart.js';
import type {RawBody} from './fuzz-multipart.js';
import {hostileString, createValues} from './fuzz-values.js';
import type {Hints} from './fuzz-values.js';
import {HOSTILE_CONTENT_TYPES, HOSTILE_SEGMENTS} from './hostile-strings.js';
import type {DescribedOperation, OpenApiDocument, Parameter} from './openapi-document.js';

/** Placeholders in a plan for values that are known only when it is carried out. */
export const PLACEHOLDERS = {
  ownUuid: 'own-uuid-3b1e',
  ownToken: 'own-token-3b1e',
  ownFile: 'own-file-3b1e',
  ownLink: 'own-link-3b1e',
  canaryUuid: 'canary-uuid-3b1e',
  canaryFile: 'canary-file-3b1e',
  bentToken: 'bent-token-3b1e',
  bentLink: 'bent-link-3b1e',
  ownCookie: 'own-cookie-3b1e',
} as const;

export interface RequestPlan {
  operation: DescribedOperation;
  method: string;
  path: string;
  headers: [string, string][];
  body: Buffer | undefined;
  /** Number of the attacker. */
  who: number;
  /** True for a request that no operation describes. Any plain refusal is then correct. */
  isOdd: boolean;
}

function mostly(usual: Arbitrary<string>): Arbitrary<string> {
  return fc.oneof({weight: 3, arbitrary: usual}, {weight: 1, arbitrary: hostileString});
}

const HINTS: Hints = {
  site: fc.constantFrom('demo', 'demo', 'acme', 'nobody'),
  key: fc.constantFrom('demo', 'demo', 'acme', 'nobody'),
  uuid: fc.constantFrom(
    PLACEHOLDERS.ownUuid,
    PLACEHOLDERS.canaryUuid,
    PLACEHOLDERS.ownUuid.toUpperCase(),
  ),
  token: fc.constantFrom(PLACEHOLDERS.ownToken, PLACEHOLDERS.bentToken),
  file_id: fc.constantFrom(PLACEHOLDERS.ownFile, PLACEHOLDERS.ownFile, PLACEHOLDERS.canaryFile),
  link: fc.constantFrom(PLACEHOLDERS.ownLink, PLACEHOLDERS.bentLink),
  step: fc.constantFrom(...DEFAULT_CONVERSATION.steps.map(({id}) => id)),
  name: mostly(fc.constant('Bert Beispiel')),
  email: mostly(fc.nat({max: 500}).map((n) => `bert${n}@example.org`)),
  wording: mostly(fc.constant('May we?')),
  locale: fc.constantFrom('en', 'de-AT', 'ar', 'pt-BR', 'xx-XXXX'),
  'idempotency-key': mostly(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')),
};

const CREDENTIALS: Arbitrary<[string, string][]> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.constant(credentialHeaders(PLACEHOLDERS.ownUuid, PLACEHOLDERS.ownToken)),
  },
  {weight: 1, arbitrary: fc.constant<[string, string][]>([])},
  {
    weight: 1,
    arbitrary: fc.constant(credentialHeaders(PLACEHOLDERS.canaryUuid, PLACEHOLDERS.ownToken)),
  },
  {
    weight: 1,
    arbitrary: fc.constant(credentialHeaders(PLACEHOLDERS.canaryUuid, PLACEHOLDERS.bentToken)),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      credentialHeaders(PLACEHOLDERS.ownUuid.toUpperCase(), PLACEHOLDERS.ownToken),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(hostileString, hostileString)
      .map(([uuid, token]) => credentialHeaders(uuid, token)),
  },
  {
    // Each header appears twice, for two different sessions.
    weight: 1,
    arbitrary: fc.constant<[string, string][]>([
      ...credentialHeaders(PLACEHOLDERS.ownUuid, PLACEHOLDERS.ownToken),
      ...credentialHeaders(PLACEHOLDERS.canaryUuid, PLACEHOLDERS.bentToken),
    ]),
  },
);

/** Headers of a call of an account: mostly as the console sends them. */
const ACCOUNT_HEADERS: Arbitrary<[string, string][]> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.constant<[string, string][]>([
      ['cookie', PLACEHOLDERS.ownCookie],
      ['sec-fetch-site', 'same-origin'],
    ]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<[string, string][][]>(
      [],
      [['sec-fetch-site', 'same-origin']],
      [['cookie', PLACEHOLDERS.ownCookie]],
      [
        ['cookie', PLACEHOLDERS.ownCookie],
        ['sec-fetch-site', 'cross-site'],
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: hostileString.map((text): [string, string][] => [
      ['cookie', `maria_console=${text}`],
      ['sec-fetch-site', 'same-origin'],
    ]),
  },
);

function credentialHeaders(uuid: string, token: string): [string, string][] {
  return [
    ['authorization', `Bearer ${token}`],
    ['x-session-uuid', uuid],
  ];
}

const MORE_HEADERS: Arbitrary<[string, string]> = fc.oneof(
  fc.constantFrom<[string, string][]>(
    ['origin', 'http://localhost:3000'],
    ['origin', 'https://evil.example'],
    ['origin', 'null'],
    ['accept', 'text/html'],
    ['if-none-match', '*'],
    ['if-none-match', '"x", W/"y"'],
    ['x-forwarded-for', '203.0.113.9, 10.0.0.1'],
    ['x-http-method-override', 'DELETE'],
    ['range', 'bytes=0-1'],
    ['cookie', 'token=x; __proto__=y'],
    ['content-encoding', 'gzip'],
    ['accept-encoding', 'gzip, br;q=0'],
    ['x-long', 'x'.repeat(7_000)],
  ),
  fc
    .tuple(
      fc.constantFrom('origin', 'accept-language', 'accept', 'if-none-match', 'x-any', 'referer'),
      hostileString,
    )
    .map(([name, value]): [string, string] => [name, value]),
);

/** Headers that only a raw connection can send. */
const ODD_HEADERS: Arbitrary<[string, string]> = fc.constantFrom<[string, string][]>(
  ['expect', '100-continue'],
  ['expect', 'miracles'],
  ['content-length', '3'],
  ['content-length', '-1'],
  ['transfer-encoding', 'chunked'],
  ['transfer-encoding', 'gzip'],
  ['upgrade', 'websocket'],
  ['host', 'evil.example'],
  ['x-very-long', 'x'.repeat(9_000)],
  ['x-header\r\nx-second', 'yes'],
  ['', 'no name'],
  ['x\u0000y', 'z'],
);

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'];

/** Generates a request to any of the operations: likely, changed or malformed. */
export const createPlans = (
  document: OpenApiDocument,
  operations: DescribedOperation[],
): Arbitrary<RequestPlan> => {
  const byOperation = operations.map((operation) => createPlansFor(document, operation));
  return fc.oneof(
    ...byOperation.map((arbitrary, i) => ({
      weight: operations[i]?.requestBody ? 2 : 1,
      arbitrary,
    })),
  );
};

const createPlansFor = (
  document: OpenApiDocument,
  operation: DescribedOperation,
): Arbitrary<RequestPlan> => {
  const needsToken = operation.security.some((record) => 'visitorToken' in record);
  const credentials = operation.path.startsWith('/api/owner/') ? ACCOUNT_HEADERS : CREDENTIALS;
  const hasCredentials = needsToken || credentials === ACCOUNT_HEADERS;
  return fc
    .record({
      address: createPaths(document, operation),
      method: rarely(fc.constantFrom(...METHODS), operation.method),
      credentials: hasCredentials ? credentials : fc.constant<[string, string][]>([]),
      own: createHeaders(document, operation),
      more: fc.oneof(
        {weight: 2, arbitrary: fc.constant<[string, string][]>([])},
        {weight: 1, arbitrary: fc.array(MORE_HEADERS, {maxLength: 2})},
      ),
      odd: rarely(ODD_HEADERS, undefined),
      body: createBodies(document, operation),
      who: fc.nat({max: 1_000}),
    })
    .map(({address, method, credentials, own, more, odd, body, who}) => {
      const headers = [...credentials, ...own, ...more, ...(odd ? [odd] : [])];
      if (body?.contentType !== undefined) headers.push(['content-type', body.contentType]);
      const plan = {method, path: address.path, headers, body: body?.bytes};
      const isOdd = address.isOdd || method !== operation.method || !isReadable(plan) || !!odd;
      return {operation, ...plan, who, isOdd};
    });
};

const rarely = <T, U>(odd: Arbitrary<T>, usual: U): Arbitrary<T | U> =>
  fc.oneof<[{weight: number; arbitrary: Arbitrary<T>}, {weight: number; arbitrary: Arbitrary<U>}]>(
    {weight: 1, arbitrary: odd},
    {weight: 24, arbitrary: fc.constant(usual)},
  );

const getParameters = ({parameters = []}: DescribedOperation, where: Parameter['in']) =>
  parameters.filter((parameter) => parameter.in === where);

const createPaths = (document: OpenApiDocument, operation: DescribedOperation) => {
  const named = getParameters(operation, 'path');
  const values = named.map(({name, schema}) =>
    fc.oneof(
      {
        weight: 6,
        arbitrary: (HINTS[name] ?? fc.constant('x')).map((value) => segment(String(value))),
      },
      {
        weight: 2,
        arbitrary: createValues(document, schema).map((value) => segment(value as string)),
      },
      {weight: 1, arbitrary: hostileString.map(segment)},
      {
        weight: 1,
        arbitrary: fc.constantFrom(...HOSTILE_SEGMENTS).map((text) => ({text, isOdd: true})),
      },
    ),
  );
  return fc.tuple(fc.tuple(...values), createQueries(operation)).map(([segments, query]) => ({
    path:
      named.reduce(
        (path, {name}, i) => path.replace(`{${name}}`, () => segments[i]?.text ?? ''),
        operation.path,
      ) + query,
    isOdd: segments.some(({isOdd}) => isOdd),
  }));
};

/** Encodes a segment. Empty, dotted and very long segments can lead to another route. */
const segment = (value: string) => ({
  text: encodeURIComponent(value.toWellFormed()),
  isOdd: /^\.{0,2}$/.test(value) || value.length > 100,
});

const createQueries = (operation: DescribedOperation): Arbitrary<string> => {
  const names = getParameters(operation, 'query').map(({name}) => name);
  const pair = fc
    .tuple(fc.constantFrom(...names, 'x', '__proto__', 'constructor[prototype]'), hostileString)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`);
  const odd = fc.array(pair, {minLength: 1, maxLength: 3}).map((pairs) => `?${pairs.join('&')}`);
  if (names.length === 0) return rarely(odd, '');
  return fc.oneof(
    fc.constantFrom('', ...names.map((name) => `?${name}=de`), '?locale=a&locale=b', '?&&', '?%zz'),
    odd,
  );
};

const createHeaders = (document: OpenApiDocument, operation: DescribedOperation) =>
  fc
    .tuple(
      ...getParameters(operation, 'header').map(({name, schema}) =>
        fc.option(
          (HINTS[name] ?? createValues(document, schema)).map((value): [string, string] => [
            name,
            String(value),
          ]),
        ),
      ),
    )
    .map((headers) => headers.filter((header) => header !== null));

type Body = {contentType?: string; bytes: Buffer} | undefined;

const createBodies = (
  document: OpenApiDocument,
  {requestBody, method}: DescribedOperation,
): Arbitrary<Body> => {
  const anything = fc
    .record({
      contentType: fc.constantFrom('application/json', ...HOSTILE_CONTENT_TYPES),
      bytes: jsonTexts(fc.jsonValue({maxDepth: 2})),
    })
    .map((body): Body => body);
  if (!requestBody) {
    const some = method === 'GET' ? rarely(anything, undefined) : fc.option(anything);
    return some.map((body) => body ?? undefined);
  }
  const {content, required} = requestBody;
  if (content['multipart/form-data']) {
    return fc.oneof<[Weighted, Weighted]>(
      {weight: 12, arbitrary: multipartBodies.map((body: RawBody): Body => body)},
      {weight: 1, arbitrary: anything},
    );
  }
  const schema = content['application/json']?.schema ?? {};
  const json = fc
    .record({
      contentType: fc.oneof(
        {weight: 12, arbitrary: fc.constantFrom(...Object.keys(content))},
        {weight: 2, arbitrary: fc.constantFrom(...HOSTILE_CONTENT_TYPES)},
      ),
      bytes: jsonTexts(createValues(document, schema, HINTS)),
    })
    .map((body): Body => body);
  const none: Body = undefined;
  return fc.oneof<Weighted[]>(
    {weight: required ? 40 : 10, arbitrary: json},
    {weight: 1, arbitrary: fc.constant(none)},
    {weight: 1, arbitrary: json.map((body): Body => body && {bytes: body.bytes})},
  );
};

interface Weighted {
  weight: number;
  arbitrary: Arbitrary<Body>;
}
