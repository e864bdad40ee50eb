/** The questions of a site, in a file of their own: most sites have none. */
import {questionStyles} from '../styles/questions.js';

export {createQuestions} from '../../core/questions/questions.js';
export {questionView} from './question-view.js';

export const styles = [questionStyles];
