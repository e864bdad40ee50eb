import {listAnswers, toApiAnswers} from '../answers/store.js';
import {insertAnswers, localise} from '../contract/localise.js';
import type {SessionAnswer} from '../contract/session-answers.js';
import type {Sql} from '../database/sql.js';
import type {PdfTextExtractor} from '../documents/pdf-text-extractor.js';
import {SessionGone} from '../errors.js';
import {findQuestion, getConversation} from '../sites/conversation.js';
import type {Site} from '../sites/store.js';
import {truncateHistory} from './openai.js';
import type {Turn} from './responder.js';
import {loadHistory} from './store.js';
import type {ClaimedTurn, TurnContext} from './store.js';

const HISTORY_LIMIT = 21;
/** Replaces the name, and answers that the site does not list, in a question. */
const NOT_LISTED = '…';

/**
 * Returns the turn for the responder. It contains documents only if both the site and the visitor
 * allow it. Throws `SessionGone` if the message no longer exists.
 */
export const prepareTurn = async (
  {sql, documents}: {sql: Sql; documents: PdfTextExtractor},
  {id, uuid, messageId}: ClaimedTurn,
  {site, context, signal}: {site: Site; context: TurnContext; signal: AbortSignal},
): Promise<Turn> => {
  const messages = await loadHistory(sql, {uuid, messageId}, HISTORY_LIMIT);
  const input = messages.pop();
  if (input?.role !== 'visitor') throw new SessionGone();
  const mayRead = site.settings.responder_documents === true && context.readsDocuments;
  return {
    id,
    site: {key: site.key, name: site.name},
    session: {uuid, locale: context.locale, state: context.state, step: context.step},
    history: truncateHistory(messages),
    documents: mayRead ? await documents.forSession(uuid, signal) : [],
    answers: await loadAnswers(sql, uuid, {site, locale: context.locale}),
    input: input.text,
    instructions: site.settings.responder_instructions ?? '',
  };
};

/**
 * Returns only the answers that the site lists for its responder. A stored question can contain the
 * name and other answers, so that it is built from the site's text with the listed ones.
 */
const loadAnswers = async (
  sql: Sql,
  uuid: string,
  {site: {settings}, locale}: {site: Site; locale: string},
): Promise<SessionAnswer[]> => {
  const {responder_fields: fields = []} = settings;
  const conversation = getConversation(settings);
  if (fields.length === 0) return [];
  const listed = (await listAnswers(sql, uuid)).filter(({field}) => fields.includes(field));
  const labels = new Map(listed.map(({field, label}) => [`answers.${field}`, label]));
  const getQuestion = (field: string): string => {
    const step = findQuestion(conversation, field);
    if (!step) return field;
    const text = localise(step.text, locale);
    return insertAnswers(text, (key) => labels.get(key) ?? NOT_LISTED);
  };
  return toApiAnswers(listed.map((answer) => ({...answer, question: getQuestion(answer.field)})));
};
