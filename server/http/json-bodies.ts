import type {FastifyBodyParser, FastifyRequest} from 'fastify';

import {InvalidRequest, UnsupportedMediaType} from '../errors.js';
import type {ValidationError} from '../errors.js';
import type {App} from './app-type.js';
import {findTooLongArrays} from './array-lengths.js';
import {toInvalidRequest, joinErrors} from './invalid-request.js';
import {joinPath} from './json-paths.js';

/** Depth of the search for forbidden keys. No valid body is deeper; an attacker's can be. */
const MAX_DEPTH = 20;
const IS_POISON = 'is or contains a forbidden key';
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/**
 * Parses JSON bodies and refuses keys that would change a prototype. An empty body counts as no
 * body, whatever its header says. Routes without a body schema accept only an empty body or `{}`.
 */
export const parseJsonBodies = (app: App): void => {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', {parseAs: 'buffer'}, createJsonParser(app));
  app.addHook('preValidation', async ({body, is404, routeOptions}) => {
    if (is404 || body === undefined) return;
    const expected = routeOptions.schema?.body;
    if (!expected) requireNoBody(body);
    else {
      const tooLong = findTooLongArrays(expected, body);
      if (tooLong.length > 0) throw toInvalidRequest(tooLong);
    }
  });
};

/** Returns a parser of JSON in UTF-8, for any content type that contains JSON. */
export const createJsonParser = (app: App): FastifyBodyParser<Buffer> => {
  const parse = app.getDefaultJsonParser('error', 'error');
  return (request, bytes, done) => {
    if (bytes.length === 0) {
      done(null, undefined);
      return;
    }
    const text = decodeBody(request, bytes);
    void parse(request, text, (error, parsed) => {
      if (error) done(toRefusal(text), undefined);
      else done(null, parsed);
    });
  };
};

/** Throws `UnsupportedMediaType` if the body is compressed, because no route decompresses one. */
export const requireNoEncoding = ({headers}: FastifyRequest): void => {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (/^identity$/i.test(encoding)) return;
  throw new UnsupportedMediaType(
    'The body has a Content-Encoding, which no route supports. Send it uncompressed.',
  );
};

const decodeBody = (request: FastifyRequest, bytes: Buffer): string => {
  requireNoEncoding(request);
  const [, charset = 'utf-8'] = CHARSET.exec(request.headers['content-type'] ?? '') ?? [];
  if (!/^utf-?8$/i.test(charset)) {
    throw new UnsupportedMediaType(
      'The Content-Type names a charset other than UTF-8. Send the body in UTF-8.',
    );
  }
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    throw createInvalidBody('is not valid UTF-8');
  }
};

const requireNoBody = (body: unknown): void => {
  if (typeof body !== 'object' || body === null) throw unexpected(['/']);
  const keys = Object.keys(body);
  if (keys.length > 0) throw unexpected(keys.map((key) => joinPath('', key)));
};

const unexpected = (paths: string[]): InvalidRequest => {
  const faults = [...new Set(paths)].map((path) => ({path, message: 'is not expected'}));
  return new InvalidRequest(`Expected no body: ${joinErrors(faults)}.`, {faults});
};

const createInvalidBody = (message: string): InvalidRequest =>
  new InvalidRequest(`The body ${message}.`, {faults: [{path: '/', message}]});

/** Returns the specific error. The parser's is the same for invalid JSON and for forbidden keys. */
const toRefusal = (text: string): InvalidRequest => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return createInvalidBody('is not valid JSON');
  }
  const found = findPoison(body);
  const faults = found.length > 0 ? found : [{path: '/', message: IS_POISON}];
  return new InvalidRequest(`The body contains a forbidden key: ${joinErrors(faults)}.`, {faults});
};

const findPoison = (value: unknown, path = '', depth = 0): ValidationError[] => {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([key, item]): ValidationError[] => {
    const isPoison = key === '__proto__' || (key === 'constructor' && hasPrototypeKey(item));
    if (isPoison) return [{path: joinPath(path, key), message: IS_POISON}];
    return findPoison(item, joinPath(path, key), depth + 1);
  });
};

const hasPrototypeKey = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && Object.hasOwn(item, 'prototype');
