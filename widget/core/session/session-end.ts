import {ClientError} from '../transport/api-client.js';

export interface Ended {
  /** `replaced`: another tab has replaced this session by another one. */
  kind: 'gone' | 'reset' | 'replaced';
}

export type RealEnd = Ended & {kind: 'gone' | 'reset'};

export const isEnd = (found: {kind: string}): found is RealEnd =>
  found.kind === 'gone' || found.kind === 'reset';

export class SessionReplaced extends ClientError {
  constructor() {
    super('internal', 'error', 0, {message: 'Another tab has replaced the session.'});
  }
}

/** Returns how an error ends the session. A backend that is busy or cannot be reached never does. */
export const endingOf = (error: unknown): Ended | null => {
  if (error instanceof SessionReplaced) return {kind: 'replaced'};
  if (!(error instanceof ClientError)) return null;
  if (error.status === 'gone') return {kind: 'gone'};
  return error.status === 'invalid' || error.status === 'collision' ? {kind: 'reset'} : null;
};

/** True for an error that every call of this page will get. */
export const isRefused = ({code}: ClientError) =>
  code === 'unknown_site' || code === 'origin_not_allowed';
