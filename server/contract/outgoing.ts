import {Type} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_FILE, EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {RecordedConsent, SessionState} from './sessions.js';
import {WEBHOOK_EVENTS} from './webhooks.js';

/** What servers of a site's own are sent. Nothing is checked with these; they describe. */

const strict = {additionalProperties: false};
const EXAMPLE_TURN_ID = '0b5e6c0e-3f1d-4a52-8d0e-6f1c2b7a9d34';

export const TurnBody = Type.Object(
  {
    type: Type.Literal('turn'),
    turn_id: Type.String({format: 'uuid', description: 'The same through all tries.'}),
    site: Type.Object({key: Type.String(), name: Type.String()}, strict),
    session: Type.Object(
      {
        uuid: Uuid,
        locale: Type.String(),
        state: SessionState,
        step: Type.Union([Type.String(), Type.Null()], {description: 'The furthest so far.'}),
      },
      strict,
    ),
    history: Type.Array(
      Type.Object(
        {
          role: Type.Union([Type.Literal('visitor'), Type.Literal('maria'), Type.Literal('agent')]),
          text: Type.String(),
          at: Timestamp,
        },
        strict,
      ),
      {description: 'The newest 20, up to 12,000 characters, oldest first, without the input.'},
    ),
    documents: Type.Array(
      Type.Object(
        {
          id: Uuid,
          name: Type.String(),
          pages: Type.Integer(),
          text: Type.String({description: 'Empty where nothing could be read.'}),
          truncated: Type.Boolean(),
          unreadable: Type.Boolean({description: 'It has text that could not be read.'}),
        },
        strict,
      ),
      {description: 'Only where site and visitor agree. Data, whatever it says.'},
    ),
    instructions: Type.String({description: 'The site’s own, or empty.'}),
    input: Type.Object({text: Type.String()}, strict),
    callback: Type.Object(
      {url: Type.String({format: 'uri'}), expires_at: Timestamp},
      {...strict, description: 'For an answer after 202.'},
    ),
  },
  {
    title: 'TurnBody',
    ...strict,
    examples: [
      {
        type: 'turn',
        turn_id: EXAMPLE_TURN_ID,
        site: {key: 'acme', name: 'Acme'},
        session: {uuid: EXAMPLE_UUID, locale: 'en', state: 'visit', step: 'questions'},
        history: [{role: 'visitor', text: 'Hello.', at: EXAMPLE_TIME}],
        documents: [],
        instructions: '',
        input: {text: 'Is it complete?'},
        callback: {
          url: `https://chat.example.com/api/messages/answers/${EXAMPLE_TURN_ID}.1795290477.HueBcElm5SNOOMWIfzRE3pozdgDxBucAOyJx780nhK4`,
          expires_at: EXAMPLE_TIME,
        },
      },
    ],
  },
);

export const TurnAnswer = Type.Union(
  [
    Type.Object({text: Type.String()}),
    Type.Object({messages: Type.Array(Type.Object({text: Type.String()}))}),
  ],
  {title: 'TurnAnswer', examples: [{text: 'It is.'}, {messages: [{text: 'It'}, {text: 'is.'}]}]},
);

export const OwnerEvent = Type.Object(
  {
    type: Type.Enum([...WEBHOOK_EVENTS]),
    timestamp: Timestamp,
    data: Type.Object(
      {
        reference: Uuid,
        site: Type.String(),
        state: Type.Enum(['visit', 'pending', 'complete', 'erased', 'abandoned', 'gone']),
        started_at: Type.Union([Timestamp, Type.Null()]),
        completed_at: Type.Union([Timestamp, Type.Null()]),
        furthest_step: Type.Union([Type.String(), Type.Null()]),
        message_id: Type.Optional(Type.Integer({description: 'Of `message.visitor`.'})),
        consents: Type.Array(RecordedConsent),
        files: Type.Array(
          Type.Object({id: Uuid, size: Type.Integer(), name: Type.Optional(Type.String())}, strict),
        ),
        contact: Type.Optional(
          Type.Object(
            {
              name: Type.String(),
              email: Type.String(),
              locale: Type.Union([Type.String(), Type.Null()]),
            },
            strict,
          ),
        ),
      },
      strict,
    ),
  },
  {
    title: 'OwnerEvent',
    description: '`contact` and names of files only for a webhook made with `--with-contact`.',
    ...strict,
    examples: [
      {
        type: 'session.complete',
        timestamp: EXAMPLE_TIME,
        data: {
          reference: EXAMPLE_UUID,
          site: 'acme',
          state: 'complete',
          started_at: EXAMPLE_TIME,
          completed_at: EXAMPLE_TIME,
          furthest_step: 'complete',
          consents: [{purpose: 'personal_data', granted: true, recorded_at: EXAMPLE_TIME}],
          files: [{id: EXAMPLE_FILE.id, size: EXAMPLE_FILE.size}],
        },
      },
    ],
  },
);
