import fc from 'fast-check';
import t from 'tap';
import type {Test} from 'tap';

import {todayAnywhere} from '../sites/today.js';
import {labelAnswer} from '../contract/answer-labels.js';
import {
  ANSWER_ERROR_CODES,
  checkAnswer,
  checkUnaskedAnswer,
  cleanAnswer,
} from '../contract/answers.js';
import type {AnswerError} from '../contract/answers.js';
import type {Answer, Question} from '../contract/questions.js';
import {HOSTILE_STRINGS} from './hostile-strings.js';

const TODAY = {earliest: '2026-11-29', latest: '2026-12-01'};
const ask = {type: 'ask', field: 'it', text: 'What is it?'} as const;
const OPTIONS = [
  {value: 'nurse', label: {en: 'Nurse', de: 'Pflegekraft'}},
  {value: 'doctor', label: {en: 'Doctor', de: 'Ärztin oder Arzt'}},
  {value: 'cook', label: 'Cook'},
];

const TEXT: Question = {...ask, kind: 'text'};
const LONG_TEXT: Question = {...ask, kind: 'long_text'};
const CHOICE: Question = {...ask, kind: 'choice', options: OPTIONS};
const CHOICES: Question = {...CHOICE, multiple: true};
const OTHER: Question = {...CHOICE, other: true};
const OTHERS: Question = {...CHOICES, other: true};
const YES_NO: Question = {...ask, kind: 'yes_no'};
const NUMBER: Question = {...ask, kind: 'number'};
const DATE: Question = {...ask, kind: 'date'};
const PHONE: Question = {...ask, kind: 'phone'};
const URL_OF: Question = {...ask, kind: 'url'};
const ALL = [TEXT, LONG_TEXT, CHOICE, CHOICES, OTHER, OTHERS, YES_NO, NUMBER, DATE, PHONE, URL_OF];

type Case = [question: Question, value: unknown, code: AnswerError['code'] | null];

const checkAll = (t: Test, cases: Case[]) => {
  for (const [question, value, code] of cases) {
    const found = checkAnswer(question, value, TODAY)?.code ?? null;
    t.equal(found, code, `${question.kind}: ${JSON.stringify(value)?.slice(0, 60)}`);
  }
};

t.test('texts are limited by their characters', async (t) => {
  checkAll(t, [
    [TEXT, 'a', null],
    [TEXT, '🙂'.repeat(500), null],
    [TEXT, '🙂'.repeat(501), 'too_long'],
    [TEXT, '', 'too_short'],
    [TEXT, ' \n\u200f\u0000', 'too_short'],
    [TEXT, '\u3164\u200b', 'too_short'],
    [OTHER, {other: '\u3164'}, 'too_short'],
    [LONG_TEXT, 'a\n'.repeat(1_999) + 'ab', null],
    [LONG_TEXT, 'a'.repeat(4_001), 'too_long'],
    [{...TEXT, min_length: 3}, 'abc', null],
    [{...TEXT, min_length: 3}, ' ab ', 'too_short'],
    [{...TEXT, max_length: 3}, ' abc ', null],
    [{...TEXT, max_length: 3}, 'abcd', 'too_long'],
    [{...LONG_TEXT, min_length: 2, max_length: 2}, 'abc', 'too_long'],
  ]);
});

t.test('choices are options, each once', async (t) => {
  checkAll(t, [
    [CHOICE, 'nurse', null],
    [CHOICE, 'pilot', 'unknown_choice'],
    [CHOICE, 'constructor', 'unknown_choice'],
    [CHOICE, ['nurse'], 'wrong_type'],
    [CHOICE, {other: 'Pilot'}, 'unknown_choice'],
    [OTHER, {other: 'Pilot'}, null],
    [OTHER, {other: 'p'.repeat(200)}, null],
    [OTHER, {other: 'p'.repeat(201)}, 'too_long'],
    [OTHER, {other: ' '}, 'too_short'],
    [OTHER, {other: 'Pilot', more: 1}, 'wrong_type'],
    [OTHER, {other: 7}, 'wrong_type'],
    [CHOICES, 'nurse', 'wrong_type'],
    [CHOICES, [], 'too_few_choices'],
    [{...CHOICES, min_choices: 0}, [], 'too_few_choices'],
    [CHOICES, ['nurse', 'doctor', 'cook'], null],
    [CHOICES, ['nurse', 'nurse'], 'repeated_choice'],
    [CHOICES, ['nurse', 'pilot'], 'unknown_choice'],
    [CHOICES, ['nurse', 'doctor', 'cook', 'nurse'], 'too_many_choices'],
    [CHOICES, ['nurse', {other: 'Pilot'}], 'unknown_choice'],
    [OTHERS, ['nurse', 'doctor', 'cook', {other: 'Pilot'}], null],
    [OTHERS, [{other: 'Pilot'}, {other: 'Sailor'}], 'repeated_choice'],
    [{...CHOICES, min_choices: 2}, ['nurse'], 'too_few_choices'],
    [{...CHOICES, max_choices: 2}, ['nurse', 'doctor'], null],
    [{...CHOICES, max_choices: 2}, ['nurse', 'doctor', 'cook'], 'too_many_choices'],
  ]);
});

t.test('numbers have limits and decimals', async (t) => {
  checkAll(t, [
    [YES_NO, false, null],
    [YES_NO, 'yes', 'wrong_type'],
    [YES_NO, 1, 'wrong_type'],
    [NUMBER, 0, null],
    [NUMBER, -7, null],
    [NUMBER, 1e21, null],
    [NUMBER, '7', 'wrong_type'],
    [NUMBER, 1.5, 'too_many_decimals'],
    [NUMBER, Infinity, 'wrong_type'],
    [{...NUMBER, decimals: 2}, 1.15, null],
    [{...NUMBER, decimals: 2}, 1.005, 'too_many_decimals'],
    [{...NUMBER, decimals: 6}, 0.000001, null],
    [{...NUMBER, decimals: 6}, 1e-7, 'too_many_decimals'],
    [{...NUMBER, min: 1, max: 3}, 1, null],
    [{...NUMBER, min: 1, max: 3}, 3, null],
    [{...NUMBER, min: 1, max: 3}, 0, 'too_small'],
    [{...NUMBER, min: 1, max: 3}, 4, 'too_large'],
  ]);
});

t.test('dates are days of the calendar', async (t) => {
  checkAll(t, [
    [DATE, '2024-02-29', null],
    [DATE, '0001-01-01', null],
    [DATE, '9999-12-31', null],
    [DATE, '2025-02-29', 'not_a_date'],
    [DATE, '2025-13-01', 'not_a_date'],
    [DATE, '0000-01-01', 'not_a_date'],
    [DATE, '2025-1-1', 'not_a_date'],
    [DATE, '2025-01-01T00:00', 'not_a_date'],
    [DATE, '01.02.2025', 'not_a_date'],
    [DATE, 20250101, 'wrong_type'],
    [{...DATE, min: '2026-01-02', max: '2026-01-03'}, '2026-01-02', null],
    [{...DATE, min: '2026-01-02', max: '2026-01-03'}, '2026-01-03', null],
    [{...DATE, min: '2026-01-02'}, '2026-01-01', 'too_early'],
    [{...DATE, max: '2026-01-03'}, '2026-01-04', 'too_late'],
    [{...DATE, min: 'today'}, '2026-11-29', null],
    [{...DATE, min: 'today'}, '2026-11-28', 'too_early'],
    [{...DATE, max: 'today'}, '2026-12-01', null],
    [{...DATE, max: 'today'}, '2026-12-02', 'too_late'],
  ]);
  t.same(todayAnywhere(Date.parse('2026-11-30T12:00:00Z')), TODAY);
});

t.test('telephone numbers and URLs have their form', async (t) => {
  checkAll(t, [
    [PHONE, '12345', null],
    [PHONE, '+49 (0)30 / 123-456.78', null],
    [PHONE, '\u202a+49\u00a030 1234\u202c', null],
    [PHONE, '1234', 'not_a_phone'],
    [PHONE, '123456789012345', null],
    [PHONE, '1234567890123456', 'not_a_phone'],
    [PHONE, '12345 ext. 6', 'not_a_phone'],
    [PHONE, '+٩٦٦ ٥٠ ١٢٣', null],
    [PHONE, '०९८ १२', null],
    [PHONE, '\u{1d7d8}'.repeat(15), null],
    [PHONE, '\u{1d7d8}'.repeat(16), 'not_a_phone'],
    [PHONE, '٣٤٥٦', 'not_a_phone'],
    [PHONE, '①②③④⑤', 'not_a_phone'],
    [PHONE, `1${' -'.repeat(30)}2345`, 'too_long'],
    [PHONE, 12345, 'wrong_type'],
    [URL_OF, 'https://example.com', null],
    [URL_OF, 'HTTP://example.com/ä?b=c#d', null],
    [URL_OF, `https://example.com/${'a'.repeat(1_980)}`, null],
    [URL_OF, `https://example.com/${'a'.repeat(1_981)}`, 'too_long'],
    [URL_OF, `example.com/${'a'.repeat(1_980)}`, null],
    [URL_OF, `example.com/${'a'.repeat(1_981)}`, 'too_long'],
    [URL_OF, 'example', 'not_a_url'],
    [URL_OF, 'localhost:3000', 'not_a_url'],
    [URL_OF, 'localhost:3000/a.b', 'not_a_url'],
    [URL_OF, 'https://localhost:3000', null],
    [URL_OF, '//example.com', 'not_a_url'],
    [URL_OF, 'example.com:x', 'not_a_url'],
    [URL_OF, 'javascript:alert(1.5)', 'not_a_url'],
    [URL_OF, 'https:example.com', 'not_a_url'],
    [URL_OF, 'https://', 'not_a_url'],
    [URL_OF, 'https://exa mple.com', 'not_a_url'],
    [URL_OF, 'http://localhost:3000?a=b@c://d', null],
    [URL_OF, 'https://[2001:db8::1]:8080/', null],
    [URL_OF, 'https://example.com:8080/@anna', null],
    [URL_OF, 'https://anna@example.com', 'not_a_url'],
    [URL_OF, 'https://anna:secret@example.com/', 'not_a_url'],
    [URL_OF, 'https://@example.com', 'not_a_url'],
    [URL_OF, 'https://anna\\@example.com', 'not_a_url'],
    [URL_OF, 'https://mailto:anna@example.com', 'not_a_url'],
    [URL_OF, 'mailto:anna@example.com', 'not_a_url'],
    [URL_OF, 'https://https://example.com', 'not_a_url'],
    [URL_OF, 'https:///example.com', 'not_a_url'],
    [URL_OF, 'https://?example.com', 'not_a_url'],
    [URL_OF, 'x-app://example.com', 'not_http'],
    [URL_OF, 'javascript:alert(1)', 'not_a_url'],
    [URL_OF, 'ftp://example.com', 'not_http'],
    [URL_OF, 'data:text/html,<script>alert(1)</script>', 'not_a_url'],
  ]);
});

t.test('answers to questions that are no longer asked have general limits', async (t) => {
  const cases: [value: unknown, code: AnswerError['code'] | null][] = [
    ['a'.repeat(4_000), null],
    ['a'.repeat(4_001), 'too_long'],
    [1.5, null],
    [NaN, 'wrong_type'],
    [true, null],
    [null, 'wrong_type'],
    [{}, 'wrong_type'],
    [{other: 'Pilot'}, null],
    [{other: 'a'.repeat(4_001)}, 'too_long'],
    [Array.from({length: 50}, (_, i) => `o${i}`), null],
    [[...Array.from({length: 50}, (_, i) => `o${i}`), {other: 'x'}], null],
    [Array.from({length: 51}, (_, i) => `o${i}`), 'too_many_choices'],
    [[1], 'wrong_type'],
    [[['a']], 'wrong_type'],
  ];
  for (const [value, code] of cases) {
    t.equal(checkUnaskedAnswer(value)?.code ?? null, code, JSON.stringify(value)?.slice(0, 60));
  }
});

t.test('no JSON breaks a check, and no other type passes', async () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...HOSTILE_STRINGS));
  fc.assert(
    fc.property(fc.constantFrom(...ALL), value, (question, given) => {
      const error = checkAnswer(question, given, TODAY);
      if (error) return ANSWER_ERROR_CODES.includes(error.code);
      const cleaned = cleanAnswer(question.kind, given);
      // A valid answer can be cleaned, sent again and labelled.
      const label = labelAnswer(question, cleaned as Answer, {tag: 'de', yes: 'Ja', no: 'Nein'});
      return (
        checkAnswer(question, cleaned, TODAY) === null &&
        JSON.stringify(cleanAnswer(question.kind, cleaned)) === JSON.stringify(cleaned) &&
        typeof label === 'string'
      );
    }),
    {numRuns: 5_000},
  );
});

t.test('stored texts contain nothing that hides or cannot be stored', async (t) => {
  for (const text of HOSTILE_STRINGS) {
    const line = cleanAnswer('text', text) as string;
    const lines = cleanAnswer('long_text', text) as string;
    t.ok(line.isWellFormed() && lines.isWellFormed());
    t.notMatch(line, /[\p{Cc}\p{Bidi_Control}]/u);
    t.notMatch(lines, /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u);
  }
  t.equal(cleanAnswer('text', ' a\tb\r\nc\u0000 '), 'a b c');
  t.equal(cleanAnswer('long_text', ' a\tb\r\nc\u202e '), 'a\tb\nc');
  t.equal(cleanAnswer('url', ' example.com/?a=http://b.c '), 'https://example.com/?a=http://b.c');
  t.equal(cleanAnswer('url', 'localhost:3000'), 'localhost:3000');
  t.equal(cleanAnswer('url', 'ftp://example.com'), 'ftp://example.com');
  t.equal(cleanAnswer('phone', ' +٩٦٦ (٥٠)\t۱۲۳ '), '+٩٦٦ (٥٠) ۱۲۳', 'as it was typed');
  t.same(cleanAnswer('choice', ['a\u0000', {other: 'b\u0000'}, 7]), ['a', {other: 'b'}, 7]);
});

t.test('labels are what the visitor reads', async (t) => {
  const german = {tag: 'de-AT', yes: 'Ja', no: 'Nein'};
  const english = {tag: 'en', yes: 'Yes', no: 'No'};
  t.equal(labelAnswer(CHOICE, 'doctor', german), 'Ärztin oder Arzt');
  t.equal(labelAnswer(CHOICE, 'cook', german), 'Cook');
  t.equal(labelAnswer(OTHERS, ['nurse', {other: 'Pilot'}], english), 'Nurse, Pilot');
  t.equal(labelAnswer(YES_NO, true, german), 'Ja');
  t.equal(labelAnswer(DATE, '2026-12-05', german), '5. Dezember 2026');
  t.equal(labelAnswer(DATE, '2026-12-05', {...english, tag: 'ar'}).replace(/\D/g, ''), '52026');
  t.equal(labelAnswer(NUMBER, 1990, english), '1990');
  const distance: Question = {...NUMBER, unit: {en: 'mi', de: 'km'}};
  t.equal(labelAnswer(distance, 12_345.5, {...german, tag: 'de'}), '12.345,5\u00a0km');
  const price: Question = {...NUMBER, decimals: 2, unit: '€'};
  t.equal(labelAnswer(price, 45.5, german), '45,50\u00a0€');
  t.equal(labelAnswer(price, 45, german), '45\u00a0€');
  t.equal(labelAnswer(OTHERS, ['a', 'b', {other: 'Pilot'}], german), 'a, b und Pilot');
  t.equal(labelAnswer(OTHERS, ['a', 'b'], {...english, tag: 'ar'}), 'a وb');
  t.equal(labelAnswer(TEXT, '{name} <b>', english), '{name} <b>');
  t.equal(labelAnswer(undefined, ['a', {other: 'b'}], english), 'a, b');
  t.equal(labelAnswer(undefined, 'toString', {...english, tag: 'toString'}), 'toString');
});
