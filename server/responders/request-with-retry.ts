import {setTimeout as sleep} from 'node:timers/promises';

import {CallFailed} from '../outbound/call-failed.js';
import {post} from '../outbound/post.js';
import type {PostResponse, PostRequest} from '../outbound/post.js';
import {
  parseEventStream,
  parseJsonLines,
  readReplyLines,
  tryParseJson,
  readText,
} from './stream-parsers.js';
import {getRetryPause} from './responder.js';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;
const STREAM_TYPE = /^text\/event-stream\b/i;
const LINES_TYPE = /^(?:application\/(?:x-)?(?:ndjson|jsonl|json-seq)|text\/plain)\b/i;

export interface RetryableRequest {
  /** Creates the request; called for each attempt, because the signature contains the time. */
  request: () => Omit<PostRequest, 'signal'>;
  signal: AbortSignal;
  /** Returns true for statuses of a reply. Other statuses are failures. */
  isReply: (status: number) => boolean;
}

/**
 * Sends a request, with pauses between attempts, until a response begins. A response that has begun
 * is not requested again: the visitor has seen its text, and the provider has charged for it.
 */
export async function* requestWithRetry<T>(
  {request, signal, isReply}: RetryableRequest,
  read: (response: PostResponse) => AsyncIterable<T>,
): AsyncGenerator<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await post({...request(), signal});
      try {
        if (!isReply(response.status)) throw createHttpError(response);
        yield* read(response);
        return;
      } finally {
        response.close();
      }
    } catch (error) {
      const pauseMs = error instanceof CallFailed ? getRetryPause(attempt, error) : undefined;
      if (pauseMs === undefined || signal.aborted) throw error;
      await sleep(pauseMs, undefined, {signal}).catch(() => {
        throw error;
      });
    }
  }
}

const createHttpError = ({status, headers}: PostResponse): CallFailed =>
  new CallFailed('http_error', {
    status,
    retryable: status === 408 || status === 429 || status >= 500,
    retryAfterMs: retryAfterMs(headers['retry-after']),
  });

const retryAfterMs = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1_000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, time - Date.now());
};

/**
 * Yields the JSON objects of a response, parsed according to its `Content-Type`. Throws
 * `CallFailed` if the type is missing or not supported, such as the type of a web page.
 */
export async function* parseReplyStream({headers, bytes}: PostResponse): AsyncGenerator<unknown> {
  const type = headers['content-type'] ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new CallFailed('bad_answer');
  if (STREAM_TYPE.test(type)) yield* parseEventStream(readReplyLines(bytes));
  else if (LINES_TYPE.test(type)) yield* parseJsonLines(readReplyLines(bytes));
  else if (JSON_TYPE.test(type)) yield* parseJsonOrStream(await readText(bytes));
  else throw new CallFailed('bad_answer');
}

/** Yields the object of a JSON text; also accepts an event stream with the wrong `Content-Type`. */
async function* parseJsonOrStream(text: string): AsyncGenerator<unknown> {
  const json = tryParseJson(text);
  if (json) yield json.value;
  else if (text.startsWith('data:')) yield* parseEventStream(linesOfText(text));
  else throw new CallFailed('bad_answer');
}

async function* linesOfText(text: string): AsyncGenerator<string> {
  yield* readReplyLines(
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
}
