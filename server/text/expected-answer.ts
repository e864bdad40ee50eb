import type {AnswerError} from '../contract/answers.js';
import type {Question} from '../contract/questions.js';
import {formatCount} from './count.js';

const TYPES: Record<NonNullable<AnswerError['type']>, string> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  choice: 'one option',
  choices: 'a list of options',
  answer: 'a text, a number, true, false, or a list of texts',
};

/**
 * Returns an expectation that an answer did not meet, as words for operators and developers. The
 * question adds its options.
 */
export const describeExpected = (
  {code, min, max, type = 'answer'}: AnswerError,
  question?: Question,
): string => {
  const options = question?.kind === 'choice' ? describeOptions(question) : '';
  switch (code) {
    case 'wrong_type':
      return `${TYPES[type]}${type.startsWith('choice') ? options : ''}`;
    case 'too_short':
      return `a text of at least ${formatCount(Number(min), 'character')}`;
    case 'too_long':
      return `a text of at most ${formatCount(Number(max), 'character')}`;
    case 'unknown_choice':
      return `one of the options${options}`;
    case 'repeated_choice':
      return 'each option at most once';
    case 'too_few_choices':
      return `at least ${formatCount(Number(min), 'option')}`;
    case 'too_many_choices':
      return `at most ${formatCount(Number(max), 'option')}`;
    case 'too_small':
      return `a number of at least ${min}`;
    case 'too_large':
      return `a number of at most ${max}`;
    case 'too_many_decimals':
      return max === 0
        ? 'a whole number'
        : `a number with at most ${formatCount(Number(max), 'decimal')}`;
    case 'not_a_date':
      return 'a day of the calendar in the form YYYY-MM-DD';
    case 'too_early':
      return `a date that is not before ${min}`;
    case 'too_late':
      return `a date that is not after ${max}`;
    case 'not_a_phone':
      return `a telephone number of ${min} to ${max} digits`;
    case 'not_a_url':
      return 'an http or https URL without user information';
    case 'not_http':
      return 'a URL that begins with http:// or https://';
    case 'too_many_answers':
      return `at most ${formatCount(Number(max), 'answer')} in a session`;
    case 'answers_too_large':
      return `at most ${formatCount(Number(max), 'byte')} as JSON for all answers of a session`;
  }
};

const describeOptions = ({options, other}: Extract<Question, {kind: 'choice'}>): string =>
  ` (${options.map(({value}) => value).join(', ')}${other ? ', or {"other": "…"}' : ''})`;
