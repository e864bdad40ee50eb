import type {Question} from '../contract/questions.js';

const ask = {type: 'ask', field: 'it', text: 'What is it?'} as const;

const options = (...values: string[]) => values.map((value) => ({value, label: value}));
const THREE = options('nurse', 'doctor', 'constructor');
const MANY = options(...Array.from({length: 12}, (_, i) => `option_${i}`));

const choice = {...ask, kind: 'choice', options: THREE} as const;
const choices = {...choice, multiple: true} as const;
const number = {...ask, kind: 'number'} as const;
const date = {...ask, kind: 'date'} as const;

const LENGTHS = [
  {},
  {min_length: 2},
  {min_length: 5},
  {max_length: 1},
  {max_length: 5},
  {max_length: 40},
  {min_length: 2, max_length: 2},
  {min_length: 3, max_length: 5},
  {min_length: 5, max_length: 40},
  {min_length: 1, max_length: 3},
];

const times = <T>(count: number, one: T): T[] => Array.from({length: count}, () => one);

/** Ten questions of each kind, with different properties. */
export const AGREEMENT_QUESTIONS: Record<string, Question[]> = {
  text: LENGTHS.map((lengths) => ({...ask, kind: 'text', ...lengths})),
  long_text: LENGTHS.map((lengths) => ({...ask, kind: 'long_text', ...lengths})),
  choice: [
    ...times(3, choice),
    ...times(3, {...choice, other: true}),
    ...times(2, {...choice, options: MANY}),
    ...times(2, {...choice, options: MANY, other: true}),
  ],
  choices: [
    choices,
    {...choices, other: true},
    {...choices, min_choices: 0},
    {...choices, min_choices: 2},
    {...choices, max_choices: 1},
    {...choices, min_choices: 2, max_choices: 2, other: true},
    {...choices, min_choices: 4, other: true},
    {...choices, options: MANY, max_choices: 3},
    {...choices, options: MANY, min_choices: 0, other: true},
    {...choices, options: MANY, min_choices: 2, max_choices: 4},
  ],
  yes_no: times(10, {...ask, kind: 'yes_no'}),
  number: [
    number,
    {...number, decimals: 2},
    {...number, decimals: 6},
    {...number, min: 1, max: 3},
    {...number, min: 0},
    {...number, max: 0, decimals: 1},
    {...number, min: -5, max: 5, decimals: 1},
    {...number, min: 0.5, max: 0.75, decimals: 2},
    {...number, min: 1_000, max: 1_000_000},
    {...number, min: -1_500.5, max: 1_500.5, decimals: 3},
  ],
  date: [
    date,
    date,
    {...date, min: '2024-02-29'},
    {...date, max: '2024-02-29'},
    {...date, min: '2024-02-28', max: '2024-03-01'},
    {...date, min: 'today'},
    {...date, max: 'today'},
    {...date, min: '2024-01-01', max: 'today'},
    {...date, min: 'today', max: '2099-12-31'},
    {...date, min: '0001-01-01', max: '9999-12-31'},
  ],
  phone: times(10, {...ask, kind: 'phone'}),
  url: times(10, {...ask, kind: 'url'}),
};
