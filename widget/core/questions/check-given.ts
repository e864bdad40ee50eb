import {checkAnswer, cleanAnswer} from '../../../server/contract/answers.js';
import type {QuestionStep} from '../../../server/contract/conversation.js';
import type {Answer} from '../../../server/contract/questions.js';

import {today} from './today.js';

/** Returns an answer as it is kept and sent, and the expectation that it does not meet. */
export const checkGiven = (step: QuestionStep, given: unknown) => ({
  error: checkAnswer(step, given, today()),
  value: cleanAnswer(step.kind, given) as Answer,
});
