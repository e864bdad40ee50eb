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
 * What has become of the session. After `gone`, `erased` and `refused` nothing follows: the visit
 * has ended, its data was erased, or the token is not the one of this UUID.
 */
export type SessionEventState = 'visit' | 'pending' | 'complete' | 'gone' | 'erased' | 'refused';

/** The data of each event, by its type. */
export interface LiveEventData {
  message_created: {message: Message};
  /** The whole text, whatever its pieces were. */
  message_completed: {message_id: number; body: string; state: Exclude<MessageState, 'running'>};
  /** The text from a place on, counted in UTF-16 units as JavaScript does. */
  message_delta: {message_id: number; offset: number; text: string};
  file_upload_complete: {file: StoredFile};
  file_deleted: {file_id: string};
  email_verified: Record<string, never>;
  session_state: {state: SessionEventState};
  typing: {role: Exclude<MessageRole, 'visitor'>};
}

export type LiveEvent = {
  [Name in LiveEventName]: {
    /** Null for what is told to whoever reads right now, and never again. */
    seq: number | null;
    type: Name;
    data: LiveEventData[Name];
    at: string;
  };
}[LiveEventName];

/** The same for the description of the API. */
export const Envelope = Type.Unsafe<LiveEvent>(
  Type.Object(
    {
      seq: Type.Union([Type.Integer({minimum: 1}), Type.Null()], {
        description:
          'Rises by one with each lasting event of the session. Null: told once, to whoever reads.',
      }),
      type: Type.String({
        examples: [...STORED_EVENTS],
        description: `Lasting: ${STORED_EVENTS.join(', ')}. Fleeting: ${TRANSIENT_EVENTS.join(', ')}. Leave out what you do not know.`,
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
      'The number of the last event that is known already; `Last-Event-ID` says the same.',
  }),
});

export const EventPage = Type.Object(
  {
    events: Type.Array(Envelope),
    next: Type.Integer({description: '`after` of the next call.'}),
  },
  {
    title: 'EventPage',
    description: 'Lasting events alone; an empty list when there was no news in time.',
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

/** The first message on a WebSocket, since browsers can set no headers on it. */
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
