import {Type} from 'typebox';
import type {TSchema} from 'typebox';

import {ErrorBody} from '../contract/common.js';
import {ERROR_CODES} from '../contract/error-codes.js';
import type {ErrorCode} from '../contract/error-codes.js';
import {errorExample} from './error-examples.js';

export interface AnswerOptions {
  /** Errors are pages too: people open these addresses. */
  asPages?: boolean;
  /** No rate limit: a probe must always get its answer. */
  unlimited?: boolean;
}

/** Codes that any route can answer: what came was no readable request, or we could not. */
const EVERYWHERE: ErrorCode[] = ['invalid_request', 'internal', 'unavailable'];

/** What every call that acts on a session can answer besides. */
export const SESSION_CODES: ErrorCode[] = [
  'token_required',
  'token_invalid',
  'origin_not_allowed',
  'unknown_site',
  'session_gone',
];

/** What every route can answer that reads a body. */
export const BODY_CODES: ErrorCode[] = ['too_slow', 'body_too_large', 'unsupported_media_type'];

/** Credentials of every call that acts on a session, for the OpenAPI document. */
export const SESSION_SECURITY = [{visitorToken: [], sessionUuid: []}];

export const pageText = (description: string) =>
  Type.String({contentMediaType: 'text/html', description});

const ErrorPage = pageText('What is wrong and what to do, in the reader’s language.');

/** A route's response schemas: what it answers when all is well, and its error codes by status. */
export const answers = <T extends Record<number, TSchema>>(
  good: T,
  codes: ErrorCode[],
  {asPages = false, unlimited = false}: AnswerOptions = {},
) => {
  const all = [...codes, ...EVERYWHERE, ...(unlimited ? [] : ['rate_limited' as const])];
  const described: Record<string, object> = {};
  for (const [status, list] of byStatus(all)) {
    described[status] = {
      description: list.map((code) => `\`${code}\``).join(', '),
      headers: createHeaders(unlimited, waits(list) ? RETRY_AFTER : {}),
      content: asPages ? createContent(ErrorPage, 'text/html') : errorContent(list),
    };
  }
  for (const [status, schema] of Object.entries(good)) {
    const {headers, also, ...own} = schema as Described;
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
  // Answers are sent under these very schemas; handlers need the types of the good ones alone.
  return described as unknown as T;
};

interface Described {
  type?: string;
  description?: string;
  contentMediaType?: string;
  /** The same in another media type. */
  also?: TSchema;
  /** Headers of this answer alone. */
  headers?: Headers;
}

type Headers = Record<string, {type: string; description: string}>;

const REQUEST_ID: Headers = {
  'x-request-id': {type: 'string', description: 'The operator finds it in the log.'},
};

const RATE_LIMIT: Headers = {
  'ratelimit-limit': {type: 'integer', description: 'Requests a minute from one address.'},
  'ratelimit-remaining': {type: 'integer', description: 'How many of them are left.'},
  'ratelimit-reset': {type: 'integer', description: 'Seconds until the minute is over.'},
};

const RETRY_AFTER: Headers = {
  'retry-after': {type: 'integer', description: 'Seconds to wait before the next try.'},
};

const createHeaders = (unlimited: boolean, own: Headers): Headers => ({
  ...REQUEST_ID,
  ...(!unlimited && RATE_LIMIT),
  ...own,
});

const waits = (codes: ErrorCode[]): boolean =>
  codes.some((code) => code === 'in_progress' || [429, 503].includes(ERROR_CODES[code]));

const byStatus = (codes: ErrorCode[]): Map<string, ErrorCode[]> => {
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

const errorContent = (codes: ErrorCode[]) => ({
  'application/json': {
    schema: ErrorBody,
    examples: Object.fromEntries(codes.map((code) => [code, {value: errorExample(code)}])),
  },
});
