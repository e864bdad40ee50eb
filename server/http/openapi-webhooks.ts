import {OwnerEvent, TurnReply, TurnBody} from '../contract/outgoing.js';

const SIGNED = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
const MEANING: Record<string, string> = {
  'webhook-id': 'Id of the request, the same in all attempts.',
  'webhook-timestamp': 'Time of this attempt, in seconds since 1970.',
  'webhook-signature': '`v1,` and the base64 of the HMAC-SHA-256 of `id.timestamp.body`.',
};

const SHARED = {
  tags: ['conversation'],
  security: [],
  parameters: SIGNED.map((name) => ({
    in: 'header',
    name,
    required: true,
    description: MEANING[name],
    schema: {type: 'string'},
  })),
};

const json = (schema: object) => {
  const {examples = [], ...rest} = schema as {examples?: unknown[]};
  const shown = examples.map((value, i) => [`example${i + 1}`, {value}] as const);
  return {'application/json': {schema: rest, examples: Object.fromEntries(shown)}};
};

/** Requests to a site's own servers, and their responses. */
export const WEBHOOKS = {
  turn: {
    post: {
      ...SHARED,
      operationId: 'answerTurn',
      summary: 'Asks a responder of kind `webhook` for a reply to a visitor',
      description:
        'Signed as Standard Webhooks specifies. Redirects are not followed. The request is repeated with the same `webhook-id` only if no response has begun.',
      requestBody: {required: true, content: json(TurnBody)},
      responses: {
        '200': {
          description:
            'The reply as JSON; or `text/event-stream` or `application/x-ndjson` with `{"text"}`, `{"type": "text-delta", "delta"}`, `{"type": "item", "content"}` or chunks of Chat Completions.',
          content: json(TurnReply),
        },
        '202': {description: 'The reply follows later, with `POST callback.url`.'},
        '204': {description: 'There is no reply.'},
        '401': {description: 'The signature does not match.'},
      },
    },
  },
  event: {
    post: {
      ...SHARED,
      operationId: 'ownerEvent',
      summary: 'Notifies a site’s owner of an event',
      description:
        'Sent to each URL of `maria webhook add`, signed as Standard Webhooks specifies. Failed attempts are repeated.',
      requestBody: {required: true, content: json(OwnerEvent)},
      responses: {
        '204': {description: 'The event is accepted, as with any 2xx.'},
        '401': {description: 'The signature does not match. The event is sent again later.'},
      },
    },
  },
};
