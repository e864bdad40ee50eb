import type {GeneratedUuid, Session, ValidatedUuid} from '../../../server/contract/sessions.js';

import {ClientError} from '../transport/api-client.js';
import type {ApiClient, FetchOptions} from '../transport/api-client.js';
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

/** The visitor's UUID and token, and the calls that are made with them. */
export class VisitorSession {
  /** Empty while there is no session. */
  uuid = '';
  private isAccepted = false;
  private lastEventAt = 0;
  /** Another tab has removed the session from the storage. */
  private isRemoved = false;
  private accepting: Promise<OpenedSession> | null = null;

  constructor(
    private readonly client: Readonly<ApiClient>,
    private readonly storage: Readonly<SiteStorage>,
  ) {}

  /** True if this browser has a session, or had one that has ended since. */
  get isStored() {
    return this.storage.get(UUID_KEY) !== null;
  }

  /** True while this tab, or another one, receives the session's events as they happen. */
  get isLive() {
    return Date.now() - this.lastEventAt < STREAM_SILENCE_MS;
  }

  /** To be called whenever the event stream has brought something. */
  noteEvents() {
    this.lastEventAt = Date.now();
  }

  /** True if another tab has begun another session, or one after the end of this one. */
  get isStale() {
    const stored = this.storage.get(UUID_KEY);
    // A page that empties the whole storage ends no session.
    return stored === null ? this.isRemoved : stored !== this.uuid;
  }

  /** To be called after another tab may have ended the session. */
  noteRemoval() {
    this.isRemoved = this.uuid !== '' && this.storage.get(UUID_KEY) === null;
  }

  async open(): Promise<OpenedSession> {
    let ended: {kind: End} | null = null;
    for (let attempt = 1; ; attempt++) {
      this.load();
      try {
        const opened = await this.ensureAccepted();
        return ended ?? opened;
      } catch (error) {
        const ending = endingOf(error);
        if (ending && isEnd(ending)) ended = {kind: ending};
        if (ending && attempt < OPEN_ATTEMPTS) continue;
        if (!(error instanceof ClientError)) throw error;
        if (isRefused(error)) return {kind: 'refused', error};
        const offline = this.startOffline(error);
        return ended ?? offline;
      }
    }
  }

  /** Ensures that the backend has accepted the UUID and its token. Parallel callers share one call. */
  async ensureAccepted(): Promise<OpenedSession> {
    if (this.isAccepted) return {kind: 'claimed'};
    const lock = `maria-chat:${this.storage.site}`;
    const {locks} = this.client.platform;
    this.accepting ??= exclusively(locks, lock, () => this.generateOrValidate()).finally(() => {
      this.accepting = null;
    });
    return this.accepting;
  }

  /** Calls the backend with the visitor's credentials. @throws {ClientError} */
  call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.run(() => this.client.call<T>(method, path, body));
  }

  /** As `call`, and returns the response before its body is read. */
  fetch(path: string, options: FetchOptions) {
    return this.run(() => this.client.fetch('GET', path, undefined, options));
  }

  /**
   * Runs a call that needs the visitor's credentials. If the backend refuses the token, the UUID is
   * validated again and the call repeated once.
   */
  async run<T>(call: () => Promise<T>): Promise<T> {
    await this.ensureAccepted();
    const pair = this.storedPair;
    try {
      return await call();
    } catch (error) {
      if (!isTokenRefused(error)) throw this.classify(error, pair);
      this.isAccepted = false;
      await this.ensureAccepted();
      return call();
    }
  }

  /** Removes the session from this browser, but not one that another tab has stored. */
  forget() {
    if (!this.isStale) {
      this.storage.remove(UUID_KEY);
      this.storage.remove(TOKEN_KEY);
    }
    this.drop();
  }

  load() {
    this.drop();
    this.uuid = this.storage.get(UUID_KEY) ?? '';
    const [owner, token] = (this.storage.get(TOKEN_KEY) ?? '').split(' ');
    if (token && owner === this.uuid) this.client.authenticate({uuid: owner, token});
  }

  private get storedPair() {
    return `${this.storage.get(UUID_KEY)} ${this.storage.get(TOKEN_KEY)}`;
  }

  private drop() {
    this.uuid = '';
    this.isAccepted = this.isRemoved = false;
    this.lastEventAt = 0;
    this.client.authenticate(null);
  }

  /** Runs in one tab at a time; the others find the session that it has stored. */
  private async generateOrValidate(): Promise<OpenedSession> {
    const before = this.uuid;
    this.load();
    if (before && this.uuid !== before) throw new SessionReplaced();
    if (!this.uuid) return this.generate();
    const pair = this.storedPair;
    try {
      return await this.validate();
    } catch (error) {
      throw this.classify(error, pair);
    }
  }

  /** Forgets a session that has ended, unless another tab has replaced it already. */
  private classify(error: unknown, pair: string) {
    const ending = endingOf(error);
    if (!ending || !isEnd(ending)) return error;
    if (this.storedPair !== pair) return new SessionReplaced();
    this.forget();
    return error;
  }

  private async generate(): Promise<OpenedSession> {
    const site = this.storage.site;
    const {uuid, token} = await this.client.call<GeneratedUuid>(
      'POST',
      '/api/session/generate-uuid',
      {site},
    );
    this.save(uuid, token);
    return {kind: 'new'};
  }

  private async validate(): Promise<OpenedSession> {
    const site = this.storage.site;
    const asked = this.uuid;
    const known = this.client.token;
    const {uuid, token, session} = await this.client.call<ValidatedUuid>(
      'POST',
      '/api/session/validate-uuid',
      {uuid: asked, site},
    );
    if (this.storage.get(UUID_KEY) !== asked) throw new SessionReplaced();
    this.save(uuid, token ?? known ?? '');
    return session ? {kind: 'back', session} : {kind: 'claimed'};
  }

  private save(uuid: string, token: string) {
    this.uuid = uuid;
    this.isAccepted = true;
    this.client.authenticate({uuid, token});
    this.storage.set(TOKEN_KEY, `${uuid} ${token}`);
    this.storage.set(UUID_KEY, uuid);
  }

  private startOffline(error: ClientError): OpenedSession {
    this.load();
    if (!this.uuid) {
      this.uuid = makeUuid();
      this.storage.set(UUID_KEY, this.uuid);
    }
    return {kind: 'offline', error};
  }
}

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
