import type {AnswerFault} from '../../../server/contract/answers.js';
import {labelAnswer} from '../../../server/contract/answer-labels.js';
import type {ErrorBody, WrongAnswer} from '../../../server/contract/common.js';
import type {QuestionStep, Step} from '../../../server/contract/conversation.js';
import type {Answer} from '../../../server/contract/questions.js';
import type {Session} from '../../../server/contract/sessions.js';

import type {Language, LanguageTag} from '../../i18n/languages.js';
import {loadQuestionTexts, questionTexts} from '../../i18n/questions/question-texts.js';
import type {ChatHost} from '../chat-host.js';
import type {Answers, VisitorAnswers} from '../flow/answers.js';
import type {Drafts} from '../flow/drafts.js';
import type {Flow} from '../flow/flow.js';
import {answerKey, isSiteQuestion} from '../flow/step-types.js';
import type {TextOf} from '../flow/transcript.js';
import type {VisitorSession} from '../session/session.js';
import type {ChatState} from '../state.js';
import type {ClientError} from '../transport/api-client.js';
import type {Retrier} from '../transport/retry.js';
import {checkGiven} from './check-given.js';

/** The parts of a conversation that the questions of the site need. */
export interface QuestionDeps {
  readonly answers: Readonly<VisitorAnswers>;
  readonly drafts: Drafts;
  readonly flow: Readonly<Flow>;
  readonly host: Pick<ChatHost, 'languages' | 'onChange'>;
  readonly lifecycle: {loadSettings(): Promise<void>};
  readonly retrier: Retrier;
  readonly session: Readonly<VisitorSession>;
  readonly signal: AbortSignal;
  readonly state: Readonly<ChatState>;
  addAnswer(text: TextOf): void;
  submit(work: () => Promise<void>): Promise<void>;
}

/** Answer in *My data*. */
export interface ListedAnswer {
  question: string;
  label: string;
  /** Asks the question again; null if the site no longer has it. */
  change: (() => Promise<void>) | null;
}

/** Checks, keeps and submits the answers to the questions of the site. */
export type Questions = ReturnType<typeof createQuestions>;

/** `loadInputs` loads the inputs of all kinds but `text`. */
export const createQuestions = (
  chat: QuestionDeps,
  loadInputs: () => Promise<void> = async () => undefined,
) => {
  const {answers, drafts, flow, host, session} = chat;
  let fault: AnswerFault | null = null;
  flow.graph.steps.forEach(removeFaultyOptions);

  const isVisit = () => chat.state.sessionState === 'visit';

  const showFault = (found: AnswerFault | null) => {
    fault = found;
    host.onChange();
  };

  const findStep = (key: string) =>
    flow.graph.firstOf((step) => isSiteQuestion(step) && answerKey(step) === key) as QuestionStep;

  const labelOf = (
    key: string,
    language: Language,
    value: Answers[string] = answers.siteAnswers[key],
  ) =>
    isGiven(value)
      ? labelAnswer(findStep(key), value, {tag: language.tag, ...questionTexts(language, chat)})
      : '';

  const textOf = (step: QuestionStep, value: Answer | null, language: Language) =>
    value === null ? questionTexts(language, chat).skip : labelOf(answerKey(step), language, value);

  const passedSteps = () => flow.follow(flow.isSkipped).passed;

  const adopt = (found: Session) =>
    answers.adopt((draft) => {
      for (const {field, value} of found.answers ?? []) draft.answers[`answers.${field}`] = value;
    });

  /** The conditions of a submitted session depend on answers that only the backend has. */
  const fetched = isVisit() ? null : session.call<Session>('GET', '/api/session').then(adopt);

  /** Keeps an answer, or null for a skipped question, and continues. */
  const keep = async (step: QuestionStep, value: Answer | null) => {
    answers.setAnswer(answerKey(step), value);
    drafts.set(answerKey(step));
    chat.addAnswer((language) => textOf(step, value, language));
    await flow.complete(step);
  };

  /** An answer after the e-mail step is submitted at once. */
  const submitLate = (step: QuestionStep, value: Answer) =>
    chat.submit(async () => {
      const body = {answers: {[step.field]: value}};
      await chat.retrier.run(() => session.call('PATCH', '/api/session', body), chat.signal);
      await keep(step, value);
    });

  /** Returns a function that asks a question again; null for a question that the site no longer has. */
  const changeOf = (step: QuestionStep | null) => step && (() => flow.reopen(step));

  const listSubmitted = (submitted: Session): ListedAnswer[] =>
    (submitted.answers ?? []).map(({field, question, label}) => ({
      question,
      label,
      change: changeOf(findStep(`answers.${field}`)),
    }));

  const listKept = (language: Language): ListedAnswer[] =>
    [...passedSteps()].filter(isSiteQuestion).flatMap((step) => {
      const label = labelOf(answerKey(step), language);
      const question = flow.promptFor(step)(language);
      return label ? [{question, label, change: changeOf(step)}] : [];
    });

  /** Asks the first question again whose answer is wrong, in its present form. */
  const askFirst = async (refused: WrongAnswer[]) => {
    const {signal} = flow;
    // The site's owner may have changed the question during the visit.
    await chat.lifecycle.loadSettings();
    if (signal.aborted) return;
    flow.graph.steps.forEach(removeFaultyOptions);
    const find = (step: QuestionStep) => refused.find(({field}) => field === step.field);
    const isWrong = (step: Step) => isSiteQuestion(step) && Boolean(find(step));
    const step = flow.graph.firstOf(isWrong) as QuestionStep | null;
    // The site no longer asks it, so that the answer is not sent again.
    if (!step) return flow.begin();
    answers.reopen(step.id);
    await flow.goTo(step);
    showFault(find(step)!.expected);
  };

  return {
    labelOf,
    textOf,
    /** Adds the answers that the backend has. */
    adopt,
    /** Expectation that the newest answer does not meet. */
    get fault() {
      return fault;
    },
    /** Resolves once the texts of the visitor's language and the backend's answers are there. */
    async load() {
      fault = null;
      const hasInputs = flow.graph.firstOf((step) => isSiteQuestion(step) && step.kind !== 'text');
      // The panel may still be waiting for its own texts.
      const texts = loadQuestionTexts(host.languages.wanted as LanguageTag);
      await Promise.all([texts, fetched, hasInputs ? loadInputs() : null]);
    },
    clearFault: () => fault && showFault(null),
    async answer(step: QuestionStep, given: unknown) {
      const {fault: found, value} = checkGiven(step, given);
      if (found) return showFault(found);
      await (isVisit() ? keep(step, value) : submitLate(step, value));
    },
    /** False if the backend has an answer already: it cannot be withdrawn separately. */
    canSkip: (step: QuestionStep) =>
      step.required === false && (isVisit() || !isGiven(answers.siteAnswers[answerKey(step)])),
    skip: (step: QuestionStep) => keep(step, null),
    /** Returns the answers to submit. Removes those to questions that are no longer asked. */
    collect() {
      const passed = passedSteps();
      const collected: Record<string, Answer> = {};
      for (const step of flow.graph.steps.filter(isSiteQuestion)) {
        const key = answerKey(step);
        const value = answers.siteAnswers[key];
        if (passed.has(step)) {
          if (isGiven(value)) collected[step.field] = value;
        } else if (value !== undefined) {
          answers.setAnswer(key);
          answers.reopen(step.id);
        }
      }
      return {answers: collected};
    },
    /** Asks again after the backend has refused answers. Returns undefined for another error. */
    askAgain({cause}: ClientError) {
      const {answers: refused} = Object(cause) as Partial<ErrorBody>;
      return refused && askFirst(refused);
    },
    /** Returns the answers for *My data*. */
    list(submitted: Session | null, language: Language) {
      const isSubmitted = submitted !== null && !isVisit();
      const items = isSubmitted ? listSubmitted(submitted) : listKept(language);
      return {title: questionTexts(language, chat).yourAnswers, items};
    },
  };
};

/** A conversation that was saved by another version of the server can have other options. */
const removeFaultyOptions = (step: Step) => {
  if (!isSiteQuestion(step) || step.kind !== 'choice') return;
  const options: unknown = step.options;
  step.options = Array.isArray(options) ? (options as unknown[]).filter(isOption) : [];
};

type Option = Extract<QuestionStep, {kind: 'choice'}>['options'][number];

const isOption = (option: unknown): option is Option => {
  const {label, value} = Object(option) as {label?: unknown; value?: unknown};
  const words = Object.values(Object(label) as object);
  return (
    typeof value === 'string' && Boolean(label) && words.every((one) => typeof one === 'string')
  );
};

/** False for a skipped question, and for one that was not asked. */
const isGiven = (value: Answers[string]): value is Answer => value !== null && value !== undefined;
