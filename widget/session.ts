import type {GeneratedUuid, Session, ValidatedUuid} from '../server/contract/sessions.js';

import {ClientError} from './client.js';
import type {Client} from './client.js';
import type {SiteStorage} from './storage.js';
import {makeUuid} from './uuid.js';

const UUID_KEY = 'session_uuid';
const TOKEN_KEY = 'token';

/** How the visitor stands when the panel opens. */
export type Arrival =
  | {kind: 'new'}
  /** The UUID is ours and the backend knows nothing under it yet. */
  | {kind: 'claimed'}
  | {kind: 'back'; session: Session}
  /** The backend is busy or away: this browser goes on by itself and catches up later. */
  | {kind: 'offline'; error: ClientError}
  | Ended;

export interface Ended {
  kind: 'gone' | 'reset';
}

/** The words that end a session. A backend that is busy or away never does. */
export const endingOf = (error: unknown): Ended | null => {
  if (!(error instanceof ClientError)) return null;
  if (error.status === 'gone') return {kind: 'gone'};
  return error.status === 'invalid' || error.status === 'collision' ? {kind: 'reset'} : null;
};

/** The visitor's UUID and token: made, kept, confirmed by the backend, forgotten. */
export class VisitorSession {
  uuid = '';
  private isConfirmed = false;
  private confirming: Promise<Arrival> | null = null;

  constructor(
    private readonly client: Client,
    private readonly storage: SiteStorage,
  ) {}

  /** Whether another tab has moved on to a different session. */
  get isStale() {
    return this.uuid !== '' && this.storage.get(UUID_KEY) !== this.uuid;
  }

  async arrive(): Promise<Arrival> {
    this.load();
    try {
      return await this.confirm();
    } catch (error) {
      const ended = endingOf(error);
      if (ended) this.forget();
      if (ended) await this.arrive();
      if (ended) return ended;
      if (error instanceof ClientError) return this.goOnAlone(error);
      throw error;
    }
  }

  /** Makes sure that the backend knows the UUID as ours; asks once, however many callers wait. */
  async confirm(): Promise<Arrival> {
    if (this.isConfirmed) return {kind: 'claimed'};
    this.confirming ??= (this.uuid ? this.validate() : this.generate()).finally(() => {
      this.confirming = null;
    });
    return this.confirming;
  }

  /** Runs a call in the visitor's name; a refused token is looked into once. */
  async act<T>(call: () => Promise<T>): Promise<T> {
    await this.confirm();
    try {
      return await call();
    } catch (error) {
      if (!isTokenRefused(error)) throw error;
      this.isConfirmed = false;
      await this.confirm();
      return call();
    }
  }

  forget() {
    this.uuid = '';
    this.isConfirmed = false;
    this.client.credentials = null;
    this.storage.remove(UUID_KEY);
    this.storage.remove(TOKEN_KEY);
  }

  private load() {
    this.isConfirmed = false;
    this.uuid = this.storage.get(UUID_KEY) ?? '';
    const token = this.storage.get(TOKEN_KEY);
    this.client.credentials = this.uuid && token ? {uuid: this.uuid, token} : null;
  }

  private async generate(): Promise<Arrival> {
    const site = this.storage.site;
    const {uuid, token} = await this.client.call<GeneratedUuid>(
      'POST',
      '/api/session/generate-uuid',
      {site},
    );
    this.keep(uuid, token);
    return {kind: 'new'};
  }

  private async validate(): Promise<Arrival> {
    const site = this.storage.site;
    const {uuid, token, session} = await this.client.call<ValidatedUuid>(
      'POST',
      '/api/session/validate-uuid',
      {uuid: this.uuid, site},
    );
    this.keep(uuid, token ?? this.client.credentials?.token ?? '');
    return session ? {kind: 'back', session} : {kind: 'claimed'};
  }

  private keep(uuid: string, token: string) {
    this.uuid = uuid;
    this.isConfirmed = true;
    this.client.credentials = {uuid, token};
    this.storage.set(UUID_KEY, uuid);
    this.storage.set(TOKEN_KEY, token);
  }

  private goOnAlone(error: ClientError): Arrival {
    if (!this.uuid) {
      this.uuid = makeUuid();
      this.storage.set(UUID_KEY, this.uuid);
    }
    return {kind: 'offline', error};
  }
}

const isTokenRefused = (error: unknown) =>
  error instanceof ClientError &&
  (error.code === 'token_invalid' || error.code === 'token_required');
