import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_FILE, EXAMPLE_MESSAGE} from './examples.js';
import {StoredFile} from './files.js';
import {MAX_CLIENT_ID_LENGTH, MAX_FILES, MAX_MESSAGE_LENGTH, MAX_MESSAGE_PAGE} from './limits.js';

/** A cursor from a query: digits, for a query holds nothing but text. */
export const Cursor = Type.String({pattern: '^\\d{1,15}$', examples: ['0']});

export const MessageRole = Type.Union(
  [Type.Literal('visitor'), Type.Literal('maria'), Type.Literal('agent'), Type.Literal('system')],
  {description: '`maria` answers by herself, `agent` is a person, `system` tells what happened.'},
);
export type MessageRole = Static<typeof MessageRole>;

export const MessageState = Type.Union(
  [Type.Literal('running'), Type.Literal('complete'), Type.Literal('failed')],
  {
    description:
      '`running`: more of the text is on its way. `failed`: no more will come, `body` is what had.',
  },
);
export type MessageState = Static<typeof MessageState>;

export const Message = Type.Object(
  {
    id: Type.Integer({description: 'Rises with each message of a session.'}),
    client_id: Type.String({description: 'The writer’s own name for it, once in a session.'}),
    role: MessageRole,
    body: Type.String({
      description: 'Text and nothing else: to be shown, never to be interpreted.',
    }),
    state: MessageState,
    created_at: Timestamp,
    files: Type.Array(StoredFile, {description: 'What was deleted is left out.'}),
  },
  {title: 'Message', examples: [EXAMPLE_MESSAGE]},
);
export type Message = Static<typeof Message>;

/** Lengths are generous here, for the text is measured without the space around it. */
export const SendMessage = Type.Object(
  {
    client_id: Type.String({
      pattern: '^[A-Za-z0-9._-]+$',
      maxLength: MAX_CLIENT_ID_LENGTH,
      description: 'Chosen by the client, one for each message; makes a retry safe.',
    }),
    body: Type.String({
      minLength: 1,
      maxLength: 4 * MAX_MESSAGE_LENGTH,
      description: `1 to ${MAX_MESSAGE_LENGTH} characters, not counting the space around them.`,
    }),
    file_ids: Type.Optional(
      Type.Array(Uuid, {
        maxItems: 10 * MAX_FILES,
        uniqueItems: true,
        description: 'Files that this session has stored and no message has named before.',
      }),
    ),
  },
  {
    title: 'SendMessage',
    additionalProperties: false,
    examples: [
      {
        client_id: EXAMPLE_MESSAGE.client_id,
        body: EXAMPLE_MESSAGE.body,
        file_ids: [EXAMPLE_FILE.id],
      },
    ],
  },
);
export type SendMessage = Static<typeof SendMessage>;

export const MessageAnswer = Type.Object(
  {message: Message},
  {
    title: 'MessageAnswer',
    description: 'What was stored.',
    examples: [{message: EXAMPLE_MESSAGE}],
  },
);
export type MessageAnswer = Static<typeof MessageAnswer>;

export const MessageQuery = Type.Object({
  after: Type.Optional({
    ...Cursor,
    description: 'The id of the last message that is known already.',
  }),
  limit: Type.Optional(
    Type.String({
      pattern: '^\\d{1,4}$',
      description: `At most so many, and never more than ${MAX_MESSAGE_PAGE}.`,
      examples: ['50'],
    }),
  ),
});

export const MessageList = Type.Object(
  {
    messages: Type.Array(Message),
    next: Type.Integer({description: '`after` of the next call.'}),
    last_event: Type.Integer({
      description: 'Events up to this number are in here: where `GET /api/events?after=` goes on.',
    }),
  },
  {
    title: 'MessageList',
    description: 'Oldest first; fewer than asked for means that there are no more.',
    examples: [{messages: [EXAMPLE_MESSAGE], next: EXAMPLE_MESSAGE.id, last_event: 12}],
  },
);
export type MessageList = Static<typeof MessageList>;
