import {Type} from 'typebox';
import type {Static, TProperties} from 'typebox';

import {
  MAX_DECIMALS,
  MAX_LONG_TEXT_LENGTH,
  MAX_OPTIONS,
  MAX_TEXT_LENGTH,
  MIN_OPTIONS,
} from './answer-limits.js';
import {AUTOCOMPLETE_TOKENS} from './autocomplete-tokens.js';
import {RequiredText, ShortText} from './localised-text.js';

/** Fields that are no questions of the site: they are part of the contact, and have no kind. */
export const CONTACT_FIELDS = ['name', 'email'] as const;

const NAME_FORM = '[a-z][a-z0-9_]{0,39}';
/** Form of a step's id and of an option's value. */
export const NAME_PATTERN = `^${NAME_FORM}$`;
/** Form of the field of a question. */
export const FIELD_PATTERN = `^(?!(?:${CONTACT_FIELDS.join('|')})$)${NAME_FORM}$`;
/** Form of a condition's field that reads an answer. */
export const ANSWER_PATTERN = `^answers\\.${NAME_FORM}$`;

const Option = Type.Object(
  {
    value: Type.String({pattern: NAME_PATTERN, description: 'Value that is stored.'}),
    label: {...ShortText, description: 'Words that the visitor reads.'},
  },
  {additionalProperties: false},
);

/** Date in the form `YYYY-MM-DD`, or the day on which the visitor answers. */
const DateLimit = Type.String({pattern: '^(today|\\d{4}-\\d{2}-\\d{2})$', examples: ['today']});

const lengthsUpTo = (max: number) => ({
  min_length: Type.Optional(Type.Integer({minimum: 1, maximum: max})),
  max_length: Type.Optional(Type.Integer({minimum: 1, maximum: max})),
});

/** Properties of each kind of question, besides the shared ones. */
const KINDS = {
  text: {
    ...lengthsUpTo(MAX_TEXT_LENGTH),
    autocomplete: Type.Optional(
      Type.Enum([...AUTOCOMPLETE_TOKENS], {
        description: 'Token of the HTML standard, so that the browser can fill in the answer.',
      }),
    ),
  },
  long_text: lengthsUpTo(MAX_LONG_TEXT_LENGTH),
  choice: {
    options: Type.Array(Option, {minItems: MIN_OPTIONS, maxItems: MAX_OPTIONS}),
    multiple: Type.Optional(
      Type.Boolean({description: 'Whether the visitor can choose several options.'}),
    ),
    min_choices: Type.Optional(Type.Integer({minimum: 1, maximum: MAX_OPTIONS + 1})),
    max_choices: Type.Optional(Type.Integer({minimum: 1, maximum: MAX_OPTIONS + 1})),
    other: Type.Optional(
      Type.Boolean({description: 'Whether the visitor can write another answer.'}),
    ),
  },
  yes_no: {},
  number: {
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    decimals: Type.Optional(
      Type.Integer({minimum: 0, maximum: MAX_DECIMALS, description: 'Decimal places (default 0).'}),
    ),
    unit: Type.Optional({...ShortText, description: 'Unit, such as `km`.'}),
  },
  date: {min: Type.Optional(DateLimit), max: Type.Optional(DateLimit)},
  phone: {},
  url: {},
};

export type QuestionKind = keyof typeof KINDS;

const DESCRIPTIONS: Record<QuestionKind, string> = {
  text: 'Asks for one line of text.',
  long_text: 'Asks for a text of several lines.',
  choice: 'Asks for one of the options, or for several.',
  yes_no: 'Asks for yes or no.',
  number: 'Asks for a number.',
  date: 'Asks for a date.',
  phone: 'Asks for a telephone number.',
  url: 'Asks for the URL of a web page.',
};

/** Returns the schema of each kind of question. `step` has the schemas of `id` and `next`. */
export const questionShapes = <StepProperties extends TProperties>(step: StepProperties) => {
  const shapeOf = <Kind extends QuestionKind>(kind: Kind) =>
    Type.Object(
      {
        ...step,
        type: Type.Literal('ask'),
        field: Type.String({
          pattern: FIELD_PATTERN,
          description: 'Name of the answer, unique in the conversation.',
        }),
        kind: Type.Literal(kind),
        text: {...RequiredText, description: 'The question.'},
        required: Type.Optional(
          Type.Boolean({
            description: 'If false, the visitor can skip the question (default true).',
          }),
        ),
        hint: Type.Optional({...ShortText, description: 'Help below the question.'}),
        placeholder: Type.Optional({...ShortText, description: 'Example in the empty field.'}),
        ...KINDS[kind],
      },
      {additionalProperties: false, description: DESCRIPTIONS[kind]},
    );
  return {
    text: shapeOf('text'),
    long_text: shapeOf('long_text'),
    choice: shapeOf('choice'),
    yes_no: shapeOf('yes_no'),
    number: shapeOf('number'),
    date: shapeOf('date'),
    phone: shapeOf('phone'),
    url: shapeOf('url'),
  };
};

type Shapes = ReturnType<typeof questionShapes<Record<never, never>>>;
/** Question without the `id` and `next` of its step. */
export type Question = {[Kind in QuestionKind]: Static<Shapes[Kind]>}[QuestionKind];

/** One option of a question, or the visitor's own words. */
export type Choice = string | {other: string};
/** Value of an answer as JSON. */
export type Answer = string | number | boolean | {other: string} | Choice[];
