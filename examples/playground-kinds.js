/** Kinds of questions: their name, a question to begin with, and the properties that it can have. */
export const KINDS = {
  text: {
    label: 'Text',
    start: {text: 'Which company do you work for?'},
    properties: ['placeholder', 'min_length', 'max_length', 'autocomplete'],
  },
  long_text: {
    label: 'Long text',
    start: {text: 'How can we help you?'},
    properties: ['placeholder', 'min_length', 'max_length'],
  },
  choice: {
    label: 'Choice',
    start: {
      text: 'Which service do you need?',
      options: [
        {value: 'advice', label: 'Advice'},
        {value: 'repair', label: 'Repair'},
      ],
    },
    properties: ['multiple', 'min_choices', 'max_choices', 'other'],
  },
  yes_no: {label: 'Yes or no', start: {text: 'Are you a customer already?'}, properties: []},
  number: {
    label: 'Number',
    start: {text: 'How many people are you?'},
    properties: ['placeholder', 'min', 'max', 'decimals', 'unit'],
  },
  date: {
    label: 'Date',
    start: {text: 'On which day do you want to begin?'},
    properties: ['earliest', 'latest'],
  },
  phone: {
    label: 'Phone number',
    start: {text: 'At which phone number can we call you?'},
    properties: ['placeholder'],
  },
  url: {
    label: 'Web address',
    start: {text: 'Where is your website?'},
    properties: ['placeholder'],
  },
};

/**
 * Controls of the properties. `type` is `line`, `area`, `number`, `check` or `tokens`; `name` is the
 * property of the question, if the control has another name. A check box without a tick has `off`.
 */
export const PROPERTIES = {
  text: {label: 'Question', type: 'area', isKept: true},
  field: {
    label: 'Field name',
    type: 'line',
    isKept: true,
    isCode: true,
    hint: 'Name of the answer in lists, files and {answers.…}',
  },
  consent: {
    name: 'text',
    label: 'Consent to storing',
    type: 'area',
    placeholder:
      'May we store your name, e-mail address, answers, messages and files for your request?',
    hint: 'The default text names files. Write your own if visitors upload no file.',
  },
  hint: {label: 'Hint below the question', type: 'line'},
  placeholder: {label: 'Example in the empty field', type: 'line'},
  min_length: {label: 'Minimum length', type: 'number', isHalf: true},
  max_length: {label: 'Maximum length', type: 'number', isHalf: true},
  autocomplete: {
    label: 'Autofill',
    type: 'tokens',
    hint: 'The browser offers what it has stored about the visitor.',
  },
  multiple: {label: 'Visitors can choose several', type: 'check', on: true},
  min_choices: {label: 'Minimum choices', type: 'number', isHalf: true, needs: 'multiple'},
  max_choices: {label: 'Maximum choices', type: 'number', isHalf: true, needs: 'multiple'},
  other: {label: 'Visitors can write another answer', type: 'check', on: true},
  min: {label: 'Minimum', type: 'number', isHalf: true},
  max: {label: 'Maximum', type: 'number', isHalf: true},
  decimals: {label: 'Decimal places', type: 'number', isHalf: true},
  unit: {label: 'Unit', type: 'line', isHalf: true},
  earliest: {
    name: 'min',
    label: 'Earliest',
    type: 'line',
    isHalf: true,
    placeholder: 'today',
    hint: '2026-12-31 or today',
  },
  latest: {
    name: 'max',
    label: 'Latest',
    type: 'line',
    isHalf: true,
    placeholder: '2026-12-31',
    hint: '2026-12-31 or today',
  },
  required: {label: 'Visitors must answer', type: 'check', off: false},
};

/** Properties in the order in which a step is written. */
const WRITTEN =
  'id type field kind text required hint placeholder options multiple min_choices max_choices ' +
  'other min_length max_length autocomplete min max decimals unit';

export const isQuestion = ({kind}) => kind !== undefined;

/** Returns a question as a step of the conversation. `ids` are those of the other steps. */
export function toStep(question, ids) {
  const {field} = question;
  const step = {id: ids.includes(field) ? `${field}_asked` : field, type: 'ask', ...question};
  const names = WRITTEN.split(' ').filter((name) => step[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, step[name]]));
}
