import {OwnerEvent, TurnAnswer, TurnBody} from '../contract/outgoing.js';

const SIGNED = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
const MEANING: Record<string, string> = {
  'webhook-id': 'The same through all tries.',
  'webhook-timestamp': 'Seconds since 1970, of this try.',
  'webhook-signature': '`v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`.',
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

/** What we send to servers of a site's own, and what they answer. */
export const WEBHOOKS = {
  turn: {
    post: {
      ...SHARED,
      operationId: 'answerTurn',
      summary: 'A visitor has written, and a responder of kind `webhook` is asked',
      description:
        'Signed as Standard Webhooks says. Redirects are not followed. Asked again under the same `webhook-id` only while no answer has begun.',
      requestBody: {required: true, content: json(TurnBody)},
      responses: {
        '200': {
          description:
            'The answer; or `text/event-stream` or `application/x-ndjson` with `{"text"}`, `{"type": "text-delta", "delta"}`, `{"type": "item", "content"}` or chunks of Chat Completions.',
          content: json(TurnAnswer),
        },
        '202': {description: 'Later, by `POST callback.url`.'},
        '204': {description: 'Nothing is said.'},
        '401': {description: 'It is not signed by who knows the secret.'},
      },
    },
  },
  event: {
    post: {
      ...SHARED,
      operationId: 'ownerEvent',
      summary: 'Something has happened that an owner wants to know',
      description:
        'Sent to each address of `maria webhook add`, signed as Standard Webhooks says, until it is taken.',
      requestBody: {required: true, content: json(OwnerEvent)},
      responses: {
        '204': {description: 'Taken, as with any 2xx.'},
        '401': {description: 'It is not signed by who knows the secret: sent again later.'},
      },
    },
  },
};
