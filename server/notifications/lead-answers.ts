import {toCell} from '../answers/columns.js';
import {listAnswers} from '../answers/store.js';
import {listUnanswered} from '../answers/unanswered.js';
import type {Queryable} from '../database/sql.js';
import {getConversation} from '../sites/conversation.js';
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
  const {steps} = getConversation(site.settings);
  const findPlace = (field: string) =>
    steps.findIndex((step) => 'kind' in step && step.field === field);
  const listed = [
    ...answers.map((answer) => {
      const {question, label} = answer;
      const place = findPlace(answer.field);
      return {
        ...{question, label, isAsked: place >= 0},
        value: String(toCell(answer)),
        position: place < 0 ? answer.position : place,
      };
    }),
    ...unanswered.map((question) => ({...question, label: null, isAsked: true})),
  ];
  return listed.sort((a, b) => a.position - b.position);
};
