import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_FILE, EXAMPLE_MESSAGE} from './examples.js';
import {StoredFile} from './files.js';
import {MAX_CLIENT_ID_LENGTH, MAX_FILES, MAX_MESSAGE_LENGTH, MAX_MESSAGE_PAGE} from './limits.js';

/** Cursor in a query string. It consists of digits, because query values are strings. */
export const Cursor = Type.String({pattern: '^\\d{1,15}$', examples: ['0']});

export const MessageRole = Type.Union(
  [Type.Literal('visitor'), Type.Literal('maria'), Type.Literal('agent'), Type.Literal('system')],
  {
    description:
      '`maria` replies automatically, `agent` is a person, `system` reports what happened.',
  },
);
export type MessageRole = Static<typeof MessageRole>;

export const MessageState = Type.Union(
  [Type.Literal('running'), Type.Literal('complete'), Type.Literal('failed')],
  {
    description:
      '`running`: more text follows. `failed`: the reply was cut off; `body` contains the text up to there.',
  },
);
export type MessageState = Static<typeof MessageState>;

export const Message = Type.Object(
  {
    id: Type.Integer({
      description: 'Id of the message, which rises with each message of a session.',
    }),
    client_id: Type.String({description: 'Id that the sender has chosen, unique in the session.'}),
    role: MessageRole,
    body: Type.String({
      description: 'Plain text: display it, never interpret it as markup.',
    }),
    state: MessageState,
    created_at: Timestamp,
    files: Type.Array(StoredFile, {description: 'Files of the message, without deleted files.'}),
    asks_for_email: Type.Optional(
      Type.Boolean({
        description:
          'Whether the message asks for an e-mail address, because a person has to reply and none is known. Set when the message is created. Absent: false.',
      }),
    ),
  },
  {title: 'Message', examples: [EXAMPLE_MESSAGE]},
);
export type Message = Static<typeof Message>;

/** The lengths are generous, because the text is measured without the space around it. */
export const SendMessage = Type.Object(
  {
    client_id: Type.String({
      pattern: '^[A-Za-z0-9._-]+$',
      maxLength: MAX_CLIENT_ID_LENGTH,
      description: 'Id that the client chooses for each message, which makes a retry safe.',
    }),
    body: Type.String({
      minLength: 1,
      maxLength: 4 * MAX_MESSAGE_LENGTH,
      description: `1 to ${MAX_MESSAGE_LENGTH} characters, without the space around them.`,
    }),
    file_ids: Type.Optional(
      Type.Array(Uuid, {
        maxItems: 10 * MAX_FILES,
        uniqueItems: true,
        description: 'Ids of stored files of this session that belong to no message yet.',
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

export const MessageResponse = Type.Object(
  {message: Message},
  {
    title: 'MessageAnswer',
    description: 'The stored message.',
    examples: [{message: EXAMPLE_MESSAGE}],
  },
);
export type MessageResponse = Static<typeof MessageResponse>;

export const MessageQuery = Type.Object({
  after: Type.Optional({
    ...Cursor,
    description: 'Id of the last message that the client has.',
  }),
  limit: Type.Optional(
    Type.String({
      pattern: '^\\d{1,4}$',
      description: `Maximum number of messages. More than ${MAX_MESSAGE_PAGE} are never returned.`,
      examples: ['50'],
    }),
  ),
});

export const MessageList = Type.Object(
  {
    messages: Type.Array(Message),
    next: Type.Integer({description: 'Value of `after` for the next call.'}),
    last_event: Type.Integer({
      description:
        'Sequence number of the last event that the list includes. Continue with `GET /api/events?after=`.',
    }),
  },
  {
    title: 'MessageList',
    description: 'Oldest message first. A list that is shorter than requested is the last one.',
    examples: [{messages: [EXAMPLE_MESSAGE], next: EXAMPLE_MESSAGE.id, last_event: 12}],
  },
);
export type MessageList = Static<typeof MessageList>;
