import {Type} from 'typebox';
import type {Static, TSchema} from 'typebox';

import {LocalisedText} from './localised-text.js';
import {ANSWER_PATTERN, CONTACT_FIELDS, NAME_PATTERN, questionShapes} from './questions.js';

export type {LocalisedText} from './localised-text.js';

const StepId = Type.String({pattern: NAME_PATTERN});

/** Fields of conditions, besides the answers to questions of the site. */
export const CONDITION_FIELDS = [
  ...CONTACT_FIELDS,
  'consents.personal_data',
  'consents.ai_training',
  'consents.ai_answers',
  'files.stored',
] as const;
/** Field that reads the answer to a question of the site. */
type AnswerField = `answers.${string}`;
const OPERATORS = ['is', 'is_not', 'at_least', 'at_most', 'includes', 'is_set'] as const;

export const FieldTest = Type.Object(
  {
    field: Type.Unsafe<(typeof CONDITION_FIELDS)[number] | AnswerField>(
      Type.Union([Type.Enum([...CONDITION_FIELDS]), Type.String({pattern: ANSWER_PATTERN})], {
        description:
          'Answer of the visitor; null if it is not given yet. `files.stored` is a number. `answers.<field>` is the answer to a question of the site.',
      }),
    ),
    operator: Type.Enum([...OPERATORS], {
      description:
        '`at_least` and `at_most` compare numbers and dates. `includes` is for questions with several choices, `is_set` for any field.',
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

/** Returns the schemas of the properties that every step has, except its text. */
const stepProperties = <When extends TSchema>(when: When) => ({
  id: StepId,
  next: Type.Optional(
    Type.Array(
      Type.Object({when: Type.Optional(when), to: StepId}, {additionalProperties: false}),
      {
        description:
          'Branches. The first whose condition is true is taken. Otherwise, the step below follows.',
      },
    ),
  ),
});

/**
 * Returns the schema of each type of step. `when` is the schema of its conditions. The steps that
 * ask a question of the site are in `askShapes`, because their properties depend on their kind.
 */
export const stepShapes = <When extends TSchema>(when: When) => {
  const shared = {
    ...stepProperties(when),
    text: Type.Optional({
      ...LocalisedText,
      description:
        'Words of this step: one text, or a text for each language. Default: the words of the widget.',
    }),
  };
  const strict = {additionalProperties: false};
  return {
    say: Type.Object(
      {...shared, type: Type.Literal('say')},
      {...strict, description: 'Says a text, and continues.'},
    ),
    ask: Type.Object(
      {...shared, type: Type.Literal('ask'), field: Type.Enum([...CONTACT_FIELDS])},
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

/** Returns the schema of each kind of `ask` step. `when` is the schema of its conditions. */
export const askShapes = <When extends TSchema>(when: When) => questionShapes(stepProperties(when));

const shapes = stepShapes(Condition);
const asks = askShapes(Condition);

export const Step = Type.Union([
  shapes.say,
  shapes.ask,
  asks.text,
  asks.long_text,
  asks.choice,
  asks.yes_no,
  asks.number,
  asks.date,
  asks.phone,
  asks.url,
  shapes.consent,
  shapes.upload,
  shapes.verify_email,
  shapes.assistant,
  shapes.end,
]);
export type Step = Static<typeof Step>;

/** Step that asks for the name or the e-mail address. */
export type ContactStep = Static<typeof shapes.ask>;
/** Step that asks a question of the site. */
export type QuestionStep = Extract<Step, {kind: string}>;

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
      steps: Type.Array(
        Type.Union([
          ...Object.values(stepShapes(DescribedCondition)),
          ...Object.values(askShapes(DescribedCondition)),
        ]),
        {minItems: 1, maxItems: MAX_STEPS},
      ),
    },
    {
      title: 'Conversation',
      description: 'Steps, which run in order unless `next` names another step.',
    },
  ),
};
