/** The questions of a site, in a file of their own: most sites have none. */
import type {QuestionDeps} from '../../core/questions/questions.js';
import {createQuestions as createForInputs} from '../../core/questions/questions.js';
import {questionStyles} from '../styles/questions.js';
import {loadInputs} from './load-inputs.js';

export {questionView} from './question-view.js';

export const styles = [questionStyles];

export const createQuestions = (chat: QuestionDeps) => createForInputs(chat, loadInputs);
