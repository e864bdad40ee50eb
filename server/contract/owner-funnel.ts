import {Type} from 'typebox';
import type {Static} from 'typebox';

import {DEFAULT_CONVERSATION} from './default-conversation.js';
import {ShownConversation} from './sites.js';

/** Number of days in one funnel, and in the period before it. */
export const MAX_FUNNEL_DAYS = 366;
export const DEFAULT_FUNNEL_DAYS = 30;

const Day = Type.String({format: 'date', examples: ['2026-11-21']});

export const FunnelQuery = Type.Object({
  from: Type.Optional({
    ...Day,
    description: `First day, in UTC. Default: ${DEFAULT_FUNNEL_DAYS} days until \`to\`.`,
  }),
  to: Type.Optional({
    ...Day,
    description: `Last day, in UTC. Default: today. At most ${MAX_FUNNEL_DAYS} days from \`from\`.`,
  }),
});

const Count = Type.Integer({minimum: 0});

/** Bar of the funnel. */
export const FunnelStep = Type.Object(
  {
    counter: Type.String({
      description:
        'Name of the bar, unique in the funnel: `opened`, `completed` or `step_{id}`. A conversation that asks for no e-mail address has its end in place of `completed`.',
    }),
    step: Type.Union([Type.String(), Type.Null()], {
      description: 'Id of the step of the conversation; null for `opened` and `completed`.',
    }),
    type: Type.String({
      description:
        '`opened`, `completed`, the type of the step, or `deleted` for a step that the conversation no longer has.',
      examples: ['opened', 'ask', 'consent', 'upload', 'verify_email', 'completed', 'deleted'],
    }),
    reached: {
      ...Count,
      description:
        'Visitors who reached this step. The confirmation is reached with the e-mail address.',
    },
    left: Type.Union([Count, Type.Null()], {
      description:
        'Visitors who reached this step, and no later one. Null for the last bar and for deleted steps.',
    }),
    left_share: Type.Union([Type.Number({minimum: 0, maximum: 1}), Type.Null()], {
      description: '`left` as a share of `reached`; null without visitors.',
    }),
  },
  {title: 'FunnelStep'},
);
export type FunnelStep = Static<typeof FunnelStep>;

const FunnelPeriod = {
  from: Day,
  to: Day,
  steps: Type.Array(FunnelStep, {description: 'Bars in the order of the conversation.'}),
  totals: Type.Record(Type.String(), Count, {
    description:
      'Other counters: `asked`, `started`, `uploaded`, `contact_given`, `abandoned`. Absent: 0.',
  }),
};

const EXAMPLE_STEPS = [
  {counter: 'opened', step: null, type: 'opened', reached: 240, left: 96, left_share: 0.4},
  {counter: 'step_name', step: 'name', type: 'ask', reached: 144, left: 36, left_share: 0.25},
  {
    counter: 'completed',
    step: null,
    type: 'completed',
    reached: 108,
    left: null,
    left_share: null,
  },
];

export const Funnel = Type.Object(
  {
    ...FunnelPeriod,
    before: Type.Object(FunnelPeriod, {description: 'As many days before `from`.'}),
    conversation: {
      ...ShownConversation,
      description: 'Conversation of the site, which has the words of its steps.',
    },
    days: Type.Array(
      Type.Object({
        day: Day,
        counts: Type.Record(Type.String(), Count, {
          description:
            'Visitors who reached the bar on this day, by `counter`. Absent: 0. A visitor who continues on the next day counts there.',
        }),
      }),
      {maxItems: MAX_FUNNEL_DAYS, description: 'Every day from `from` to `to`.'},
    ),
  },
  {
    title: 'Funnel',
    examples: [
      {
        ...{from: '2026-11-21', to: '2026-11-21', steps: EXAMPLE_STEPS},
        totals: {started: 144, uploaded: 120, contact_given: 110, abandoned: 30},
        before: {from: '2026-11-20', to: '2026-11-20', steps: EXAMPLE_STEPS, totals: {}},
        conversation: DEFAULT_CONVERSATION,
        days: [{day: '2026-11-21', counts: {opened: 240, step_name: 144, completed: 108}}],
      },
    ],
  },
);
export type Funnel = Static<typeof Funnel>;
