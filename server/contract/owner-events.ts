import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp} from './common.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';

/** Number of live streams and long polls of one account. */
export const MAX_STREAMS_PER_ACCOUNT = 10;

/** Data of each live event of the console, by its type. */
export interface OwnerEventData {
  /** The lead has changed or is new. Load it, and the list, again. */
  lead_changed: {uuid: string; site: string};
  /** The session has ended. The last event. */
  signed_out: Record<string, never>;
}

export type OwnerEvent = {
  [Name in keyof OwnerEventData]: {
    seq: null;
    type: Name;
    data: OwnerEventData[Name];
    at: string;
  };
}[keyof OwnerEventData];

const EXAMPLE_OWNER_EVENT = {
  seq: null,
  type: 'lead_changed',
  data: {uuid: EXAMPLE_UUID, site: 'acme'},
  at: EXAMPLE_TIME,
};

export const OwnerEventSchema = Type.Unsafe<OwnerEvent>(
  Type.Object(
    {
      seq: Type.Null({description: 'Events of the console are not stored and have no number.'}),
      type: Type.String({
        enum: ['lead_changed', 'signed_out'],
        description: 'Ignore types that you do not know.',
      }),
      data: Type.Object({}, {additionalProperties: true}),
      at: Timestamp,
    },
    {title: 'ConsoleEvent', examples: [EXAMPLE_OWNER_EVENT]},
  ),
);

/**
 * Response of a long poll. Events are hints and are not stored: connect first, then load what is
 * shown, and do both again after each response or lost stream.
 */
export const OwnerEventPage = Type.Object(
  {events: Type.Array(OwnerEventSchema)},
  {
    title: 'ConsoleEventPage',
    description: 'The first events, or none within 25 s.',
    examples: [{events: [EXAMPLE_OWNER_EVENT]}, {events: []}],
  },
);
export type OwnerEventPage = Static<typeof OwnerEventPage>;
