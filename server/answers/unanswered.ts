import {listReachedSteps} from '../audit/store.js';
import {localise} from '../contract/localise.js';
import type {Queryable} from '../database/sql.js';
import {getConversation, mapQuestions} from '../sites/conversation.js';
import type {Site} from '../sites/store.js';
import {fillQuestion} from './fill-question.js';
import {toLabelLanguage} from './label-language.js';
import type {StoredAnswer} from './store.js';

/** Question that the visitor has seen and not answered. */
export type UnansweredQuestion = Pick<StoredAnswer, 'question' | 'position'>;

/** Returns the questions of the site that the visitor has reached and that have no answer. */
export const listUnanswered = async (
  sql: Queryable,
  {uuid, site, answers}: {uuid: string; site: Site; answers: StoredAnswer[]},
  {name, locale}: {name: string; locale: string | null},
): Promise<UnansweredQuestion[]> => {
  const reached = await listReachedSteps(sql, uuid);
  const {tag} = toLabelLanguage(locale);
  const isAnswered = (field: string) => answers.some((answer) => answer.field === field);
  return [...mapQuestions(getConversation(site.settings)).values()]
    .filter(({step}) => reached.includes(step.id) && !isAnswered(step.field))
    .map(({step, position}) => ({
      question: fillQuestion(localise(step.text, tag), answers, name),
      position,
    }));
};
