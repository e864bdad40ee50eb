import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp} from './common.js';
import {
  EXAMPLE_FILE,
  EXAMPLE_MESSAGE,
  EXAMPLE_TIME,
  EXAMPLE_TOKEN,
  EXAMPLE_UUID,
} from './examples.js';
import {TRANSIENT_EVENTS, STORED_EVENTS} from './event-names.js';
import type {LiveEventName} from './event-names.js';
import type {StoredFile} from './files.js';
import {Cursor} from './messages.js';
import type {Message, MessageRole, MessageState} from './messages.js';

/**
 * State of the session in the event `session_state`. Three states are final: `gone` (the visit has
 * ended), `erased` (its data was erased) and `refused` (the token is not the one of this UUID).
 */
export type SessionEventState = 'visit' | 'pending' | 'complete' | 'gone' | 'erased' | 'refused';

/** Data of each event, by its type. */
export interface LiveEventData {
  message_created: {message: Message};
  /** `body` is the whole text, which replaces all deltas. */
  message_completed: {message_id: number; body: string; state: Exclude<MessageState, 'running'>};
  /** `text` begins at `offset`, which counts UTF-16 units as JavaScript does. */
  message_delta: {message_id: number; offset: number; text: string};
  file_upload_complete: {file: StoredFile};
  file_deleted: {file_id: string};
  email_verified: Record<string, never>;
  session_state: {state: SessionEventState};
  typing: {role: Exclude<MessageRole, 'visitor'>};
}

export type LiveEvent = {
  [Name in LiveEventName]: {
    /** Sequence number in the session. Null for transient events, which are not stored. */
    seq: number | null;
    type: Name;
    data: LiveEventData[Name];
    at: string;
  };
}[LiveEventName];

/** Schema of an event for the OpenAPI document. */
export const Envelope = Type.Unsafe<LiveEvent>(
  Type.Object(
    {
      seq: Type.Union([Type.Integer({minimum: 1}), Type.Null()], {
        description:
          'Sequence number, which rises by one with each stored event of the session. Null for transient events, which only connected clients receive.',
      }),
      type: Type.String({
        examples: [...STORED_EVENTS],
        description: `Stored: ${STORED_EVENTS.join(', ')}. Transient: ${TRANSIENT_EVENTS.join(', ')}. Ignore types that you do not know.`,
      }),
      data: Type.Object({}, {additionalProperties: true}),
      at: Timestamp,
    },
    {
      title: 'Envelope',
      examples: [
        {seq: 3, type: 'file_upload_complete', data: {file: EXAMPLE_FILE}, at: EXAMPLE_TIME},
        {seq: 4, type: 'message_created', data: {message: EXAMPLE_MESSAGE}, at: EXAMPLE_TIME},
        {seq: 5, type: 'session_state', data: {state: 'pending'}, at: EXAMPLE_TIME},
        {
          seq: null,
          type: 'message_delta',
          data: {message_id: 18, offset: 0, text: 'Thank '},
          at: EXAMPLE_TIME,
        },
      ],
    },
  ),
);

export const EventQuery = Type.Object({
  after: Type.Optional({
    ...Cursor,
    description:
      'Sequence number of the last event that the client has received; `Last-Event-ID` means the same.',
  }),
});

export const EventPage = Type.Object(
  {
    events: Type.Array(Envelope),
    next: Type.Integer({description: 'Value of `after` for the next call.'}),
  },
  {
    title: 'EventPage',
    description: 'Only stored events. The list is empty if there was no event in time.',
    examples: [
      {
        events: [{seq: 5, type: 'session_state', data: {state: 'pending'}, at: EXAMPLE_TIME}],
        next: 5,
      },
      {events: [], next: 5},
    ],
  },
);
export type EventPage = Static<typeof EventPage>;

/** First message on a WebSocket, because browsers cannot set headers on it. */
export const SocketAuth = Type.Object(
  {
    uuid: Type.String({maxLength: 36}),
    token: Type.String({maxLength: 300}),
    after: Type.Optional(Type.Integer({minimum: 0, maximum: Number.MAX_SAFE_INTEGER})),
  },
  {
    title: 'Greeting',
    additionalProperties: false,
    examples: [{uuid: EXAMPLE_UUID, token: EXAMPLE_TOKEN, after: 0}],
  },
);
export type SocketAuth = Static<typeof SocketAuth>;
