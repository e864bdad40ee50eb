import type {FastifyBaseLogger} from 'fastify';

import type {CallFailed} from '../outbound/failure.js';

/** One line of the conversation so far. */
export interface HistoryMessage {
  role: 'visitor' | 'maria' | 'agent';
  text: string;
  at: string;
}

/** The text of a file, which its visitor has allowed to be read for answers. */
export interface DocumentText {
  id: string;
  name: string;
  pages: number;
  /** Empty where nothing could be read. */
  text: string;
  truncated: boolean;
  /** Whether the file has text that could not be read. Without it, an empty text means none. */
  unreadable: boolean;
}

/** What a responder is told. No name, no address, no credential. */
export interface Turn {
  /** The same through all tries. */
  id: string;
  site: {key: string; name: string};
  session: {uuid: string; locale: string; state: string; step: string | null};
  /** Cut already, oldest first, without the input. */
  history: HistoryMessage[];
  documents: DocumentText[];
  input: string;
  /** The site's own words to the responder. */
  instructions: string;
}

/** `later`: the responder will call back. */
export type Part = {type: 'text'; delta: string} | {type: 'later'};

/**
 * Who answers a visitor's free text. All that comes out of it is text: there is no part that could
 * change a consent, a file or a step. Throws `CallFailed`.
 */
export interface Responder {
  respond(turn: Turn, context: {signal: AbortSignal; log: FastifyBaseLogger}): AsyncIterable<Part>;
}

export interface RetryLimits {
  pausesMs: readonly number[];
  /** A longer wait that is asked for is a no. */
  mostMs: number;
}

export const RETRIES: RetryLimits = {pausesMs: [500, 2_000], mostMs: 10_000};

/** How long to wait before the next try; undefined when there is none. */
export const pauseBefore = (
  attempt: number,
  {retryable, retryAfterMs}: CallFailed,
  {pausesMs, mostMs}: RetryLimits = RETRIES,
): number | undefined => {
  const pauseMs = pausesMs[attempt];
  if (!retryable || pauseMs === undefined) return undefined;
  const waitMs = Math.max(pauseMs, retryAfterMs ?? 0);
  return waitMs > mostMs ? undefined : waitMs;
};
