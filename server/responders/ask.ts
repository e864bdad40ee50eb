import {setTimeout as sleep} from 'node:timers/promises';

import {CallFailed} from '../outbound/failure.js';
import {post} from '../outbound/post.js';
import type {Answer, Outgoing} from '../outbound/post.js';
import {parseEventStream, parseJsonLines, readLines, parsed, wholeText} from './lines.js';
import {pauseBefore} from './responder.js';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;
const STREAM_TYPE = /^text\/event-stream\b/i;
const LINES_TYPE = /^(?:application\/(?:x-)?(?:ndjson|jsonl|json-seq)|text\/plain)\b/i;

export interface RetryableRequest {
  /** Fresh for each try. */
  request: () => Omit<Outgoing, 'signal'>;
  signal: AbortSignal;
  /** Statuses that are an answer. Others are failures. */
  isAnswer: (status: number) => boolean;
}

/**
 * Asks until an answer begins, with pauses. Once its first byte is here nothing is asked again: the
 * visitor has seen it, and the other side has been paid for it.
 */
export async function* requestWithRetry<T>(
  {request, signal, isAnswer}: RetryableRequest,
  read: (answer: Answer) => AsyncIterable<T>,
): AsyncGenerator<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await post({...request(), signal});
      try {
        if (!isAnswer(answer.status)) throw refusal(answer);
        yield* read(answer);
        return;
      } finally {
        answer.close();
      }
    } catch (error) {
      const pauseMs = error instanceof CallFailed ? pauseBefore(attempt, error) : undefined;
      if (pauseMs === undefined || signal.aborted) throw error;
      await sleep(pauseMs, undefined, {signal}).catch(() => {
        throw error;
      });
    }
  }
}

const refusal = ({status, headers}: Answer): CallFailed =>
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

/** The objects of an answer, by what it says it is. What says nothing, or a web page, is no answer. */
export async function* parseReplyStream({headers, bytes}: Answer): AsyncGenerator<unknown> {
  const type = headers['content-type'] ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new CallFailed('bad_answer');
  if (STREAM_TYPE.test(type)) yield* parseEventStream(readLines(bytes));
  else if (LINES_TYPE.test(type)) yield* parseJsonLines(readLines(bytes));
  else if (JSON_TYPE.test(type)) yield* objectsOfJson(await wholeText(bytes));
  else throw new CallFailed('bad_answer');
}

/** One object; or a stream under the wrong name. */
async function* objectsOfJson(text: string): AsyncGenerator<unknown> {
  const whole = parsed(text);
  if (whole) yield whole.value;
  else if (text.startsWith('data:')) yield* parseEventStream(linesIn(text));
  else throw new CallFailed('bad_answer');
}

async function* linesIn(text: string): AsyncGenerator<string> {
  yield* readLines(
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
}
