import {Type} from 'typebox';
import type {Static, TSchema} from 'typebox';

/**
 * Text for all languages, or one text for each language. If it is absent, the widget uses its own
 * text for the step.
 */
export const LocalisedText = Type.Union([
  Type.String({maxLength: 4_000}),
  Type.Record(Type.String(), Type.String({maxLength: 4_000})),
]);
export type LocalisedText = Static<typeof LocalisedText>;

const StepId = Type.String({pattern: '^[a-z][a-z0-9_]{0,39}$'});

const CONDITION_FIELDS = [
  'name',
  'email',
  'consents.personal_data',
  'consents.ai_training',
  'consents.ai_answers',
  'files.stored',
] as const;
const OPERATORS = ['is', 'is_not', 'at_least', 'at_most'] as const;

export const FieldTest = Type.Object(
  {
    field: Type.Enum([...CONDITION_FIELDS], {
      description:
        'Answer of the visitor; null if it is not given yet. `files.stored` is a number.',
    }),
    operator: Type.Enum([...OPERATORS], {
      description: '`at_least` and `at_most` compare numbers, so they are for `files.stored`.',
    }),
    value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  },
  {additionalProperties: false},
);
export type FieldTest = Static<typeof FieldTest>;

export type Condition = FieldTest | {all: Condition[]} | {any: Condition[]} | {not: Condition};

/** Schema of a nested condition, which refers to itself by a path in the enclosing document. */
const Condition = Type.Unsafe<Condition>({$ref: '#/$defs/condition'});

const conditionShape = (condition: TSchema) => ({
  anyOf: [
    FieldTest,
    Type.Object({all: Type.Array(condition)}, {additionalProperties: false}),
    Type.Object({any: Type.Array(condition)}, {additionalProperties: false}),
    Type.Object({not: condition}, {additionalProperties: false}),
  ],
});

/** Definitions for the root of every schema that contains a conversation. */
export const CONVERSATION_DEFS = {condition: conditionShape(Condition)};

/** Returns the schema of each type of step. `when` is the schema of its conditions. */
export const stepShapes = <When extends TSchema>(when: When) => {
  const shared = {
    id: StepId,
    text: Type.Optional({
      ...LocalisedText,
      description:
        'Words of this step: one text, or a text for each language. Default: the words of the widget.',
    }),
    next: Type.Optional(
      Type.Array(
        Type.Object({when: Type.Optional(when), to: StepId}, {additionalProperties: false}),
        {
          description:
            'Branches. The first whose condition is true is taken. Otherwise, the step below follows.',
        },
      ),
    ),
  };
  const strict = {additionalProperties: false};
  return {
    say: Type.Object(
      {...shared, type: Type.Literal('say')},
      {...strict, description: 'Says a text, and continues.'},
    ),
    ask: Type.Object(
      {...shared, type: Type.Literal('ask'), field: Type.Enum(['name', 'email'])},
      {...strict, description: 'Asks for the name or the e-mail address.'},
    ),
    consent: Type.Object(
      {
        ...shared,
        type: Type.Literal('consent'),
        purpose: Type.Enum(['personal_data', 'ai_training', 'ai_answers']),
      },
      {...strict, description: 'Asks for a consent, with two equal buttons.'},
    ),
    upload: Type.Object(
      {...shared, type: Type.Literal('upload')},
      {...strict, description: 'Asks for files.'},
    ),
    verify_email: Type.Object(
      {...shared, type: Type.Literal('verify_email')},
      {...strict, description: 'Waits until the visitor opens the confirmation link.'},
    ),
    assistant: Type.Object(
      {...shared, type: Type.Literal('assistant')},
      {...strict, description: 'Lets the visitor write messages before the next step.'},
    ),
    end: Type.Object(
      {...shared, type: Type.Literal('end'), outcome: Type.Enum(['complete', 'refused'])},
      {...strict, description: 'Ends the conversation.'},
    ),
  };
};

const shapes = stepShapes(Condition);

export const Step = Type.Union([
  shapes.say,
  shapes.ask,
  shapes.consent,
  shapes.upload,
  shapes.verify_email,
  shapes.assistant,
  shapes.end,
]);
export type Step = Static<typeof Step>;

export const MAX_STEPS = 100;

export const Conversation = Type.Object(
  {version: Type.Literal(1), steps: Type.Array(Step, {minItems: 1, maxItems: MAX_STEPS})},
  {additionalProperties: false, $defs: CONVERSATION_DEFS},
);
export type Conversation = Static<typeof Conversation>;

const DescribedCondition = Type.Unsafe<Condition>({$ref: '#/components/schemas/Condition'});

/** Schemas for the OpenAPI document, in which named schemas are under `components`. */
export const CONVERSATION_COMPONENTS = {
  Condition: conditionShape(DescribedCondition),
  Conversation: Type.Object(
    {
      version: Type.Literal(1),
      steps: Type.Array(Type.Union(Object.values(stepShapes(DescribedCondition))), {
        minItems: 1,
        maxItems: MAX_STEPS,
      }),
    },
    {
      title: 'Conversation',
      description: 'Steps, which run in order unless `next` names another step.',
    },
  ),
};
