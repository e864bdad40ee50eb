import {ClientError} from '../transport/api-client.js';

/** How the backend ends a session. */
export type End = 'gone' | 'reset';

/** `replaced`: another tab has replaced this session by another one. */
export type Ending = End | 'replaced';

export const isEnd = (kind: string | null): kind is End => kind === 'gone' || kind === 'reset';

/** Another tab has replaced the session. Starts the conversation again, and is never shown. */
export class SessionReplaced extends ClientError {
  constructor() {
    super('internal', 'error');
  }
}

/** Returns how an error ends the session. A backend that is busy or cannot be reached never does. */
export const endingOf = (error: unknown): Ending | null => {
  if (error instanceof SessionReplaced) return 'replaced';
  if (!(error instanceof ClientError)) return null;
  if (error.status === 'gone') return 'gone';
  return error.status === 'invalid' || error.status === 'collision' ? 'reset' : null;
};

/** True for an error that every call of this page will get. */
export const isRefused = ({code}: ClientError) =>
  code === 'unknown_site' || code === 'origin_not_allowed';
