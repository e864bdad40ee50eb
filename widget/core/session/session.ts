import type {GeneratedUuid, Session, ValidatedUuid} from '../../../server/contract/sessions.js';

import {ClientError} from '../transport/api-client.js';
import type {ApiClient} from '../transport/api-client.js';
import type {SiteStorage} from './storage.js';
import {makeUuid} from './uuid.js';

const UUID_KEY = 'session_uuid';
/** Holds `<uuid> <token>`: tabs write at the same time, and half of a pair opens nothing. */
const TOKEN_KEY = 'token';
/** Each attempt but the last found that another tab had been quicker, or a session at its end. */
const ARRIVAL_ATTEMPTS = 3;

/** How the visitor stands when the panel opens. */
export type OpenedSession =
  | {kind: 'new'}
  /** The UUID is ours and the backend knows nothing under it yet. */
  | {kind: 'claimed'}
  | {kind: 'back'; session: Session}
  /** The backend is busy or away: this browser goes on by itself and catches up later. */
  | {kind: 'offline'; error: ClientError}
  /** The site is unknown, or this page is none of its pages: nothing will come of it. */
  | {kind: 'refused'; error: ClientError}
  | Ended;

export interface Ended {
  /** `replaced`: another tab has put a different session in the place of this one. */
  kind: 'gone' | 'reset' | 'replaced';
}

export type RealEnd = Ended & {kind: 'gone' | 'reset'};

export const isEnd = (word: {kind: string}): word is RealEnd =>
  word.kind === 'gone' || word.kind === 'reset';

class SessionReplaced extends ClientError {
  constructor() {
    super('internal', 'error', 0, {message: 'Another tab has replaced the session.'});
  }
}

/** The words that end a session. A backend that is busy or away never does. */
export const endingOf = (error: unknown): Ended | null => {
  if (error instanceof SessionReplaced) return {kind: 'replaced'};
  if (!(error instanceof ClientError)) return null;
  if (error.status === 'gone') return {kind: 'gone'};
  return error.status === 'invalid' || error.status === 'collision' ? {kind: 'reset'} : null;
};

/** The visitor's UUID and token: made, kept, confirmed by the backend, forgotten. */
export class VisitorSession {
  uuid = '';
  private isConfirmed = false;
  /** Another tab has removed the session from the storage. */
  private isRemoved = false;
  private confirming: Promise<OpenedSession> | null = null;

  constructor(
    private readonly client: ApiClient,
    private readonly storage: SiteStorage,
  ) {}

  /** Whether another tab has moved on to a different session, or begun one after the end of this. */
  get isStale() {
    const stored = this.storage.get(UUID_KEY);
    // A page may have emptied the whole storage, which ends no session.
    return stored === null ? this.isRemoved : stored !== this.uuid;
  }

  /** To be called when another tab may have ended the session: by its storage event, or while away. */
  noteRemoval() {
    this.isRemoved = this.uuid !== '' && this.storage.get(UUID_KEY) === null;
  }

  async open(): Promise<OpenedSession> {
    let ended: Ended | null = null;
    for (let attempt = 1; ; attempt++) {
      this.load();
      try {
        const arrival = await this.confirm();
        return ended ?? arrival;
      } catch (error) {
        const ending = endingOf(error);
        if (ending && ending.kind !== 'replaced') ended = ending;
        if (ending && attempt < ARRIVAL_ATTEMPTS) continue;
        if (!(error instanceof ClientError)) throw error;
        if (isRefused(error)) return {kind: 'refused', error};
        const alone = this.startOffline(error);
        return ended ?? alone;
      }
    }
  }

  /** Makes sure that the backend knows the UUID as ours; asks once, however many callers wait. */
  async confirm(): Promise<OpenedSession> {
    if (this.isConfirmed) return {kind: 'claimed'};
    const lock = `maria-chat:${this.storage.site}`;
    this.confirming ??= exclusively(lock, () => this.confirmOnce()).finally(() => {
      this.confirming = null;
    });
    return this.confirming;
  }

  /** Runs a call in the visitor's name; a refused token is looked into once. */
  async call<T>(call: () => Promise<T>): Promise<T> {
    await this.confirm();
    const pair = this.keptPair;
    try {
      return await call();
    } catch (error) {
      if (!isTokenRefused(error)) throw this.classify(error, pair);
      this.isConfirmed = false;
      await this.confirm();
      return call();
    }
  }

  /** Leaves alone what another tab has stored meanwhile. */
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
    if (this.uuid && owner === this.uuid && token) this.client.credentials = {uuid: owner, token};
  }

  private get keptPair() {
    return `${this.storage.get(UUID_KEY)} ${this.storage.get(TOKEN_KEY)}`;
  }

  private drop() {
    this.uuid = '';
    this.isConfirmed = this.isRemoved = false;
    this.client.credentials = null;
  }

  /** One tab at a time; the others find what it has made. */
  private async confirmOnce(): Promise<OpenedSession> {
    const before = this.uuid;
    this.load();
    if (before && this.uuid !== before) throw new SessionReplaced();
    if (!this.uuid) return this.generate();
    const pair = this.keptPair;
    try {
      return await this.validate();
    } catch (error) {
      throw this.classify(error, pair);
    }
  }

  /** A session at its end is forgotten, unless another tab has replaced it already. */
  private classify(error: unknown, pair: string) {
    const ended = endingOf(error);
    if (!ended || ended.kind === 'replaced') return error;
    if (this.keptPair !== pair) return new SessionReplaced();
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
    const known = this.client.credentials?.token;
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
    this.isConfirmed = true;
    this.client.credentials = {uuid, token};
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

/** Under a Web Lock; where the browser has none, or refuses it, the work is done all the same. */
const exclusively = async <T>(lock: string, work: () => Promise<T>): Promise<T> => {
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return work();
  };
  try {
    return await navigator.locks.request(lock, begin);
  } catch (error) {
    if (hasBegun) throw error;
    return work();
  }
};

/** Which every call of this page will hear. */
export const isRefused = ({code}: ClientError) =>
  code === 'unknown_site' || code === 'origin_not_allowed';

const isTokenRefused = (error: unknown) =>
  error instanceof ClientError &&
  (error.code === 'token_invalid' || error.code === 'token_required');
