import fc from 'fast-check';
import type {Arbitrary} from 'fast-check';

import {MAX_LONG_TEXT_LENGTH, MAX_TEXT_LENGTH} from '../contract/answer-limits.js';
import {toDay} from '../contract/answers.js';
import type {Question} from '../contract/questions.js';
import {DAY_MS} from '../units.js';
import {HOSTILE_STRINGS} from './hostile-strings.js';

/** An answer as a form has it, or as a program sends it. */
export type GivenAnswer =
  | {
      fields: [name: string, value: string][];
      locale: string;
      /** A program sends the text as a visitor typed it, and not as the widget keeps it. */
      isSentAsTyped: boolean;
    }
  | {json: unknown};

/** All answers of a request must fit into its body. */
const MAX_CHARACTERS = 300;

const hostile = fc.constantFrom(
  ...HOSTILE_STRINGS.filter((text) => text.length <= MAX_CHARACTERS && text !== '__proto__'),
);
const anyText = fc.oneof(hostile, fc.string({unit: 'binary', maxLength: 12}));
const locale = fc.constantFrom('en', 'en-GB', 'de', 'de-CH', 'fr', 'es', 'pt-BR', 'ar-u-nu-latn');

/** Generates answers near the limits of a question, so that many are on either side. */
export const createAnswers = (question: Question): Arbitrary<GivenAnswer> =>
  fc.oneof(
    {weight: 8, arbitrary: createTyped(question)},
    {weight: 2, arbitrary: createJson(question).map((json) => ({json}))},
  );

const createTyped = (question: Question): Arbitrary<GivenAnswer> => {
  const near = createTexts(question);
  if (near === null) return createJson(question).map((json) => ({json}));
  const fields = question.kind === 'choice' ? createChoices(question) : asField(near);
  const isText = !['choice', 'number'].includes(question.kind);
  return fc.record({fields, locale, isSentAsTyped: isText ? fc.boolean() : fc.constant(false)});
};

const asField = (texts: Arbitrary<string>) =>
  fc
    .oneof({weight: 9, arbitrary: texts}, {weight: 1, arbitrary: anyText})
    .map((text): [string, string][] => [['answer', text]]);

/** Generates the text in the field of a question; null for a question with buttons. */
const createTexts = (question: Question): Arbitrary<string> | null => {
  switch (question.kind) {
    case 'text':
      return createLengths(question.min_length ?? 1, question.max_length ?? MAX_TEXT_LENGTH);
    case 'long_text':
      return createLengths(question.min_length ?? 1, question.max_length ?? MAX_LONG_TEXT_LENGTH);
    case 'number':
      return createNumbers(question);
    case 'date':
      return createDates();
    case 'phone':
      return createPhones();
    case 'url':
      return createUrls();
    case 'choice':
      return anyText;
    case 'yes_no':
      return null;
  }
};

const CHARACTERS = fc.constantFrom(
  'a',
  'ß',
  '🙂',
  ' ',
  '\n',
  '\t',
  '\u200f',
  '\u3164',
  'ش',
  '\ud83d',
);

const createLengths = (min: number, max: number): Arbitrary<string> =>
  fc.constantFrom(0, 1, min - 1, min, min + 1, max - 1, max, max + 1).chain((length) => {
    const text = fc.constant('x'.repeat(Math.max(0, length)));
    if (length < 0 || length > MAX_CHARACTERS) return text;
    return fc.oneof(text, fc.string({unit: CHARACTERS, minLength: length, maxLength: length + 2}));
  });

const createNumbers = ({min = -10, max = 10}: {min?: number; max?: number}): Arbitrary<string> => {
  const near = fc.oneof(
    fc.constantFrom(min, max, min - 1, max + 1, min + 0.1, max - 0.01, 0, -0, 1e21, 1e-7),
    fc.double({min: min - 1, max: max + 1, noNaN: true}),
    fc.integer({min: Math.floor(min) - 1, max: Math.ceil(max) + 1}),
  );
  const written = fc
    .record({near, locale, digits: fc.nat({max: 7}), useGrouping: fc.boolean()})
    .map(({near: value, locale: tag, digits, useGrouping}) =>
      value.toLocaleString(tag, {maximumFractionDigits: digits, useGrouping}),
    );
  const signs = fc.constantFrom(
    ...'0123456789',
    '.',
    ',',
    '-',
    '−',
    '+',
    ' ',
    '٫',
    '٬',
    '١',
    '۲',
    'e',
  );
  return fc.oneof(written, fc.string({unit: signs, maxLength: 8}));
};

const createDates = (): Arbitrary<string> => {
  const today = Date.now();
  const days = fc.oneof(
    fc.integer({min: -3, max: 3}).map((day) => toDay(today + day * DAY_MS)),
    fc.constantFrom('2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01', '2024-03-02'),
    fc.constantFrom('2023-02-29', '2023-12-31', '2024-01-01', '2099-12-31', '2100-01-01'),
    fc.constantFrom('0000-01-01', '0001-01-01', '9999-12-31', '10000-01-01', '2024-2-9'),
    fc
      .tuple(fc.nat({max: 9_999}), fc.nat({max: 13}), fc.nat({max: 32}))
      .map(([year, month, day]) => [pad(year, 4), pad(month, 2), pad(day, 2)].join('-')),
  );
  return fc.oneof(
    {weight: 9, arbitrary: days},
    {weight: 1, arbitrary: days.map((day) => ` ${day}`)},
  );
};

const pad = (value: number, length: number): string => String(value).padStart(length, '0');

const createPhones = (): Arbitrary<string> => {
  const signs = fc.constantFrom(
    ...'0123456789',
    ...'0123456789',
    ...'٠١٢٣٤٥٦٧٨٩',
    '+',
    ' ',
    '(',
    ')',
    '-',
    '.',
    '/',
  );
  const digits = fc.string({unit: fc.constantFrom(...'0123456789'), minLength: 3, maxLength: 17});
  return fc.oneof(
    digits,
    digits.map((text) => `+${text}`),
    fc.string({unit: signs, maxLength: 55}),
    digits.map((text) => `${text} ext.`),
  );
};

const createUrls = (): Arbitrary<string> => {
  const schemes = fc.constantFrom(
    '',
    '',
    'https://',
    'http://',
    'HTTPS://',
    'ftp://',
    'javascript:',
  );
  const ends = fc.oneof(
    fc.constantFrom(
      'example.com',
      'example.com/a b',
      'münchen.example',
      '[::1]',
      'example',
      'localhost:3000',
      'localhost:3000/a.b',
      'localhost?a.b',
      'example.com:80?a=https://b.c',
      'a:b@c',
      ':',
      '/',
    ),
    fc.domain(),
    fc.webPath().map((text) => `example.com${text}`),
    anyText,
  );
  return fc.tuple(schemes, ends).map((parts) => parts.join(''));
};

type ChoiceQuestion = Extract<Question, {kind: 'choice'}>;

/** Generates the fields of a list. An empty value stands for the visitor's own words. */
const createChoices = ({options, other, multiple}: ChoiceQuestion) => {
  const values = [...options.map(({value}) => value), ...(other ? [''] : []), 'unknown'];
  const own = fc.oneof(
    fc.constantFrom('', ' ', 'Pilot', 'x'.repeat(200), 'x'.repeat(201)),
    hostile,
  );
  const chosen = multiple
    ? fc.array(fc.constantFrom(...values), {maxLength: 6})
    : fc.constantFrom(...values).map((value) => [value]);
  return fc
    .tuple(chosen, own)
    .map(([list, words]): [string, string][] => [
      ...list.map((value): [string, string] => ['answer', value]),
      ['other', words],
    ]);
};

/** Generates values of any type, as a program could send them. */
const createJson = (question: Question): Arbitrary<unknown> => {
  const near = question.kind === 'yes_no' ? fc.boolean() : fc.constantFrom<unknown>(...VALUES);
  return fc.oneof(
    {weight: 6, arbitrary: near},
    {weight: 2, arbitrary: fc.constantFrom<unknown>(...VALUES)},
    {weight: 1, arbitrary: anyText},
    {weight: 1, arbitrary: fc.jsonValue({maxDepth: 2}).filter(hasNoPrototype)},
  );
};

/** A body with this key is refused before any answer is checked. */
const hasNoPrototype = (value: unknown): boolean => !JSON.stringify(value).includes('__proto__');

const VALUES: unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2, 1e300, '', ' ', 'nurse', 'true', '2024-02-29', '12345'],
  ...[[], [[]], [null], ['nurse'], ['nurse', 'nurse'], ['nurse', 'doctor'], ['option_1'], ['x']],
  ...[{}, {other: 'Pilot'}, {other: ''}, {other: 1}, {other: 'a', more: 1}, {other: {other: 'a'}}],
  ...[[{other: 'Pilot'}], ['nurse', {other: 'Pilot'}], [{other: 'a'}, {other: 'b'}]],
  ...['https://example.com', 'nurse\u0000', '\u202enurse', '=1+1', '<b>bold</b>'],
  Array.from({length: 60}, (_, i) => `option_${i}`),
];
