import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import type {GivenAnswers} from '../contract/session-answers.js';
import type {Queryable} from '../database/sql.js';
import type {Site} from '../sites/store.js';
import {readAnswers} from './read-answers.js';
import {listAnswers, saveAnswers} from './store.js';

/**
 * Stores answers in the transaction that has locked the visit, and keeps the session's other
 * answers. Returns whether an answer is new or differs. Throws `InvalidAnswer`.
 */
export const recordAnswers = async (
  tx: Queryable,
  {uuid, site}: {uuid: string; site: Site},
  given: GivenAnswers,
  {name, locale}: {name: string; locale: string | null},
): Promise<boolean> => {
  if (Object.keys(given).length === 0) return false;
  const conversation = site.settings.conversation ?? DEFAULT_CONVERSATION;
  const stored = await listAnswers(tx, uuid);
  const answers = readAnswers(given, {conversation, stored, name, locale});
  return (await saveAnswers(tx, uuid, answers)) > 0;
};
