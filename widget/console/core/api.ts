import type {EndReason, ErrorBody} from '../../../server/contract/common.js';
import {BASE} from './base.js';

/** Code of a call that got no response, beside the codes of the server. */
export const OFFLINE = 'offline';

/** Failure of a call. */
export class ApiError extends Error {
  constructor(
    /** Code of the server, or `offline`. */
    readonly code: string,
    /** HTTP status, or 0 without a response. */
    readonly status = 0,
    readonly requestId = '',
    readonly body: object = {},
  ) {
    super(code);
  }
}

interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  query?: Readonly<Record<string, string | undefined>>;
  body?: object;
  signal?: AbortSignal;
}

const listeners = {
  signedOut: (_reason?: EndReason) => undefined as void,
  /** The time is that of the start of the call, in milliseconds since the page was opened. */
  reachable: (_isReachable: boolean, _startedAt: number) => undefined as void,
};

/** Sets the functions that are called when the session is over, and with the state of the network. */
export const onCalls = (own: typeof listeners) => Object.assign(listeners, own);

/** Calls `/api/owner/PATH`, and returns the body of the response. Throws an `ApiError`. */
export const call = async <T>(path: string, options: Call = {}): Promise<T> => {
  const response = await request(path, options);
  return parse(await readText(response)) as T;
};

/** Calls `/api/owner/PATH`, and returns the bytes of the response. Throws an `ApiError`. */
export const callForBytes = async (path: string, signal: AbortSignal): Promise<ArrayBuffer> => {
  const response = await request(path, {signal});
  return response.arrayBuffer();
};

/** Calls `/api/owner/PATH`, and returns the file that the server sends. Throws an `ApiError`. */
export const callForFile = async (path: string): Promise<File> => {
  const response = await request(path, {});
  const [, name = ''] = /filename="([^"]+)"/.exec(disposition(response)) ?? [];
  try {
    return new File([await response.blob()], name);
  } catch {
    // The server cuts an export off if its store fails.
    throw new ApiError('cut_off', response.status, response.headers.get('x-request-id') ?? '');
  }
};

const disposition = ({headers}: Response): string => headers.get('content-disposition') ?? '';

/** Returns a response with success. Throws an `ApiError` for any other. */
const request = async (path: string, options: Call): Promise<Response> => {
  const response = await send(path, options);
  if (response.ok) return response;
  const body = parse(await readText(response));
  const {code = '', request_id = '', reason} = body as Partial<ErrorBody>;
  if (code === 'sign_in_required') listeners.signedOut(reason);
  throw new ApiError(code || `http_${response.status}`, response.status, request_id, body);
};

const send = async (path: string, {method = 'GET', query, body, signal}: Call) => {
  const url = `${BASE}api/owner/${path}${toSearch(query)}`;
  // A change is sent as JSON, also without a body: no form of another page can send that.
  const headers = method === 'GET' ? undefined : {'content-type': 'application/json'};
  const options: RequestInit = {method, cache: 'no-store', credentials: 'same-origin'};
  if (headers) options.headers = headers;
  if (signal) options.signal = signal;
  if (method === 'POST' || method === 'PATCH') options.body = JSON.stringify(body ?? {});
  const startedAt = performance.now();
  try {
    const response = await fetch(url, options);
    listeners.reachable(true, startedAt);
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    listeners.reachable(false, startedAt);
    throw new ApiError(OFFLINE);
  }
};

const readText = async (response: Response): Promise<string> => {
  try {
    return await response.text();
  } catch {
    throw new ApiError(OFFLINE);
  }
};

const parse = (text: string): object => {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
};

/** Returns the query string of the values that are set, with its question mark. */
export const toSearch = (values: Call['query'] = {}): string => {
  const set = Object.entries(values).filter(([, value]) => value);
  const search = new URLSearchParams(set as [string, string][]).toString();
  return search && `?${search}`;
};
