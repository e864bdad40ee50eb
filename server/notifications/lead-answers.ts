import {toCell} from '../answers/columns.js';
import {listAnswers} from '../answers/store.js';
import {listUnanswered} from '../answers/unanswered.js';
import type {Queryable} from '../database/sql.js';
import {getConversation, mapQuestions} from '../sites/conversation.js';
import type {Site} from '../sites/store.js';
import type {LeadAnswer} from './owner-mails.js';

/**
 * Returns the questions of a session with its answers, in the order of the conversation. Questions
 * that the site no longer asks keep the place that they had.
 */
export const listLeadAnswers = async (
  sql: Queryable,
  {uuid, site}: {uuid: string; site: Site},
  session: {name: string; locale: string | null},
): Promise<LeadAnswer[]> => {
  const answers = await listAnswers(sql, uuid);
  const unanswered = await listUnanswered(sql, {uuid, site, answers}, session);
  const questions = mapQuestions(getConversation(site.settings));
  const listed = [
    ...answers.map((answer) => {
      const {question, label} = answer;
      const asked = questions.get(answer.field);
      return {
        ...{question, label, isAsked: asked !== undefined},
        value: String(toCell(answer)),
        position: asked?.position ?? answer.position,
      };
    }),
    ...unanswered.map((question) => ({...question, label: null, isAsked: true})),
  ];
  return listed.sort((a, b) => a.position - b.position);
};
