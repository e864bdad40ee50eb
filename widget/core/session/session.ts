import type {GeneratedUuid, Session, ValidatedUuid} from '../../../server/contract/sessions.js';
import type {SiteConfig} from '../../../server/contract/sites.js';

import type {ChatHost} from '../chat-host.js';
import {ClientError} from '../transport/api-client.js';
import type {ApiClient, FetchOptions} from '../transport/api-client.js';
import {unlessAborted} from '../transport/unless-aborted.js';
import {SessionReplaced, endingOf, isEnd, isRefused} from './session-end.js';
import type {End} from './session-end.js';
import type {SiteStorage} from './storage.js';
import {makeUuid} from './uuid.js';

const UUID_KEY = 'session_uuid';
/** Has `<uuid> <token>` in one value, because tabs may write at the same time. */
const TOKEN_KEY = 'token';
/** Another attempt follows if another tab was faster, or if the session has ended. */
const OPEN_ATTEMPTS = 3;
/** The server sends a comment every 15 s. */
export const STREAM_SILENCE_MS = 40_000;

/** The session that a visitor has when the panel opens. */
export type OpenedSession =
  | {kind: 'new'}
  /** The UUID is this visitor's, and the backend has no data for it yet. */
  | {kind: 'claimed'}
  | {kind: 'back'; session: Session}
  /** The backend is busy or cannot be reached: the conversation begins, and calls are sent later. */
  | {kind: 'offline'; error: ClientError}
  /** The site is unknown, or this page is none of its pages: every call will fail. */
  | {kind: 'refused'; error: ClientError}
  /** The session that the browser has stored has ended. */
  | {kind: End};

export interface SessionDeps {
  readonly client: Readonly<ApiClient>;
  readonly host: Pick<ChatHost, 'languages'>;
  readonly storage: Readonly<SiteStorage>;
  /** Aborted when the present conversation ends. */
  readonly signal: AbortSignal;
}

/** The visitor's UUID and token, and the calls that are made with them. */
export type VisitorSession = ReturnType<typeof createSession>;

export const createSession = (chat: SessionDeps) => {
  const {client, host, storage} = chat;
  const {site} = storage;
  /** Empty while there is no session. */
  let uuid = '';
  let isAccepted = false;
  let lastEventAt = 0;
  /** Another tab has removed the session from the storage. */
  let isRemoved = false;
  let accepting: Promise<OpenedSession> | null = null;
  let config: SiteConfig | undefined;

  const storedUuid = () => storage.get(UUID_KEY);
  const storedPair = () => `${storedUuid()} ${storage.get(TOKEN_KEY)}`;

  const isStale = () => {
    const stored = storedUuid();
    // A page that empties the whole storage ends no session.
    return stored === null ? isRemoved : stored !== uuid;
  };

  const drop = () => {
    uuid = '';
    config = undefined;
    isAccepted = isRemoved = false;
    lastEventAt = 0;
    client.authenticate(null);
  };

  const load = () => {
    drop();
    uuid = storedUuid() ?? '';
    const [owner, token] = (storage.get(TOKEN_KEY) ?? '').split(' ');
    if (token && owner === uuid) client.authenticate({uuid, token});
  };

  const save = (accepted: string, token: string) => {
    uuid = accepted;
    isAccepted = true;
    client.authenticate({uuid, token});
    storage.set(TOKEN_KEY, `${uuid} ${token}`);
    storage.set(UUID_KEY, uuid);
  };

  /** Removes the session from this browser, but not one that another tab has stored. */
  const forget = () => {
    if (!isStale()) {
      storage.remove(UUID_KEY);
      storage.remove(TOKEN_KEY);
    }
    drop();
  };

  /** Forgets a session that has ended, unless another tab has replaced it already. */
  const classify = (error: unknown, pair: string) => {
    if (!isEnd(endingOf(error))) return error;
    if (storedPair() !== pair) return new SessionReplaced();
    forget();
    return error;
  };

  const generate = async (): Promise<OpenedSession> => {
    // In the URL, because servers of earlier releases refuse unknown keys of the body.
    const path = `/api/session/generate-uuid?config_locale=${host.languages.wanted}`;
    const generated = await client.call<GeneratedUuid>('POST', path, {site});
    config = generated.config;
    save(generated.uuid, generated.token);
    return {kind: 'new'};
  };

  const validate = async (): Promise<OpenedSession> => {
    const asked = uuid;
    const known = client.token;
    const pair = storedPair();
    try {
      const path = '/api/session/validate-uuid';
      const valid = await client.call<ValidatedUuid>('POST', path, {uuid: asked, site});
      if (storedUuid() !== asked) throw new SessionReplaced();
      save(valid.uuid, valid.token ?? known ?? '');
      return valid.session ? {kind: 'back', session: valid.session} : {kind: 'claimed'};
    } catch (error) {
      throw classify(error, pair);
    }
  };

  /** Runs in one tab at a time; the others find the session that it has stored. */
  const generateOrValidate = async () => {
    const before = uuid;
    load();
    if (before && uuid !== before) throw new SessionReplaced();
    return uuid ? validate() : generate();
  };

  /** Ensures that the backend has accepted the UUID and its token. Parallel callers share one call. */
  const ensureAccepted = async (): Promise<OpenedSession> => {
    if (isAccepted) return {kind: 'claimed'};
    const {locks} = client.platform;
    accepting ??= exclusively(locks, `maria-chat:${site}`, generateOrValidate).finally(() => {
      accepting = null;
    });
    return accepting;
  };

  const startOffline = (error: ClientError): OpenedSession => {
    load();
    if (!uuid) {
      uuid = makeUuid();
      storage.set(UUID_KEY, uuid);
    }
    return {kind: 'offline', error};
  };

  const open = async (): Promise<OpenedSession> => {
    let ended: {kind: End} | null = null;
    for (let attempt = 1; ; attempt++) {
      load();
      try {
        const opened = await ensureAccepted();
        return ended ?? opened;
      } catch (error) {
        const ending = endingOf(error);
        if (isEnd(ending)) ended = {kind: ending};
        if (ending && attempt < OPEN_ATTEMPTS) continue;
        if (!(error instanceof ClientError)) throw error;
        if (isRefused(error)) return {kind: 'refused', error};
        const offline = startOffline(error);
        return ended ?? offline;
      }
    }
  };

  /**
   * Runs a call that needs the visitor's credentials. If the backend refuses the token, the UUID is
   * validated again and the call repeated once.
   */
  const runAccepted = async <T>(call: () => Promise<T>): Promise<T> => {
    await ensureAccepted();
    const pair = storedPair();
    try {
      return await call();
    } catch (error) {
      if (!isTokenRefused(error)) throw classify(error, pair);
      isAccepted = false;
      await ensureAccepted();
      return call();
    }
  };

  /** Runs a call for the present conversation. Throws an `AbortError` once that has ended. */
  const run = <T>(call: () => Promise<T>): Promise<T> => {
    const {signal} = chat;
    const callNow = () => {
      signal.throwIfAborted();
      return call();
    };
    return unlessAborted(signal, runAccepted(callNow));
  };

  return {
    get uuid() {
      return uuid;
    },
    /** True if this browser has a session, or had one that has ended since. */
    get isStored() {
      return storedUuid() !== null;
    },
    /** True while this tab, or another one, receives the session's events as they happen. */
    get isLive() {
      return Date.now() - lastEventAt < STREAM_SILENCE_MS;
    },
    /** True if another tab has begun another session, or one after the end of this one. */
    get isStale() {
      return isStale();
    },
    /** Configuration of the site that was sent with a new UUID. Servers of earlier releases do not send it. */
    get config() {
      return config;
    },
    /** To be called whenever the event stream has brought something. */
    noteEvents() {
      lastEventAt = Date.now();
    },
    /** To be called after another tab may have ended the session. */
    noteRemoval() {
      isRemoved = uuid !== '' && storedUuid() === null;
    },
    open,
    load,
    forget,
    ensureAccepted,
    run,
    /** Calls the backend with the visitor's credentials. @throws {ClientError} */
    call: <T>(method: string, path: string, body?: unknown) =>
      run(() => client.call<T>(method, path, body)),
    /** As `call`, and returns the response before its body is read. */
    fetch: (path: string, options: FetchOptions) =>
      run(() => client.fetch('GET', path, undefined, options)),
  };
};

/** Runs the work under a Web Lock, or without one if the browser has none or refuses it. */
const exclusively = async <T>(
  locks: LockManager | undefined,
  name: string,
  work: () => Promise<T>,
): Promise<T> => {
  let result: Promise<T> | undefined;
  const begin = () => (result ??= work());
  try {
    await locks?.request(name, begin);
  } catch {
    // The browser has refused the lock, or the work has failed.
  }
  return begin();
};

const isTokenRefused = (error: unknown) =>
  error instanceof ClientError &&
  (error.code === 'token_invalid' || error.code === 'token_required');
