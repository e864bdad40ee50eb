import t from 'tap';

import {validateConversation} from '../sites/validate-conversation.js';

const ask = {type: 'ask', text: 'What is it?'};
const end = {id: 'end', type: 'end', outcome: 'complete'};
const choice = {
  ...ask,
  kind: 'choice',
  options: [
    {value: 'nurse', label: 'Nurse'},
    {value: 'doctor', label: 'Doctor'},
  ],
};
const QUESTIONS: Record<string, object> = {
  text: {...ask, kind: 'text', max_length: 5},
  phone: {...ask, kind: 'phone'},
  url: {...ask, kind: 'url'},
  yes_no: {...ask, kind: 'yes_no'},
  number: {...ask, kind: 'number', min: 0, max: 60},
  date: {...ask, kind: 'date', min: '2020-01-01', max: 'today'},
  choice,
  other: {...choice, other: true},
  choices: {...choice, multiple: true},
};

const getErrors = (when: unknown, questions = QUESTIONS) => {
  const steps = Object.entries(questions).map(([field, step]) => ({...step, id: field, field}));
  const going = {id: 'going', type: 'say', next: [{when, to: 'end'}]};
  return validateConversation({version: 1, steps: [going, ...steps, end]}, '').map(
    ({path, message}) => `${path.replace('/steps/0/next/0/when', '')}: ${message}`,
  );
};

const getPaths = (when: unknown) => getErrors(when).map((one) => one.split(':')[0]);

t.test('conditions read only answers that exist', async (t) => {
  const it = {field: 'answers.choices'};
  t.same(getPaths({...it, operator: 'includes', value: 'nurse'}), []);
  t.same(getPaths({...it, operator: 'is_not', value: null}), []);
  t.same(getPaths({...it, operator: 'is_set', value: true}), []);
  t.same(getPaths({...it, operator: 'is_set', value: 'true'}), ['/value']);
  t.same(getPaths({field: 'answers.shoe', operator: 'is_set', value: true}), ['/field']);
  t.same(getPaths({field: 'answers.Shoe', operator: 'is_set', value: true}), ['/field']);
  t.same(getPaths({not: {field: 'answers.shoe', operator: 'is_set', value: true}}), ['/not/field']);
  t.same(getPaths({field: 'answers.date', operator: 'at_least', value: '2026-01-31'}), []);
  t.same(getPaths({field: 'answers.date', operator: 'at_least', value: '2026-01-32'}), ['/value']);
  t.same(getPaths({field: 'answers.date', operator: 'at_most', value: 7}), ['/value']);
  t.same(getPaths({field: 'files.stored', operator: 'at_most', value: '2026-01-31'}), ['/value']);
});

/** Conditions that no answer, or every answer, meets; the property that is wrong; its expected value. */
const REFUSED: [
  field: string,
  operator: string,
  value: unknown,
  property: 'operator' | 'value',
  expected: string,
][] = [
  ['answers.text', 'at_least', 3, 'operator', 'is, is_not or is_set'],
  ['answers.text', 'includes', 'x', 'operator', 'is, is_not or is_set'],
  ['answers.text', 'is', 3, 'value', 'a text, or null'],
  ['answers.text', 'is', '', 'value', 'a text of at least 1 character, or null'],
  ['answers.text', 'is', 'longer', 'value', 'a text of at most 5 characters, or null'],
  ['answers.text', 'is', ' x', 'value', 'the text as it is stored: "x", or null'],
  ['answers.phone', 'is', 'none', 'value', 'a telephone number of 5 to 15 digits, or null'],
  [
    'answers.url',
    'is_not',
    'https://user@a.example',
    'value',
    'an http or https URL without user information, or null',
  ],
  [
    'answers.url',
    'is',
    'a.example',
    'value',
    'the text as it is stored: "https://a.example", or null',
  ],
  ['answers.yes_no', 'is', 'yes', 'value', 'true or false, or null'],
  ['answers.yes_no', 'at_most', 1, 'operator', 'is, is_not or is_set'],
  ['answers.number', 'is', '7', 'value', 'a number, or null'],
  ['answers.number', 'is', 7.5, 'value', 'a whole number, or null'],
  ['answers.number', 'is_not', 61, 'value', 'a number of at most 60, or null'],
  ['answers.number', 'at_least', 61, 'value', 'a number of at most 60'],
  ['answers.number', 'at_most', -1, 'value', 'a number of at least 0'],
  ['answers.number', 'includes', 7, 'operator', 'is, is_not, at_least, at_most or is_set'],
  ['answers.date', 'is', '1 May', 'value', 'a day of the calendar in the form YYYY-MM-DD, or null'],
  ['answers.date', 'at_most', '2019-12-31', 'value', 'a date that is not before 2020-01-01'],
  ['answers.choice', 'is', 'pilot', 'value', 'one of the options (nurse, doctor), or null'],
  ['answers.choice', 'includes', 'nurse', 'operator', 'is, is_not or is_set'],
  ['answers.other', 'is', 'pilot', 'value', 'one of the options (nurse, doctor), or null'],
  ['answers.choices', 'is', 'nurse', 'value', 'null, or the operator includes'],
  ['answers.choices', 'includes', 'pilot', 'value', 'one of the options (nurse, doctor)'],
  ['answers.choices', 'includes', null, 'value', 'one option (nurse, doctor)'],
  ['answers.text', 'is_set', null, 'value', 'true or false'],
  ['name', 'is', true, 'value', 'a text, or null'],
  ['email', 'includes', '@', 'operator', 'is, is_not or is_set'],
  ['consents.ai_training', 'is', 'yes', 'value', 'true or false, or null'],
  ['files.stored', 'is', null, 'value', 'a number'],
  ['files.stored', 'at_most', -1, 'value', 'a number of at least 0'],
];

t.test('a condition whose operator or value does not fit its field is refused', async (t) => {
  for (const [field, operator, value, property, expected] of REFUSED) {
    const [error = '', ...others] = getErrors({field, operator, value});
    const given = JSON.stringify(property === 'operator' ? operator : value);
    t.ok(error.startsWith(`/${property}: ${given} does not fit "${field}"`), error);
    t.ok(error.endsWith(`. Expected ${expected}`), error);
    t.same(others, []);
  }
  t.same(getErrors({field: 'answers.choices', operator: 'is', value: 'nurse'}), [
    '/value: "nurse" does not fit "answers.choices", which has the kind choice with several choices. Expected null, or the operator includes',
  ]);
});

t.test('a condition that an answer can meet is accepted', async (t) => {
  const accepted: [field: string, operator: string, value: unknown][] = [
    ['answers.text', 'is', 'short'],
    ['answers.text', 'is', null],
    ['answers.yes_no', 'is_not', false],
    ['answers.number', 'at_least', 0.5],
    ['answers.number', 'at_least', 60],
    ['answers.number', 'at_most', 0],
    ['answers.number', 'is', 60],
    ['answers.date', 'is', '2020-01-01'],
    ['answers.choice', 'is_not', 'doctor'],
    ['answers.choices', 'is', null],
    ['email', 'is', 'anna@example.com'],
    ['files.stored', 'at_most', 0],
  ];
  for (const [field, operator, value] of accepted) {
    t.same(getErrors({field, operator, value}), [], `${field} ${operator}`);
  }
});

t.test('a condition on a question with errors is checked when the question has none', async (t) => {
  const questions = {number: {...ask, kind: 'number', decimals: 7}};
  t.same(getErrors({field: 'answers.number', operator: 'is', value: 'x'}, questions), [
    '/steps/1/decimals: must be <= 6',
  ]);
});
