import type {Sql} from '../database/sql.js';
import type {Documents} from '../documents/documents.js';
import {SessionGone} from '../errors.js';
import type {Site} from '../sites/store.js';
import {truncateHistory} from './openai.js';
import type {Turn} from './responder.js';
import {loadHistory} from './store.js';
import type {ClaimedTurn, TurnContext} from './store.js';

const HISTORY = 21;

/**
 * What a responder is told of a turn. Documents go along where site and visitor both say so. Throws
 * `SessionGone` when the message is there no more.
 */
export const prepareTurn = async (
  {sql, documents}: {sql: Sql; documents: Documents},
  {id, uuid, messageId}: ClaimedTurn,
  {site, context, signal}: {site: Site; context: TurnContext; signal: AbortSignal},
): Promise<Turn> => {
  const said = await loadHistory(sql, {uuid, messageId}, HISTORY);
  const input = said.pop();
  if (input?.role !== 'visitor') throw new SessionGone();
  const mayRead = site.settings.responder_documents === true && context.readsDocuments;
  return {
    id,
    site: {key: site.key, name: site.name},
    session: {uuid, locale: context.locale, state: context.state, step: context.step},
    history: truncateHistory(said),
    documents: mayRead ? await documents.forSession(uuid, signal) : [],
    input: input.text,
    instructions: site.settings.responder_instructions ?? '',
  };
};
