import type {ErrorCode, ErrorStatus} from '../../../server/contract/error-codes.js';
import type {ErrorBody} from '../../../server/contract/common.js';
import {toJson} from '../session/to-json.js';

const REQUEST_TIMEOUT_MS = 15_000;
/** Longer than that, and the visitor is told that it is still being tried. */
const SLOW_MS = 4_000;

/** `offline`: no answer at all. `unintelligible`: an answer that is not ours, such as a proxy's page. */
export type FailureCode = ErrorCode | 'offline' | 'unintelligible';

/** The one error this side of the network; everything that can go wrong is mapped to it. */
export class ClientError extends Error {
  constructor(
    readonly code: FailureCode,
    readonly status: ErrorStatus,
    readonly retryAfterMs = 0,
    options?: ErrorOptions & {message?: string},
  ) {
    super(options?.message ?? code, options);
    this.name = 'ClientError';
  }

  /** Busy or away: the same call may succeed a moment later, and nothing is wrong with the session. */
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

export type Interceptor = <T>(method: string, path: string, run: () => Promise<T>) => Promise<T>;

export interface ClientHost {
  /** Put by its debug panel around every call, which it sees, and may keep from the line. */
  readonly interceptor?: Interceptor;
}

export interface FetchOptions {
  /** Ends the call; without it, its own time limit does. */
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export interface ClientWatcher {
  /** The backend has done what it was asked. */
  onAnswer(isChange: boolean): void;
  /** Whether it takes long, and is still being tried. */
  onSlow(isSlow: boolean): void;
}

/** The only caller of `fetch` and `sendBeacon`. */
export class ApiClient {
  credentials: Credentials | null = null;
  /** When the backend has last answered, by this browser's clock. */
  lastAnswerAt = 0;
  private slowCalls = 0;
  /** The backend's clock minus this browser's; NaN while unknown. */
  clockOffsetMs = NaN;

  constructor(
    readonly api: string,
    readonly watcher: ClientWatcher,
    private readonly host: ClientHost,
  ) {}

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    let isSlow = false;
    const slow = setTimeout(() => {
      isSlow = true;
      this.countSlow(1);
    }, SLOW_MS);
    try {
      const response = await this.fetch(method, path, body);
      const answer = response.status === 204 ? undefined : parse(await textOf(response));
      if (answer === null) throw refusal(response.status, answer, null);
      this.lastAnswerAt = Date.now();
      this.clockOffsetMs = Date.parse(response.headers.get('Date') ?? '') - this.lastAnswerAt;
      this.watcher.onAnswer(method !== 'GET');
      return answer as T;
    } finally {
      clearTimeout(slow);
      if (isSlow) this.countSlow(-1);
    }
  }

  /** A quick call that ends must not remove the notice of a slow one. */
  private countSlow(change: number) {
    this.slowCalls += change;
    this.watcher.onSlow(this.isSlow);
  }

  get isSlow() {
    return this.slowCalls > 0;
  }

  /** The answer before it has been read. */
  async fetch(method: string, path: string, body?: unknown, {signal, headers}: FetchOptions = {}) {
    const hasBody = body !== undefined;
    const type: Record<string, string> = hasBody ? {'Content-Type': 'application/json'} : {};
    const response = await this.fetchOrThrow(path, {
      method,
      headers: {...this.identity(), ...type, ...headers},
      body: hasBody ? toJson(body) : null,
      signal: signal ?? AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (response.ok) return response;
    const delay = response.headers.get('Retry-After');
    throw refusal(response.status, parse(await textOf(response)), delay);
  }

  /** Outlives the page. Beacons carry no headers, hence the credentials in the body. */
  leave() {
    if (!this.credentials) return;
    navigator.sendBeacon(`${this.api}/api/session/leave`, toJson(this.credentials));
  }

  interceptor: Interceptor = (method, path, run) =>
    this.host.interceptor?.(method, path, run) ?? run();

  /** What says in whose name a call is made. */
  identity(): Record<string, string> {
    if (!this.credentials) return {};
    const {uuid, token} = this.credentials;
    return {'X-Session-UUID': uuid, Authorization: `Bearer ${token}`};
  }

  private async fetchOrThrow(path: string, init: RequestInit) {
    try {
      return await this.interceptor(init.method!, path, () =>
        fetch(this.api + path, {
          ...init,
          credentials: 'omit',
          referrerPolicy: 'no-referrer',
          cache: 'no-store',
        }),
      );
    } catch (cause) {
      throw offline(cause);
    }
  }
}

export const offline = (cause: unknown) => new ClientError('offline', 'unavailable', 0, {cause});

const textOf = async (response: Response) => {
  try {
    return await response.text();
  } catch (cause) {
    throw offline(cause);
  }
};

export const parse = (text: string): object | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
};

export const refusal = (
  httpStatus: number,
  answer: object | null | undefined,
  retryAfter: string | null,
) => {
  const {code, status, message} = (answer ?? {}) as Partial<ErrorBody>;
  const pauseMs = retryAfterMs(retryAfter);
  if (code && status) return new ClientError(code, status, pauseMs, message ? {message} : {});
  if (httpStatus === 429) return new ClientError('rate_limited', 'rate_limited', pauseMs);
  if (httpStatus >= 502 && httpStatus <= 504) {
    return new ClientError('unavailable', 'unavailable', pauseMs);
  }
  return new ClientError('unintelligible', 'error', pauseMs);
};

const retryAfterMs = (header: string | null) => {
  if (!header) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Math.max(0, ms || 0);
};
