import t from 'tap';

import {validateConversation} from '../sites/validate-conversation.js';

const options = [
  {value: 'nurse', label: 'Nurse'},
  {value: 'doctor', label: 'Doctor'},
];
const choices = {kind: 'choice', options, multiple: true};

const errorsOf = (more: object) =>
  validateConversation(
    {
      version: 1,
      steps: [
        {id: 'a', type: 'ask', field: 'it', text: 'What is it?', ...more},
        {id: 'end', type: 'end', outcome: 'complete'},
      ],
    },
    '',
  ).map(({path, message}) => `${path.replace('/steps/0/', '')} ${message}`);

t.test('lengths have an order', async (t) => {
  t.same(errorsOf({kind: 'text', min_length: 3, max_length: 2}), [
    'min_length must be at most 2, the max_length',
  ]);
  t.same(errorsOf({kind: 'long_text', min_length: 3, max_length: 3}), []);
});

t.test('a number of the allowed decimals is between the limits', async (t) => {
  t.same(errorsOf({kind: 'number', min: 2, max: 1}), ['min must be at most 1, the max']);
  t.same(errorsOf({kind: 'number', min: 0.2, max: 0.8}), [
    'decimals must be higher, because no number with 0 decimals is between 0.2 and 0.8',
  ]);
  t.same(errorsOf({kind: 'number', min: 1.2, max: 1.9}).length, 1);
  t.same(errorsOf({kind: 'number', min: 0.571, max: 0.579, decimals: 2}).length, 1);
  const accepted: [min: number, max: number, decimals: number][] = [
    [1.4, 2.6, 0],
    [0.6, 1.4, 0],
    [-0.5, 0.5, 0],
    [0.57, 0.57, 2],
    [0.571, 0.581, 2],
    [1e21, 1e22, 6],
  ];
  for (const [min, max, decimals] of accepted) {
    t.same(errorsOf({kind: 'number', min, max, decimals}), [], `${min} to ${max}`);
  }
});

t.test('a day is between the limits of a date, also today', async (t) => {
  const date = {kind: 'date'};
  t.same(errorsOf({...date, min: '2026-02-02', max: '2026-02-01'}), [
    'min must not be after the max, 2026-02-01: no day is between them',
  ]);
  t.same(errorsOf({...date, min: 'today', max: '2020-01-01'}), [
    'min must not be after the max, 2020-01-01: no day is between them',
  ]);
  t.same(errorsOf({...date, min: '2999-01-01', max: 'today'}), [
    'min must not be after the max, today: no day is between them',
  ]);
  t.same(errorsOf({...date, min: 'today', max: 'today'}), []);
  t.same(errorsOf({...date, min: 'today', max: '2999-01-01'}), []);
  t.same(errorsOf({...date, min: '2020-01-01', max: 'today'}), []);
});

t.test('the number of choices is possible, and at least 1', async (t) => {
  t.same(errorsOf({...choices, min_choices: 3}), [
    'min_choices must be at most 2, the number of choices',
  ]);
  t.same(errorsOf({...choices, min_choices: 3, other: true}), []);
  t.same(errorsOf({...choices, min_choices: 2, max_choices: 1}), [
    'min_choices must be at most 1, the max_choices',
  ]);
  t.same(errorsOf({...choices, min_choices: 0}), ['min_choices must be >= 1']);
  t.same(errorsOf({...choices, multiple: false, min_choices: 1, max_choices: 2}), [
    'min_choices has no effect without "multiple": true',
    'max_choices has no effect without "multiple": true',
  ]);
});
