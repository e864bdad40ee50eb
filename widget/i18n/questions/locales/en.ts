/** Words of the questions of a site; they come with their inputs. */
const en = {
  skip: 'Skip',
  other: 'Other',
  yes: 'Yes',
  no: 'No',
  yourAnswers: 'Your answers',
  changed: 'Changed: {answer}',
  missing: 'Please answer this question.',
  other_missing: 'Please write your own answer in the field.',
  wrong: 'Please check your answer.',
  answers_too_large: 'Your answers are too long together. Please shorten this one.',
  too_many_answers: 'We can’t store further answers. Please write to us instead.',
  too_short: 'Please write at least {min} characters.',
  too_few_choices: 'Please choose at least {min}.',
  too_many_choices: 'Please choose no more than {max}.',
  not_a_number: 'Please enter only the number, such as 12.',
  whole_number: 'Please enter a whole number.',
  too_many_decimals: 'Decimal places: {max} at most.',
  too_small: 'Please enter {min} or more.',
  too_large: 'Please enter {max} or less.',
  not_a_date: 'Please enter a full date.',
  too_early: 'Please choose {min} or later.',
  too_late: 'Please choose {max} or earlier.',
  not_a_phone: 'Please enter a phone number of {min} to {max} digits, without letters.',
  not_a_url: 'Please enter a web address without spaces, such as example.com.',
  not_http: 'Please enter an address that begins with https:// or http://.',
};

export type QuestionTexts = typeof en;
export default en;
