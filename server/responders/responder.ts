import type {FastifyBaseLogger} from 'fastify';

import type {SessionAnswer} from '../contract/session-answers.js';
import type {CallFailed} from '../outbound/call-failed.js';

/** Message of the conversation so far. */
export interface HistoryMessage {
  role: 'visitor' | 'maria' | 'agent';
  text: string;
  at: string;
}

/** Text of a file that the visitor allows responders to read. */
export interface DocumentText {
  id: string;
  name: string;
  pages: number;
  /** Empty if nothing could be read. */
  text: string;
  truncated: boolean;
  /**
   * True if the file has text that could not be extracted. If false, an empty `text` means a file
   * without text.
   */
  unreadable: boolean;
}

/** Question to a responder. It contains no name, no e-mail address and no credential. */
export interface Turn {
  /** Id of the turn, equal in all attempts. */
  id: string;
  site: {key: string; name: string};
  session: {uuid: string; locale: string; state: string; step: string | null};
  /** Messages before the input, oldest first, truncated. */
  history: HistoryMessage[];
  documents: DocumentText[];
  /** Answers to the questions that the site lists for its responder. */
  answers: SessionAnswer[];
  input: string;
  /** The site's instructions to the responder. */
  instructions: string;
}

/** Part of a reply. `later` means that the responder will call back. */
export type ReplyPart = {type: 'text'; delta: string} | {type: 'later'};

/**
 * Replies to a visitor's free text. A reply is only text: no part can change a consent, a file or a
 * step. `respond` throws `CallFailed`.
 */
export interface Responder {
  respond(
    turn: Turn,
    context: {signal: AbortSignal; log: FastifyBaseLogger},
  ): AsyncIterable<ReplyPart>;
}

export interface RetryLimits {
  pausesMs: readonly number[];
  /** Maximum pause. If the other server asks for a longer pause, there is no further attempt. */
  maxMs: number;
}

export const RETRIES: RetryLimits = {pausesMs: [500, 2_000], maxMs: 10_000};

/** Returns the pause before the next attempt; undefined if there is none. */
export const getRetryPause = (
  attempt: number,
  {retryable, retryAfterMs}: CallFailed,
  {pausesMs, maxMs}: RetryLimits = RETRIES,
): number | undefined => {
  const pauseMs = pausesMs[attempt];
  if (!retryable || pauseMs === undefined) return undefined;
  const waitMs = Math.max(pauseMs, retryAfterMs ?? 0);
  return waitMs > maxMs ? undefined : waitMs;
};
