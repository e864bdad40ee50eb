import {MAX_ANSWERS, MAX_ANSWERS_BYTES} from '../contract/answer-limits.js';
import {labelAnswer} from '../contract/answer-labels.js';
import {checkAnswer, checkUnaskedAnswer, cleanAnswer} from '../contract/answers.js';
import type {WrongAnswer} from '../contract/common.js';
import type {Conversation} from '../contract/conversation.js';
import {localise} from '../contract/localise.js';
import type {Answer} from '../contract/questions.js';
import type {GivenAnswers} from '../contract/session-answers.js';
import {InvalidAnswer} from '../errors.js';
import {mapQuestions} from '../sites/conversation.js';
import type {SiteQuestion} from '../sites/conversation.js';
import {todayAnywhere} from '../sites/today.js';
import {describeExpected} from '../text/expected-answer.js';
import {fillQuestion} from './fill-question.js';
import {toLabelLanguage} from './label-language.js';
import type {StoredAnswer} from './store.js';

/** Questions of a conversation by their field. */
type Questions = ReadonlyMap<string, SiteQuestion>;

export interface AnswerContext {
  conversation: Conversation;
  /** Answers that the session has already. */
  stored: StoredAnswer[];
  name: string;
  locale: string | null;
}

/**
 * Returns the given answers in the form that is stored. An answer to a question that the
 * conversation no longer has is accepted, so that an edited conversation loses no visitor. Throws
 * `InvalidAnswer`, which lists all wrong answers.
 */
export const readAnswers = (given: GivenAnswers, context: AnswerContext): StoredAnswer[] => {
  const questions = mapQuestions(context.conversation);
  requireValid(given, questions);
  const language = toLabelLanguage(context.locale);
  const stored = new Map(context.stored.map((answer) => [answer.field, answer]));
  const answers = Object.entries(given).map(([field, value], i) => {
    const question = questions.get(field);
    const cleaned = cleanAnswer(question?.step.kind, value) as Answer;
    const label = labelAnswer(question?.step, cleaned, language);
    const before = stored.get(field);
    return {
      field,
      kind: question?.step.kind ?? null,
      // Without its step, the wording is known only if it has been stored.
      question: question ? localise(question.step.text, language.tag) : (before?.question ?? field),
      value: cleaned,
      label,
      position: question?.position ?? before?.position ?? context.conversation.steps.length + i,
    };
  });
  requireRoom(answers, stored);
  return answers.map((answer) =>
    answer.kind === null
      ? answer
      : {
          ...answer,
          question: fillQuestion(answer.question, [...stored.values(), ...answers], context.name),
        },
  );
};

const requireValid = (given: GivenAnswers, questions: Questions): void => {
  const excess = Object.keys(given).slice(MAX_ANSWERS);
  if (excess.length > 0) {
    throw createInvalidAnswer(excess.map(toExcess), {
      reason: `${Object.keys(given).length} answers were sent`,
    });
  }
  const today = todayAnywhere(Date.now());
  const wrong = Object.entries(given).flatMap(([field, value]): WrongAnswer[] => {
    const question = questions.get(field);
    const expected = question
      ? checkAnswer(question.step, value, today)
      : checkUnaskedAnswer(value);
    return expected ? [{field, expected}] : [];
  });
  if (wrong.length > 0) throw createInvalidAnswer(wrong, {questions});
};

/** Throws `InvalidAnswer` if the session would have too many answers, or too much text. */
const requireRoom = (answers: StoredAnswer[], stored: ReadonlyMap<string, StoredAnswer>): void => {
  const added = answers.filter(({field}) => !stored.has(field));
  const excess = added.slice(Math.max(0, MAX_ANSWERS - stored.size));
  if (excess.length > 0) {
    throw createInvalidAnswer(
      excess.map(({field}) => toExcess(field)),
      {reason: `the session would have ${stored.size + added.length} answers`},
    );
  }
  const all = [...stored.values(), ...answers].map(({field, value}) => [field, value] as const);
  const bytes = countBytes(Object.fromEntries(all));
  if (bytes <= MAX_ANSWERS_BYTES) return;
  const expected = {code: 'answers_too_large', max: MAX_ANSWERS_BYTES} as const;
  const largest = findLargest(answers, bytes - MAX_ANSWERS_BYTES);
  throw createInvalidAnswer(
    largest.map(({field}) => ({field, expected})),
    {reason: `the answers of the session would have ${bytes} bytes as JSON`},
  );
};

/** Returns the largest answers, as many as have this size together. */
const findLargest = (answers: StoredAnswer[], bytes: number): StoredAnswer[] => {
  const sorted = answers
    .map((answer) => ({answer, size: countBytes(answer.value)}))
    .sort((a, b) => b.size - a.size);
  const largest: StoredAnswer[] = [];
  let bytesLeft = bytes;
  for (const {answer, size} of sorted) {
    if (bytesLeft <= 0) break;
    largest.push(answer);
    bytesLeft -= size;
  }
  return largest;
};

const countBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const toExcess = (field: string): WrongAnswer => ({
  field,
  expected: {code: 'too_many_answers', max: MAX_ANSWERS},
});

interface InvalidDetails {
  questions?: Questions;
  /** Reason that concerns all answers together. */
  reason?: string;
}

const createInvalidAnswer = (
  answers: WrongAnswer[],
  {questions, reason = 'these answers are not valid'}: InvalidDetails,
): InvalidAnswer => {
  const listed = answers.slice(0, MAX_ANSWERS);
  const expectations = listed.map(
    ({field, expected}) =>
      `${field} (${expected.code}): expected ${describeExpected(expected, questions?.get(field)?.step)}`,
  );
  return new InvalidAnswer(
    `Nothing was stored, because ${reason}. Correct ${expectations.join('; ')}.`,
    {answers: listed},
  );
};
