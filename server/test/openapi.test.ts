import diagnostics from 'node:diagnostics_channel';
import {readFile} from 'node:fs/promises';

import type {FastifyInstance} from 'fastify';
import t from 'tap';

import {ERROR_CODES} from '../contract/error-codes.js';
import type {ErrorCode} from '../contract/error-codes.js';
import {createCheck, fetchOpenApi, getOperations} from './openapi-document.js';
import type {DescribedOperation, MediaType, OpenApiDocument} from './openapi-document.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {startServer} from './start-server.js';

/** URLs that are not part of the API. */
const NOT_DESCRIBED = [
  /^\/$/, // the demo page
  /^\/((widget|assets)\/|examples(\/|$))/, // files for browsers
  /^(\/(v1|:release))?\/maria-chat\.js$/, // the loader, current or of a pinned release
  /^\/api\/docs/, // documentation of the API
  /^\/console(\/|$)/, // pages of the console, and their files
  /^\/dev\//, // pages and the playground of a development server
  /^\/objects\//, // links of the disk store, as opaque as a bucket's
  /^\/verify\/\*$/, // mangled links
  /^\*$/, // preflight requests for every URL
];

/** Error codes that no single operation returns: they concern methods, files or every request. */
const OF_NO_OPERATION = ['method_not_allowed', 'range_not_satisfiable', 'headers_too_large'];

/** Texts of the console. Other languages have the same keys, which their type requires. */
const CONSOLE_ERRORS = new URL('../../../widget/console/texts/en-errors.ts', import.meta.url);

/** Error codes that the console answers with a page instead of a text. */
const HAS_A_PAGE = ['sign_in_required', 'link_over'];

/** Records every route of the servers that start from now on. */
const watchRoutes = () => {
  const seen = new Set<string>();
  diagnostics.subscribe('fastify.initialization', (message) => {
    const {fastify} = message as {fastify: FastifyInstance};
    fastify.addHook('onRoute', ({method, url}) => {
      for (const name of [method].flat()) seen.add(`${name} ${url}`);
    });
  });
  return seen;
};

/** Reports a check for each operation, with the operation's name before the error. */
const eachOperation = (
  document: OpenApiDocument,
  faults: (operation: DescribedOperation) => (string | false | undefined)[],
): string[] =>
  getOperations(document).flatMap((operation) =>
    faults(operation)
      .filter((fault) => typeof fault === 'string')
      .map((fault) => `${operation.operationId}: ${fault}`),
  );

const getExamples = ({example, examples = {}}: MediaType): unknown[] => [
  ...(example === undefined ? [] : [example]),
  ...Object.values(examples).map(({value}) => value),
];

const getMedia = ({requestBody, responses}: DescribedOperation): [string, MediaType][] =>
  Object.entries({request: requestBody, ...responses}).flatMap(([where, described]) =>
    Object.entries(described?.content ?? {}).map(([type, media]): [string, MediaType] => [
      `${where} ${type}`,
      media,
    ]),
  );

t.test('the API description', async (t) => {
  const routes = watchRoutes();
  const server = await startServer(t, {settings: {PUBLIC_URL: 'https://chat.maria-chat.test'}});
  const document = await fetchOpenApi(server.url);
  const operations = getOperations(document);

  t.test('distinguishes pages and metrics from JSON', async (t) => {
    for (const [address, type] of [
      ['/verify/{link}', 'text/html'],
      ['/metrics', 'text/plain'],
      ['/healthz', 'application/json'],
    ] as const) {
      const described = document.paths[address]?.['get']?.responses['200']?.content;
      const response = await retryWhileBusy(() =>
        fetch(`${server.url}${address.replace('{link}', 'x')}`),
      );
      t.same(Object.keys(described ?? {}), [type]);
      t.ok(response.headers.get('content-type')?.startsWith(type), address);
    }
  });

  t.test('contains exactly the existing routes', (t) => {
    const isPublic = (route: string) => {
      const [method = '', urlPath = ''] = route.split(' ');
      return method !== 'HEAD' && !NOT_DESCRIBED.some((pattern) => pattern.test(urlPath));
    };
    const registered = [...routes]
      .filter(isPublic)
      .map((route) => route.replace(/:(\w+)/g, '{$1}'));

    t.ok(registered.length > 20);
    t.same(operations.map(({method, path}) => `${method} ${path}`).sort(), registered.sort());
    t.end();
  });

  t.test('contains every error code under its status', (t) => {
    const named = new Set<string>();
    const wrong = eachOperation(document, ({responses}) =>
      Object.entries(responses).flatMap(([status, {description}]) =>
        [...description.matchAll(/`(\w+)`/g)].map(([, code = '']) => {
          if (!(code in ERROR_CODES)) return false;
          named.add(code);
          return String(ERROR_CODES[code as ErrorCode]) !== status && `${code} under ${status}`;
        }),
      ),
    );

    t.same(wrong, []);
    t.same(
      Object.keys(ERROR_CODES).filter((code) => !named.has(code)),
      OF_NO_OPERATION,
    );
    t.end();
  });

  t.test('has no error code of the console without a text there', async (t) => {
    const texts = await readFile(CONSOLE_ERRORS, 'utf8');
    const known = new Set([...texts.matchAll(/^ {2}error_(\w+):/gm)].map(([, code]) => code));
    const codes = getOperations(document)
      .filter(({path}) => path.startsWith('/api/owner/'))
      .flatMap(({responses}) => Object.entries(responses))
      .filter(([status]) => Number(status) >= 400)
      .flatMap(([, {description}]) => [...description.matchAll(/`(\w+)`/g)])
      .map(([, code = '']) => code);
    const missing = [...new Set(codes)].filter((code) => !known.has(code)).sort();

    t.ok(known.has('too_many_people'));
    t.same(missing, [...HAS_A_PAGE].sort());
  });

  t.test('gives every operation the required details', (t) => {
    const faults = eachOperation(document, ({operationId, security, responses, requestBody}) => [
      !security && 'says nothing of credentials',
      security?.some((record) => 'sessionUuid' in record && !('visitorToken' in record)) &&
        'takes a UUID for a credential',
      !responses['503'] && !responses['500'] && 'never fails',
      ...Object.entries(responses).flatMap(([status, {headers, content, description}]) => [
        !description && `${status} is not described`,
        !headers?.['x-request-id'] && `${status} has no request id`,
        status === '429' && !headers?.['retry-after'] && 'no Retry-After with 429',
        status === '429' && !headers?.['ratelimit-reset'] && 'no RateLimit headers with 429',
        status === '503' &&
          operationId !== 'isReady' &&
          !headers?.['retry-after'] &&
          'no Retry-After with 503',
        Number(status) >= 400 &&
          content?.['application/json'] &&
          getExamples(content['application/json']).length === 0 &&
          `${status} has no example`,
      ]),
      ...Object.entries(requestBody?.content ?? {}).map(
        ([type, media]) => getExamples(media).length === 0 && `no example of ${type}`,
      ),
    ]);

    t.same(faults, []);
    t.ok(document.paths['/api/sites/{key}/config']?.['get']?.responses['200']?.headers['etag']);
    const archive = document.paths['/api/session/export']?.['get']?.responses;
    t.ok(archive?.['200']?.headers['content-disposition']);
    t.same(Object.keys(archive?.['200']?.content ?? {}), ['application/zip']);
    t.same(Object.keys(archive?.['401']?.content ?? {}), ['application/json']);
    t.end();
  });

  t.test('has examples that match their schemas', (t) => {
    let seen = 0;
    const check = (schema: MediaType['schema'], values: unknown[], where: string) => {
      const faultsOf = createCheck(document, schema);
      seen += values.length;
      return values.flatMap(faultsOf).map((fault) => `${where}: ${fault}`);
    };

    const faults = eachOperation(document, (operation) => [
      ...getMedia(operation).flatMap(([where, media]) =>
        check(media.schema, getExamples(media), where),
      ),
      ...(operation.parameters ?? []).flatMap(({schema, name, example}) =>
        check(schema, example === undefined ? [] : [example], name),
      ),
    ]);
    const components = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      check(schema, (schema['examples'] as unknown[] | undefined) ?? [], name),
    );

    t.same([...faults, ...components], []);
    t.ok(seen > 200, `${seen} examples`);
    t.end();
  });

  t.end();
});
