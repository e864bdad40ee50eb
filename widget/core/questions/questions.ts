import {MAX_ANSWERS_BYTES} from '../../../server/contract/answer-limits.js';
import type {AnswerError} from '../../../server/contract/answers.js';
import type * as labels from '../../../server/contract/answer-labels.js';
import type {ErrorBody, WrongAnswer} from '../../../server/contract/common.js';
import type {QuestionStep, Step} from '../../../server/contract/conversation.js';
import type {Answer} from '../../../server/contract/questions.js';
import type {Session} from '../../../server/contract/sessions.js';

import {interpolate} from '../../i18n/interpolate.js';
import type {Language, LanguageTag} from '../../i18n/languages.js';
import {loadQuestionTexts, questionTexts} from '../../i18n/questions/question-texts.js';
import type {ChatHost} from '../chat-host.js';
import type {Answers, VisitorAnswers} from '../flow/answers.js';
import type {Drafts} from '../flow/drafts.js';
import type {Flow} from '../flow/flow.js';
import {answerKey, isSiteQuestion} from '../flow/step-types.js';
import type {TextOf, Transcript} from '../flow/transcript.js';
import type {VisitorSession} from '../session/session.js';
import type {ChatState} from '../state.js';
import type {ClientError} from '../transport/api-client.js';
import {toJson} from '../transport/json.js';
import type {Retrier} from '../transport/retry.js';
import {checkGiven} from './check-given.js';
import {errorText} from './error-text.js';

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
  readonly transcript: Pick<Transcript, 'removeOpen'>;
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

/** Functions that are loaded if a question has another kind than `text`. */
interface Inputs {
  labelAnswer: typeof labels.labelAnswer;
  removeWrongOptions: (step: Step) => void;
}

/** `loadInputs` loads the inputs of all kinds but `text`. */
export const createQuestions = (
  chat: QuestionDeps,
  loadInputs: () => Promise<Inputs | null> = async () => null,
) => {
  const {answers, drafts, flow, host, session} = chat;
  let error: AnswerError | null = null;
  let inputs: Inputs | null = null;

  const cleanOptions = () => inputs && flow.graph.steps.forEach(inputs.removeWrongOptions);

  const isVisit = () => chat.state.sessionState === 'visit';

  /** Returns the answers to these questions, by field. */
  const answersTo = (steps: Iterable<Step>) => {
    const given: Record<string, Answer> = {};
    for (const step of [...steps].filter(isSiteQuestion)) {
      const value = answers.siteAnswers[answerKey(step)];
      if (isGiven(value)) given[step.field] = value;
    }
    return given;
  };

  /** Returns what is wrong with an answer that is too large together with the others. */
  const checkSize = (step: QuestionStep, value: Answer): AnswerError | null => {
    // Answers on a way that the visitor has left are not submitted.
    const isPassed = (one: Step) => one === step || flow.isSkipped(one);
    const steps = isVisit() ? flow.follow(isPassed).passed : flow.graph.steps;
    const all = {...answersTo(steps), [step.field]: value};
    const isTooLarge = new Blob([toJson(all)]).size > MAX_ANSWERS_BYTES;
    return isTooLarge ? {code: 'answers_too_large'} : null;
  };

  const showError = (found: AnswerError | null) => {
    error = found;
    host.onChange();
  };

  const findStep = (key: string) =>
    flow.graph.firstOf((step) => isSiteQuestion(step) && answerKey(step) === key) as QuestionStep;

  const wordsOf = (language: Language) => ({
    tag: language.tag,
    ...language.texts,
    ...questionTexts(language, chat),
  });

  const labelValue = (step: QuestionStep, value: Answer, language: Language) => {
    const label = inputs?.labelAnswer(step, value, wordsOf(language)) ?? (value as string);
    // The groups of a number in Arabic digits would be reversed.
    return step.kind === 'phone' ? label.replace(/.*\P{ASCII}.*/u, '\u202d$&\u202c') : label;
  };

  const labelOf = (key: string, language: Language) => {
    const value = answers.siteAnswers[key];
    return isGiven(value) ? labelValue(findStep(key), value, language) : '';
  };

  const textOf = (step: QuestionStep, value: Answer | null, language: Language) =>
    value === null ? wordsOf(language).skip : labelValue(step, value, language);

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
    const answer: TextOf = (language) => textOf(step, value, language);
    chat.addAnswer(answer);
    // The end, or the wait for the confirmation, is not said again after a change.
    const changed: TextOf = (language) =>
      interpolate(wordsOf(language), 'changed', {answer: answer(language)});
    const isChanged = chat.state.reopenedStep === step && (flow.isLate() || !isVisit());
    await flow.complete(step, isChanged ? [changed] : []);
  };

  /** An answer after the e-mail step is submitted at once. */
  const submitLate = (step: QuestionStep, value: Answer) =>
    chat.submit(async () => {
      const body = {answers: {[step.field]: value}};
      await chat.retrier.run(() => session.call('PATCH', '/api/session', body), chat.signal);
      await keep(step, value);
    });

  /** Returns a function that asks a question again; null for a question that the site no longer has. */
  const changeOf = (step: QuestionStep | null) =>
    step &&
    (() => {
      const {reopenedStep} = chat.state;
      // The visitor has left an earlier change for this one.
      if (reopenedStep) {
        chat.transcript.removeOpen(reopenedStep);
        answers.complete(reopenedStep.id);
      }
      return flow.reopen(step);
    });

  const listSubmitted = ({answers: submitted = []}: Session): ListedAnswer[] =>
    submitted.map(({field, question, label}) => ({
      question,
      label,
      change: changeOf(findStep(`answers.${field}`)),
    }));

  /** Lists the questions on the visitor's way, also skipped ones, except those in the list. */
  const listPassed = (language: Language, listed: Session['answers'] = []): ListedAnswer[] =>
    [...passedSteps()]
      .filter(isSiteQuestion)
      .filter((step) => !listed.some(({field}) => field === step.field))
      .map((step) => ({
        question: flow.promptFor(step)(language),
        label: labelOf(answerKey(step), language) || '–',
        change: changeOf(step),
      }));

  /** Asks the first question again whose answer is wrong, in its present form. */
  const askFirst = async (refused: WrongAnswer[]) => {
    const {signal} = flow;
    // The site's owner may have changed the question during the visit.
    await chat.lifecycle.loadSettings();
    if (signal.aborted) return;
    cleanOptions();
    const find = (step: QuestionStep) => refused.find(({field}) => field === step.field);
    const isWrong = (step: Step) => isSiteQuestion(step) && Boolean(find(step));
    const step = flow.graph.firstOf(isWrong) as QuestionStep | null;
    // The site no longer asks it, so that the answer is not sent again.
    if (!step) return flow.begin();
    // A change that is refused can be cancelled. The backend has the earlier answer.
    if (isVisit() || !isGiven(answers.siteAnswers[answerKey(step)])) {
      answers.reopen(step.id);
      await flow.goTo(step);
    } else await flow.reopen(step);
    showError(find(step)!.expected);
  };

  return {
    labelOf,
    textOf,
    /** Adds the answers that the backend has. */
    adopt,
    /** Expectation that the newest answer does not meet. */
    get error() {
      return error;
    },
    /** Returns what is wrong with the newest answer, in one sentence. */
    errorText: (step: QuestionStep, language: Language) =>
      error
        ? errorText(step, error, {
            texts: wordsOf(language),
            label: (limit) => labelValue(step, limit, language),
          })
        : '',
    /** Resolves once the texts of the visitor's language and the backend's answers are there. */
    async load() {
      error = null;
      const loadNeeded = async () => {
        await fetched;
        const hasInput = (step: Step) => isSiteQuestion(step) && step.kind !== 'text';
        // A question may have had another kind when it was answered.
        const isTyped = (value: Answers[string]) => isGiven(value) && typeof value !== 'string';
        const needsInputs =
          flow.graph.firstOf(hasInput) ?? Object.values(answers.siteAnswers).some(isTyped);
        return needsInputs ? loadInputs() : null;
      };
      // The panel may still be waiting for its own texts.
      const texts = loadQuestionTexts(host.languages.wanted as LanguageTag);
      // Both have a handler at once: the browser reports a rejection without one.
      [inputs] = await Promise.all([loadNeeded(), texts]);
      cleanOptions();
    },
    showError,
    async answer(step: QuestionStep, given: unknown) {
      const {error: wrong, value} = checkGiven(step, given);
      const found = wrong ?? checkSize(step, value);
      if (found) return showError(found);
      await (isVisit() ? keep(step, value) : submitLate(step, value));
    },
    /** False if the backend has an answer already: it cannot be withdrawn separately. */
    canSkip: (step: QuestionStep) =>
      step.required === false && (isVisit() || !isGiven(answers.siteAnswers[answerKey(step)])),
    skip: (step: QuestionStep) => keep(step, null),
    /** Returns the answers to submit. Removes those to questions that are no longer asked. */
    collect() {
      const passed = passedSteps();
      for (const step of flow.graph.steps.filter(isSiteQuestion)) {
        const key = answerKey(step);
        if (passed.has(step) || answers.siteAnswers[key] === undefined) continue;
        answers.setAnswer(key);
        answers.reopen(step.id);
      }
      return {answers: answersTo(passed)};
    },
    /** Asks again after the backend has refused answers. Returns undefined for another error. */
    askAgain(thrown: unknown) {
      const {answers: refused} = Object((thrown as ClientError).cause) as Partial<ErrorBody>;
      return refused && askFirst(refused);
    },
    /** Returns the answers for *My data*. */
    list(submitted: Session | null, language: Language) {
      const isSubmitted = submitted !== null && !isVisit();
      const items = isSubmitted
        ? [...listSubmitted(submitted), ...listPassed(language, submitted.answers)]
        : listPassed(language);
      return {title: wordsOf(language).yourAnswers, items};
    },
  };
};

/** False for a skipped question, and for one that was not asked. */
const isGiven = (value: Answers[string]): value is Answer => value !== null && value !== undefined;
