import type {ErrorCode, ErrorStatus} from '../../../server/contract/error-codes.js';
import type {ErrorBody} from '../../../server/contract/common.js';
import type {Platform} from '../platform.js';
import {parse, toJson} from './json.js';

const REQUEST_TIMEOUT_MS = 15_000;
/** After this time, the panel says that the call takes long. */
export const SLOW_MS = 4_000;

/** `offline`: no response. `unintelligible`: a response that is not the backend's, such as a proxy's page. */
export type FailureCode = ErrorCode | 'offline' | 'unintelligible';

/** The only error that calls of the backend throw. */
export class ClientError extends Error {
  constructor(
    readonly code: FailureCode,
    readonly status: ErrorStatus,
    readonly retryAfterMs = 0,
    options?: ErrorOptions & {message?: string | undefined},
  ) {
    super(options?.message ?? code, options);
    this.name = 'ClientError';
  }

  /** True if the same call may succeed a moment later, and the session is not at fault. */
  get isTransient() {
    return (
      this.status === 'unavailable' || this.status === 'rate_limited' || this.code === 'in_progress'
    );
  }
}

export interface Credentials {
  uuid: string;
  token: string;
}

/** Runs a call, or throws instead. */
export type Interceptor = <T>(method: string, path: string, run: () => Promise<T>) => Promise<T>;

export interface FetchOptions {
  /** Ends the call. The default is a time limit. */
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export interface ApiClientHost {
  /** Set by the debug panel, which lists calls and can simulate a lost connection. */
  readonly interceptor?: Interceptor;
  /** The backend has responded. `isChange` is true for all methods but GET. */
  onResponse(isChange: boolean): void;
  /** A call takes long, or no call takes long now. */
  onSlow(isSlow: boolean): void;
}

/** Calls the backend. No other module calls `fetch` or sends beacons. */
export type ApiClient = ReturnType<typeof createClient>;

export const createClient = (api: string, platform: Platform, host: ApiClientHost) => {
  let credentials: Credentials | null = null;
  /** Timers of the calls that take long. */
  const slowCalls = new Set<unknown>();
  let lastResponseAt = 0;
  let clockOffsetMs = NaN;

  /** Runs a request with the visitor's credentials. @throws {ClientError} if there is no response */
  const send = async <Result>(
    method: string,
    path: string,
    request: (headers: Record<string, string>) => Promise<Result>,
  ): Promise<Result> => {
    const headers: Record<string, string> = credentials
      ? {'X-Session-UUID': credentials.uuid, Authorization: `Bearer ${credentials.token}`}
      : {};
    const run = () => request(headers);
    try {
      return await (host.interceptor?.(method, path, run) ?? run());
    } catch (error) {
      throw error instanceof ClientError ? error : offline(error);
    }
  };

  /** Returns the response before its body is read. @throws {ClientError} */
  const fetchResponse = async (
    method: string,
    path: string,
    body?: unknown,
    {signal, headers}: FetchOptions = {},
  ) => {
    const {fetch} = platform;
    const hasBody = body !== undefined;
    const response = await send(method, path, (own) =>
      fetch(api + path, {
        method,
        headers: {...own, ...(hasBody && {'Content-Type': 'application/json'}), ...headers},
        body: hasBody ? toJson(body) : null,
        signal: signal ?? AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
      }),
    );
    if (response.ok) return response;
    const retryAfter = response.headers.get('Retry-After');
    throw errorOf(response.status, parse(await textOf(response)), retryAfter);
  };

  return {
    api,
    platform,
    host,
    get isSlow() {
      return slowCalls.size > 0;
    },
    get token() {
      return credentials?.token;
    },
    /** Time of the last response, in ms since 1970; 0 before the first. */
    get lastResponseAt() {
      return lastResponseAt;
    },
    /** The backend's clock minus this browser's, in ms; NaN before the first response. */
    get clockOffsetMs() {
      return clockOffsetMs;
    },
    authenticate(owned: Credentials | null) {
      credentials = owned;
    },
    /** Returns the body of the response. @throws {ClientError} */
    async call<T>(method: string, path: string, body?: unknown): Promise<T> {
      const timer = setTimeout(() => {
        slowCalls.add(timer);
        host.onSlow(true);
      }, SLOW_MS);
      try {
        const response = await fetchResponse(method, path, body);
        const result = response.status === 204 ? undefined : parse(await textOf(response));
        if (result === null) throw errorOf(response.status, result, null);
        lastResponseAt = Date.now();
        clockOffsetMs = Date.parse(response.headers.get('Date') ?? '') - lastResponseAt;
        host.onResponse(method !== 'GET');
        return result as T;
      } finally {
        clearTimeout(timer);
        // A fast call that ends must not remove the notice of a slow one.
        if (slowCalls.delete(timer)) host.onSlow(slowCalls.size > 0);
      }
    },
    fetch: fetchResponse,
    send,
    /** Sends a beacon when the visitor leaves. Beacons have no headers: the credentials are in the body. */
    leave() {
      if (credentials) platform.sendBeacon?.(`${api}/api/session/leave`, toJson(credentials));
    },
  };
};

export const offline = (cause: unknown) => new ClientError('offline', 'unavailable', 0, {cause});

const textOf = (response: Response) =>
  response.text().catch((cause: unknown) => {
    throw offline(cause);
  });

/** Returns the error of a response that is no success. */
export const errorOf = (
  httpStatus: number,
  body: object | null | undefined,
  retryAfter: string | null,
) => {
  const {code, status, message} = (body ?? {}) as Partial<ErrorBody>;
  // The backend sends seconds. After the date of a proxy, the usual delays apply.
  const waitMs = Math.max(Number(retryAfter) * 1000 || 0, 0);
  if (code && status) return new ClientError(code, status, waitMs, {message, cause: body});
  const isAway = httpStatus >= 502 && httpStatus <= 504;
  const busy = httpStatus === 429 ? 'rate_limited' : isAway && 'unavailable';
  return new ClientError(busy || 'unintelligible', busy || 'error', waitMs);
};
