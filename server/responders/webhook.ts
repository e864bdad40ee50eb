import {CallFailed} from '../outbound/failure.js';
import type {TimeLimits} from '../outbound/post.js';
import {signedHeaders} from '../outbound/signature.js';
import {requestWithRetry, parseReplyStream} from './ask.js';
import type {Part, Responder, Turn} from './responder.js';
import {extractEventText} from './text-in.js';

const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

export interface WebhookResponderOptions {
  url: URL;
  key: Buffer;
  limits: TimeLimits;
  allowedHosts: readonly string[];
  /** Where a later answer is taken, and until when. */
  callback: (turnId: string) => {url: string; expires_at: string};
}

/** Asks a server of the site's own. It answers at once, bit by bit, or by calling back. */
export class WebhookResponder implements Responder {
  constructor(private readonly deps: WebhookResponderOptions) {}

  async *respond(turn: Turn, {signal}: {signal: AbortSignal}): AsyncGenerator<Part> {
    const {url, key, limits, allowedHosts, callback} = this.deps;
    const body = JSON.stringify({...written(turn), callback: callback(turn.id)});
    const request = () => ({
      url,
      headers: {
        accept: 'text/event-stream, application/x-ndjson, application/json',
        ...signedHeaders(key, {id: turn.id, body}),
      },
      body,
      limits,
      allowedHosts,
      maxBytes: MAX_ANSWER_BYTES,
    });
    const isAnswer = (status: number) => [200, 202, 204].includes(status);
    yield* requestWithRetry({request, signal, isAnswer}, (answer) => partsOf(answer));
  }
}

const written = ({id, site, session, history, documents, input, instructions}: Turn) => ({
  type: 'turn',
  turn_id: id,
  site,
  session,
  history,
  documents,
  instructions,
  input: {text: input},
});

async function* partsOf(answer: Parameters<typeof parseReplyStream>[0]): AsyncGenerator<Part> {
  if (answer.status === 204) return;
  if (answer.status === 202) {
    yield {type: 'later'};
    return;
  }
  let isText = false;
  for await (const object of parseReplyStream(answer)) {
    const delta = extractEventText(object);
    if (delta === undefined) continue;
    isText = true;
    yield {type: 'text', delta};
  }
  // Who has nothing to say says so with 204.
  if (!isText) throw new CallFailed('bad_answer');
}
