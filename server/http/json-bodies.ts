import {InvalidRequest} from '../errors.js';
import type {Fault} from '../errors.js';
import type {App} from './app-type.js';

/** No body of ours is deeper; to look for ever into one that is would be its sender's aim. */
const MAX_DEPTH = 20;
const IS_POISON = 'is or holds a key that is not taken';

/**
 * JSON with poisoned prototypes refused; an empty body is none, whatever its header says; a route
 * that expects no body takes none but that.
 */
export const parseJsonBodies = (app: App): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', {parseAs: 'string'}, (request, body, done) => {
    if (body === '') done(null, undefined);
    else {
      void parse(request, body as string, (error, parsed) => {
        if (error) done(refusalOf(body as string), undefined);
        else done(null, parsed);
      });
    }
  });
  app.addHook('preValidation', async ({body, is404, routeOptions}) => {
    if (is404 || routeOptions.schema?.body || body === undefined) return;
    if (typeof body !== 'object' || body === null) throw unexpected(['/']);
    const keys = Object.keys(body);
    if (keys.length > 0) throw unexpected(keys.map((key) => `/${key}`));
  });
};

const unexpected = (paths: string[]): InvalidRequest =>
  new InvalidRequest(`Expected no body, got ${paths.join(', ')}.`, {
    faults: paths.map((path) => ({path, message: 'is not expected'})),
  });

/** The parser tells no JSON from JSON that it distrusts. */
const refusalOf = (text: string): InvalidRequest => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    const message = 'is not valid JSON';
    return new InvalidRequest(`The body ${message}.`, {faults: [{path: '/', message}]});
  }
  const found = poisoned(body);
  const faults = found.length > 0 ? found : [{path: '/', message: IS_POISON}];
  const where = faults.map(({path}) => path).join(', ');
  return new InvalidRequest(`The body holds a key that is not taken: ${where}.`, {faults});
};

const poisoned = (value: unknown, path = '', depth = 0): Fault[] => {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([key, item]): Fault[] => {
    const isPoison = key === '__proto__' || (key === 'constructor' && holdsPrototype(item));
    if (isPoison) return [{path: `${path}/${key}`, message: IS_POISON}];
    return poisoned(item, `${path}/${key}`, depth + 1);
  });
};

const holdsPrototype = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && Object.hasOwn(item, 'prototype');
