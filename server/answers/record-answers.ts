import type {GivenAnswers} from '../contract/session-answers.js';
import type {Queryable} from '../database/sql.js';
import {getConversation} from '../sites/conversation.js';
import type {Site} from '../sites/store.js';
import {refillQuestions} from './fill-question.js';
import type {ChangedValue} from './fill-question.js';
import {toLabelLanguage} from './label-language.js';
import {readAnswers} from './read-answers.js';
import {listAnswers, saveAnswers, saveQuestions} from './store.js';

/** Visit that the transaction has locked, with its site. */
interface SiteVisit {
  uuid: string;
  site: Site;
}

/** Visitor whose name and language appear in questions. */
interface Visitor {
  name: string;
  locale: string | null;
}

/**
 * Stores answers in the transaction that has locked the visit, and keeps the session's other
 * answers. Returns whether an answer is new or differs. Throws `InvalidAnswer`.
 */
export const recordAnswers = async (
  tx: Queryable,
  visit: SiteVisit,
  given: GivenAnswers,
  visitor: Visitor,
): Promise<boolean> => {
  if (Object.keys(given).length === 0) return false;
  const stored = await listAnswers(tx, visit.uuid);
  const conversation = getConversation(visit.site.settings);
  const answers = readAnswers(given, {...visitor, stored, conversation});
  const isChanged = (await saveAnswers(tx, visit.uuid, answers)) > 0;
  const labels = new Map(stored.map(({field, label}) => [field, label]));
  const changes = answers.map(({field, label}) => ({
    key: `answers.${field}`,
    before: labels.get(field) ?? '',
    after: label,
  }));
  await rewordQuestions(tx, visit, changes, visitor);
  return isChanged;
};

/** Inserts changed values into the stored questions that contain the earlier ones. */
export const rewordQuestions = async (
  tx: Queryable,
  visit: SiteVisit,
  changes: ChangedValue[],
  {name, locale}: Visitor,
): Promise<void> => {
  const changed = changes.filter(({before, after}) => before !== after);
  if (changed.length === 0) return;
  const questions = refillQuestions(await listAnswers(tx, visit.uuid), changed, {
    name,
    language: toLabelLanguage(locale).tag,
    conversation: getConversation(visit.site.settings),
  });
  if (questions.length > 0) await saveQuestions(tx, visit.uuid, questions);
};
