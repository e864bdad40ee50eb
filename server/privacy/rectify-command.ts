import {parseArgs} from 'node:util';

import {findUnknownFields, parseAnswers, splitAnswer} from '../answers/parse-answers.js';
import type {WrittenAnswer} from '../answers/parse-answers.js';
import {readAnswers} from '../answers/read-answers.js';
import {listAnswers} from '../answers/store.js';
import {CommandFailed, createUsageError} from '../command/command.js';
import type {Command, CommandDeps} from '../command/command.js';
import type {Conversation} from '../contract/conversation.js';
import {localise} from '../contract/localise.js';
import type {GivenAnswers} from '../contract/session-answers.js';
import {deriveKey} from '../config/secrets.js';
import type {Queryable} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {InvalidAnswer, MariaError} from '../errors.js';
import {ConfirmationLinks} from '../mail/links.js';
import {readEmail, readName} from '../sessions/contact.js';
import {findQuestion, getConversation, listQuestions} from '../sites/conversation.js';
import {findSite} from '../sites/store.js';
import {describeExpected} from '../text/expected-answer.js';
import {findSessions} from './find-sessions.js';
import {correctSession, lockSession} from './rectify.js';
import type {CorrectionOutcome} from './rectify.js';

const USAGE = `maria rectify --uuid UUID | --email E-MAIL [--name NAME] [--new-email E-MAIL] [--answer FIELD=VALUE]…
  Correct the name, the e-mail address or answers of a session.
  --uuid         Correct the session with this whole UUID
  --email        Correct all sessions that have this e-mail address now
  --name         Store this name
  --new-email    Send a confirmation link to this e-mail address. It replaces the stored one when the
                 link is used.
  --answer       Store this answer to the question with this field. VALUE is a text, a number, a date
                 (2026-11-21), true or false, or the value of an option. Separate several options by
                 commas.
  Example: maria rectify --email anna@example.org --new-email anna@example.com`;

const OPTIONS = {
  uuid: {type: 'string'},
  email: {type: 'string'},
  name: {type: 'string'},
  'new-email': {type: 'string'},
  answer: {type: 'string', multiple: true},
} as const;

interface Correction {
  name: string | undefined;
  email: string | undefined;
  answers: WrittenAnswer[];
}

export const rectifyCommand: Command = {
  usage: USAGE,
  run: async (deps, args) => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const {uuid, email, name, 'new-email': newEmail, answer = []} = values;
    if (name === undefined && newEmail === undefined && answer.length === 0) {
      throw createUsageError('"rectify" requires --name, --new-email or --answer.');
    }
    const correction = readCorrection({
      name,
      email: newEmail,
      answers: answer.map(readWrittenAnswer),
    });
    const sessions = await findSessions(deps.backgroundSql, {uuid, email});
    // All sessions are checked first, so that an invalid answer changes none of them.
    for (const found of sessions) await readAnswersFor(deps.backgroundSql, found, correction);
    for (const found of sessions) {
      await rectifyOne(deps, found.uuid, correction);
    }
  },
};

const rectifyOne = async (
  deps: CommandDeps,
  uuid: string,
  correction: Correction,
): Promise<void> => {
  const {backgroundSql: sql, print} = deps;
  const outcome = await transaction(sql, (tx) => rectify(tx, deps, uuid, correction));
  const isChanged =
    correction.name !== undefined || correction.answers.length > 0 || outcome !== 'unchanged';
  await print(isChanged ? `Corrected ${uuid}.` : `Nothing was changed in ${uuid}.`);
  if (outcome) await print(OUTCOMES[outcome]);
};

const OUTCOMES: Record<NonNullable<CorrectionOutcome>, string> = {
  requested:
    'A running server sends the confirmation link. The new e-mail address takes effect when it is used.',
  stopped:
    'No link was sent: the limit of this e-mail address is reached. The visitor can request a link later in the chat.',
  cancelled: 'The session has this e-mail address already. An earlier change of it is cancelled.',
  unchanged: 'No link was sent: the session has this e-mail address already, or waits for it.',
};

const readCorrection = ({name, email, answers}: Correction): Correction =>
  asUsageError(() => ({
    answers,
    name: name === undefined ? undefined : readName(name),
    email: email === undefined ? undefined : readEmail(email),
  }));

const readWrittenAnswer = (given: string): WrittenAnswer => {
  const answer = splitAnswer(given);
  if (answer) return answer;
  throw createUsageError(`--answer is "${given}". Expected FIELD=VALUE. Correct it.`);
};

/** Returns the answers for one session, in the form of the API. Throws if one is not valid. */
const readAnswersFor = async (
  sql: Queryable,
  {uuid, siteKey}: {uuid: string; siteKey: string},
  {answers}: Correction,
): Promise<GivenAnswers> => {
  if (answers.length === 0) return {};
  const site = await findSite(sql, siteKey);
  const conversation = getConversation(site?.settings);
  const stored = await listAnswers(sql, uuid);
  const sources = {conversation, stored};
  const unknown = findUnknownFields(answers, sources);
  if (unknown.length > 0) throw createUnknownFieldsError(uuid, unknown, conversation);
  const given = parseAnswers(answers, sources);
  try {
    readAnswers(given, {...sources, name: '', locale: null});
  } catch (error) {
    throw error instanceof InvalidAnswer
      ? createUsageError(describeWrongAnswers(error, {uuid, conversation}))
      : error;
  }
  return given;
};

const createUnknownFieldsError = (uuid: string, unknown: string[], conversation: Conversation) => {
  const fields = listQuestions(conversation).map(({field}) => field);
  const expected = fields.length > 0 ? `Expected one of ${fields.join(', ')}. ` : '';
  return createUsageError(
    `Nothing was changed: session ${uuid} has no answer ${unknown.map((field) => `"${field}"`).join(' and ')}, and its site does not ask for it. ${expected}Print the answers with: maria sessions --reference ${uuid} --answers --format json`,
  );
};

/** Returns a line for each wrong answer: field, code, expectation, and question. */
const describeWrongAnswers = (
  {answers = []}: InvalidAnswer,
  {uuid, conversation}: {uuid: string; conversation: Conversation},
): string => {
  const lines = answers.map(({field, expected}) => {
    const question = findQuestion(conversation, field);
    const asked = question ? `, for "${localise(question.text, 'en')}"` : '';
    return `  ${field} (${expected.code}): expected ${describeExpected(expected, question)}${asked}`;
  });
  return `Nothing was changed, because answers are not valid for session ${uuid}. Correct --answer:\n${lines.join('\n')}`;
};

/** Throws errors about values as errors about arguments. */
const asUsageError = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw error instanceof MariaError ? createUsageError(error.message) : error;
  }
};

/** Returns what happened to the e-mail address; undefined without a new one. */
const rectify = async (
  tx: Queryable,
  {config}: CommandDeps,
  uuid: string,
  correction: Correction,
): Promise<CorrectionOutcome> => {
  const found = await lockSession(tx, config, uuid);
  if (!found) {
    throw new CommandFailed(
      'Nothing was changed: no e-mail address has been submitted under this UUID.',
    );
  }
  const answers = await readAnswersFor(tx, {uuid, siteKey: found.site.key}, correction);
  return correctSession(tx, createConfirmationDeps(config), found, {
    ...correction,
    answers,
    by: 'operator',
    // A separate limit per session, because one operator may correct many sessions.
    client: `operator ${uuid}`,
  });
};

const createConfirmationDeps = (config: CommandDeps['config']) => ({
  config,
  links: new ConfirmationLinks(config.secrets, config.publicUrl),
  mailHashKey: deriveKey(config.secrets[0], 'mail-counts'),
  // The command prints it.
  onMailStopped: () => undefined,
});
