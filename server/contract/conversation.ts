import {Type} from 'typebox';
import type {Static} from 'typebox';

/** A text for all languages, or one for each. Absent: the widget's own words for that step. */
export const LocalisedText = Type.Union([
  Type.String({maxLength: 4_000}),
  Type.Record(Type.String(), Type.String({maxLength: 4_000})),
]);
export type LocalisedText = Static<typeof LocalisedText>;

const StepId = Type.String({pattern: '^[a-z][a-z0-9_]{0,39}$'});

const Value = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);

/** Fields a condition can read: `name`, `email`, `consents.<purpose>`, `files.stored`. */
const Test = Type.Object(
  {
    field: Type.String({maxLength: 80}),
    operator: Type.Union([
      Type.Literal('is'),
      Type.Literal('is_not'),
      Type.Literal('at_least'),
      Type.Literal('at_most'),
    ]),
    value: Value,
  },
  {additionalProperties: false},
);

export type Condition =
  Static<typeof Test> | {all: Condition[]} | {any: Condition[]} | {not: Condition};

/** Conditions are data. Their depth is bounded by the size of the document. */
export const Condition = Type.Unsafe<Condition>(
  Type.Cyclic(
    {
      Condition: Type.Union([
        Test,
        Type.Object({all: Type.Array(Type.Ref('Condition'))}, {additionalProperties: false}),
        Type.Object({any: Type.Array(Type.Ref('Condition'))}, {additionalProperties: false}),
        Type.Object({not: Type.Ref('Condition')}, {additionalProperties: false}),
      ]),
    },
    'Condition',
  ),
);

const shared = {
  id: StepId,
  text: Type.Optional(LocalisedText),
  /** The first branch whose condition holds is taken; otherwise the step that stands next. */
  next: Type.Optional(
    Type.Array(
      Type.Object({when: Type.Optional(Condition), to: StepId}, {additionalProperties: false}),
    ),
  ),
};

export const Step = Type.Union([
  Type.Object({...shared, type: Type.Literal('say')}, {additionalProperties: false}),
  Type.Object(
    {
      ...shared,
      type: Type.Literal('ask'),
      field: Type.Union([Type.Literal('name'), Type.Literal('email')]),
    },
    {additionalProperties: false},
  ),
  Type.Object(
    {
      ...shared,
      type: Type.Literal('consent'),
      purpose: Type.Union([
        Type.Literal('personal_data'),
        Type.Literal('ai_training'),
        Type.Literal('ai_answers'),
      ]),
    },
    {additionalProperties: false},
  ),
  Type.Object({...shared, type: Type.Literal('upload')}, {additionalProperties: false}),
  Type.Object({...shared, type: Type.Literal('verify_email')}, {additionalProperties: false}),
  Type.Object({...shared, type: Type.Literal('assistant')}, {additionalProperties: false}),
  Type.Object(
    {
      ...shared,
      type: Type.Literal('end'),
      outcome: Type.Union([Type.Literal('complete'), Type.Literal('refused')]),
    },
    {additionalProperties: false},
  ),
]);
export type Step = Static<typeof Step>;

export const Conversation = Type.Object(
  {version: Type.Literal(1), steps: Type.Array(Step, {minItems: 1, maxItems: 100})},
  {additionalProperties: false},
);
export type Conversation = Static<typeof Conversation>;

/** The visitor's way when a site has not written its own. */
export const DEFAULT_CONVERSATION: Conversation = {
  version: 1,
  steps: [
    {id: 'welcome', type: 'say'},
    {id: 'name', type: 'ask', field: 'name'},
    {
      id: 'consent_personal_data',
      type: 'consent',
      purpose: 'personal_data',
      next: [
        {when: {field: 'consents.personal_data', operator: 'is', value: false}, to: 'refused'},
      ],
    },
    {id: 'consent_ai_training', type: 'consent', purpose: 'ai_training'},
    {id: 'files', type: 'upload'},
    {id: 'email', type: 'ask', field: 'email'},
    {id: 'verify', type: 'verify_email'},
    {id: 'complete', type: 'end', outcome: 'complete'},
    {id: 'refused', type: 'end', outcome: 'refused'},
  ],
};
