import {Type} from 'typebox';
import type {Static} from 'typebox';

import {FIELD_PATTERN} from './questions.js';
import type {Answer} from './questions.js';

/** Answer to a question of the site. */
export const SessionAnswer = Type.Object(
  {
    field: Type.String(),
    question: Type.String({description: 'Wording that the visitor saw.'}),
    value: Type.Unsafe<Answer>({
      description:
        'String, number, boolean, `{"other": …}`, or an array of choices, as the visitor sent it.',
    }),
    label: Type.String({description: 'Answer as the visitor read it, in their language.'}),
  },
  {title: 'SessionAnswer'},
);
export type SessionAnswer = Static<typeof SessionAnswer>;

/** The schema accepts any value. The site's conversation decides, so that all errors are reported. */
export const GivenAnswers = Type.Record(Type.String({pattern: FIELD_PATTERN}), Type.Unknown(), {
  additionalProperties: false,
  description:
    'Answers by the field of their question, at most 100 and 48 KiB. An answer to a question that the site no longer asks is accepted.',
});
export type GivenAnswers = Static<typeof GivenAnswers>;
