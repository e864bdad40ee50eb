import {Type} from 'typebox';
import type {TSchema} from 'typebox';

import {ErrorBody} from '../contract/common.js';
import {ERROR_CODES} from '../contract/error-codes.js';
import type {ErrorCode} from '../contract/error-codes.js';
import {createErrorExample} from './error-examples.js';

export interface ResponseOptions {
  /** Whether errors are HTML pages, because people open the URL. */
  errorsAsPages?: boolean;
  /** Whether the route has no rate limit, because a probe must always get a response. */
  unlimited?: boolean;
}

/** Error codes that any route can return: the request was not readable, or the server failed. */
const COMMON_CODES: ErrorCode[] = ['invalid_request', 'internal', 'unavailable'];

/** Further error codes of each route that acts on a session. */
export const SESSION_CODES: ErrorCode[] = [
  'token_required',
  'token_invalid',
  'origin_not_allowed',
  'unknown_site',
  'session_gone',
];

/** Further error codes of each route that reads a body. */
export const BODY_CODES: ErrorCode[] = ['too_slow', 'body_too_large', 'unsupported_media_type'];

/** Credentials of each route that acts on a session, for the OpenAPI document. */
export const SESSION_SECURITY = [{visitorToken: [], sessionUuid: []}];

/** Credentials of each call of an account. */
export const OWNER_SECURITY = [{consoleSession: []}];

export const pageText = (description: string) =>
  Type.String({contentMediaType: 'text/html', description});

const ErrorPage = pageText('Page in the visitor’s language: what is wrong and what to do.');

/** Returns the response schemas of a route: those of its success, and one for each error status. */
export const responseSchemas = <T extends Record<number, TSchema>>(
  success: T,
  codes: ErrorCode[],
  {errorsAsPages = false, unlimited = false}: ResponseOptions = {},
) => {
  const all = [...codes, ...COMMON_CODES, ...(unlimited ? [] : ['rate_limited' as const])];
  const described: Record<string, object> = {};
  for (const [status, list] of groupByStatus(all)) {
    described[status] = {
      description: list.map((code) => `\`${code}\``).join(', '),
      headers: createHeaders(unlimited, hasRetryAfter(list) ? RETRY_AFTER : {}),
      content: errorsAsPages ? createContent(ErrorPage, 'text/html') : createErrorContent(list),
    };
  }
  for (const [status, schema] of Object.entries(success)) {
    const {headers, also, ...own} = schema as ResponseSchema;
    const {type, description, contentMediaType} = own;
    const shared = {
      description: description ?? '',
      headers: createHeaders(unlimited, headers ?? {}),
    };
    described[status] =
      type === 'null'
        ? {type, ...shared}
        : {
            ...shared,
            content: {...createContent(own, contentMediaType), ...(also && createContent(also))},
          };
  }
  // Fastify uses these schemas for all responses; handlers need only the types of the successes.
  return described as unknown as T;
};

/** Returns `responseSchemas` for a route in the session scope. */
export const sessionResponses = <T extends Record<number, TSchema>>(
  good: T,
  codes: ErrorCode[] = [],
) => responseSchemas(good, [...SESSION_CODES, ...codes]);

/** Returns `responseSchemas` for a route in the scope of accounts. */
export const ownerResponses = <T extends Record<number, TSchema>>(
  good: T,
  codes: ErrorCode[] = [],
) => signInResponses(good, ['sign_in_required', ...codes]);

/** Returns `responseSchemas` for a route in the scope of accounts that needs no account. */
export const signInResponses = <T extends Record<number, TSchema>>(
  good: T,
  codes: ErrorCode[] = [],
) => responseSchemas(good, ['cross_site', ...codes]);

interface ResponseSchema {
  type?: string;
  description?: string;
  contentMediaType?: string;
  /** Schema of the same response in another media type. */
  also?: TSchema;
  /** Headers of this response only. */
  headers?: Headers;
}

type Headers = Record<string, {type: string; description: string}>;

const REQUEST_ID: Headers = {
  'x-request-id': {type: 'string', description: 'Id of the request in the operator’s log.'},
};

const RATE_LIMIT: Headers = {
  'ratelimit-limit': {type: 'integer', description: 'Requests a minute from one client network.'},
  'ratelimit-remaining': {type: 'integer', description: 'Requests left in the current minute.'},
  'ratelimit-reset': {type: 'integer', description: 'Seconds until the current minute ends.'},
};

const RETRY_AFTER: Headers = {
  'retry-after': {type: 'integer', description: 'Seconds to wait before the next attempt.'},
};

const createHeaders = (unlimited: boolean, own: Headers): Headers => ({
  ...REQUEST_ID,
  ...(!unlimited && RATE_LIMIT),
  ...own,
});

const hasRetryAfter = (codes: ErrorCode[]): boolean =>
  codes.some((code) => code === 'in_progress' || [429, 503].includes(ERROR_CODES[code]));

const groupByStatus = (codes: ErrorCode[]): Map<string, ErrorCode[]> => {
  const statuses = new Map<string, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const status = String(ERROR_CODES[code]);
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  return statuses;
};

const createContent = (schema: TSchema, mediaType = 'application/json') => {
  const {examples = []} = schema as {examples?: unknown[]};
  const named: Record<string, object> = {};
  for (const [i, value] of examples.entries()) named[`example${i + 1}`] = {value};
  return {[mediaType]: {schema, ...(examples.length > 0 && {examples: named})}};
};

const createErrorContent = (codes: ErrorCode[]) => ({
  'application/json': {
    schema: ErrorBody,
    examples: Object.fromEntries(codes.map((code) => [code, {value: createErrorExample(code)}])),
  },
});
