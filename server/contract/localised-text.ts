import {Type} from 'typebox';
import type {Static} from 'typebox';

import {MAX_HINT_LENGTH} from './answer-limits.js';

const MAX_TEXT_LENGTH = 4_000;

/**
 * Text for all languages, or one text for each language. If it is absent, the widget uses its own
 * text for the step.
 */
export const LocalisedText = Type.Union([
  Type.String({maxLength: MAX_TEXT_LENGTH}),
  Type.Record(Type.String(), Type.String({maxLength: MAX_TEXT_LENGTH})),
]);
export type LocalisedText = Static<typeof LocalisedText>;

/** Returns the schema of a text that has at least one language, and no empty text. */
const createRequiredText = (maxLength: number) =>
  Type.Union([
    Type.String({minLength: 1, maxLength}),
    Type.Record(Type.String(), Type.String({minLength: 1, maxLength}), {minProperties: 1}),
  ]);

export const RequiredText = createRequiredText(MAX_TEXT_LENGTH);
export const ShortText = createRequiredText(MAX_HINT_LENGTH);
