import {CallFailed} from '../outbound/call-failed.js';
import type {TimeLimits} from '../outbound/post.js';
import {createSignedHeaders} from '../outbound/signature.js';
import {MEBIBYTE} from '../units.js';
import {requestWithRetry, parseReplyStream} from './request-with-retry.js';
import type {ReplyPart, Responder, Turn} from './responder.js';
import {extractEventText} from './extract-text.js';

const MAX_ANSWER_BYTES = 2 * MEBIBYTE;

export interface WebhookResponderOptions {
  url: URL;
  key: Buffer;
  limits: TimeLimits;
  allowedHosts: readonly string[];
  /** Returns the URL for later replies, and when it expires. */
  callback: (turnId: string) => {url: string; expires_at: string};
}

/** Sends turns to the site's own server, which replies at once, in a stream, or by calling back. */
export class WebhookResponder implements Responder {
  constructor(private readonly deps: WebhookResponderOptions) {}

  async *respond(turn: Turn, {signal}: {signal: AbortSignal}): AsyncGenerator<ReplyPart> {
    const {url, key, limits, allowedHosts, callback} = this.deps;
    const body = JSON.stringify({...toRequestBody(turn), callback: callback(turn.id)});
    const request = () => ({
      url,
      headers: {
        accept: 'text/event-stream, application/x-ndjson, application/json',
        ...createSignedHeaders(key, {id: turn.id, body}),
      },
      body,
      limits,
      allowedHosts,
      maxBytes: MAX_ANSWER_BYTES,
    });
    const isReply = (status: number) => [200, 202, 204].includes(status);
    yield* requestWithRetry({request, signal, isReply}, (response) => parseReply(response));
  }
}

const toRequestBody = ({input, id, ...turn}: Turn) => ({
  type: 'turn',
  turn_id: id,
  ...turn,
  input: {text: input},
});

async function* parseReply(
  response: Parameters<typeof parseReplyStream>[0],
): AsyncGenerator<ReplyPart> {
  if (response.status === 204) return;
  if (response.status === 202) {
    yield {type: 'later'};
    return;
  }
  let isText = false;
  for await (const object of parseReplyStream(response)) {
    const delta = extractEventText(object);
    if (delta === undefined) continue;
    isText = true;
    yield {type: 'text', delta};
  }
  // An empty 200 is an error; 204 means *no reply*.
  if (!isText) throw new CallFailed('bad_answer');
}
