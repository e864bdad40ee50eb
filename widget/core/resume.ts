import type {QuestionStep, Step} from '../../server/contract/conversation.js';
import type {Session} from '../../server/contract/sessions.js';

import {interpolate} from '../i18n/interpolate.js';
import type {ChatHost} from './chat-host.js';
import type {EmailVerification} from './email/email-verification.js';
import type {Answers, VisitorAnswers} from './flow/answers.js';
import {ACTIVE_KEY, UNSENT_FILES_KEY} from './flow/answers.js';
import type {Flow} from './flow/flow.js';
import {answerKey, isEmailStep, isOpenStep, isSiteQuestion} from './flow/step-types.js';
import {consentAnswer, filesAnswer} from './flow/answer-texts.js';
import type {AskedField} from './flow/step-types.js';
import type {TextOf, Transcript} from './flow/transcript.js';
import type {Questions} from './questions/questions.js';
import type {SiteStorage} from './session/storage.js';
import type {Store} from './state.js';
import type {ApiClient} from './transport/api-client.js';
import {storedRow} from './uploads/merge-files.js';
import type {Uploads} from './uploads/uploads.js';

export {mergeFiles} from './uploads/merge-files.js';

/** A visitor who was active in this tab within this time continues without a question. */
const SILENT_WITHIN_MS = 10 * 60_000;

/** The parts of a conversation that returning visitors need. */
export interface ResumeDeps {
  readonly host: ChatHost;
  readonly client: Readonly<ApiClient>;
  readonly answers: Readonly<VisitorAnswers>;
  readonly flow: Readonly<Flow>;
  readonly storage: Readonly<SiteStorage>;
  readonly store: Store;
  readonly transcript: Readonly<Transcript>;
  readonly uploads: Readonly<Uploads> | null;
  readonly verification: Readonly<EmailVerification> | null;
  readonly name: string | null;
  /** Null if the site has no questions, or while their code is loaded. */
  readonly questions: Pick<Questions, 'adopt' | 'textOf'> | null;
  readonly conditionValues: Answers;
  readonly isStarted: boolean;
}

/**
 * Adds the answers that the backend has. Recorded wordings are not needed again. The remaining time
 * is a duration, because the two clocks may differ.
 */
export const adoptSession = (
  {answers, client, questions}: Pick<ResumeDeps, 'answers' | 'client' | 'questions'>,
  session: Session,
) => {
  const leftMs = Date.parse(session.idle_expires_at ?? '') - Date.now() - client.clockOffsetMs;
  answers.adopt((draft) => {
    if (session.name) draft.name = session.name;
    for (const {purpose, granted} of session.consents) {
      draft.decisions[purpose] ??= {granted, wording: '', locale: '', isRecorded: true};
    }
    if (leftMs > 0) Object.assign(draft, {idleMs: leftMs, touchedAt: Date.now()});
  });
  questions?.adopt(session);
};

/** Continues a session, or a conversation that only this browser has. */
export const resumeConversation = (chat: ResumeDeps, session: Session | null) => {
  const {answers, host, store} = chat;
  const idleMs = Date.now() - Number(chat.storage.getInTab(ACTIVE_KEY));
  const isActive = idleMs < SILENT_WITHIN_MS;
  if (session) adoptSession(chat, session);
  chat.uploads!.restore((session?.files ?? []).map(storedRow));
  if (session && session.state !== 'visit') {
    answers.markSubmitted(isActive);
    chat.verification!.update(session);
    completeAnswered(chat);
    store.patch({isRecognised: session.state === 'complete'});
    return greetReturning(chat, session, isActive);
  }
  if (isActive) return continueSilently(chat);
  askToContinue(chat);
  // The visitor sees earlier messages before deciding.
  host.onStep();
};

/**
 * Completes the steps that the backend has answers to. Once each consent is decided, it completes all
 * of them, except the questions of the site that need an answer or follow the e-mail step.
 */
const completeAnswered = (chat: ResumeDeps) => {
  const {answers, flow} = chat;
  const {passed} = flow.follow(() => true);
  const isWhole = [...passed].every((one) => one.type !== 'consent' || answerTo(chat, one));
  let isLate = false;
  for (const one of flow.graph.steps) {
    const isAsked = isSiteQuestion(one) && (isLate || one.required !== false);
    const isOver = isWhole && isOpenStep(one) && !isAsked;
    if (isOver || answerTo(chat, one)) answers.complete(one.id);
    isLate ||= isEmailStep(one);
  }
};

/** Continues for a visitor who was active in this tab a moment ago. Nothing is read out. */
const continueSilently = (chat: ResumeDeps) => {
  const {flow, storage, transcript} = chat;
  const {step, unspoken} = replayAnswers(chat, false, flow.isSkipped);
  const isWaiting = step && chat.isStarted;
  const shown = isWaiting ? [...unspoken, step] : unspoken;
  for (const one of shown) {
    flow.spokenSteps.add(one.id);
    transcript.say('maria', flow.promptFor(one), null, 0);
  }
  for (const text of unsentRemarks(storage)) transcript.say('maria', text);
  if (isWaiting) flow.waitAt(step, true);
  else void flow.begin();
};

/** Asks a visitor who has returned to an unfinished visit whether to continue it. */
const askToContinue = (chat: ResumeDeps) => {
  const {flow, name} = chat;
  replayAnswers(chat);
  flow.say(({texts}) => (name ? interpolate(texts, 'returning', {name}) : texts.returningUnnamed));
  flow.setPhase('resuming');
};

/** Greets a visitor whose session was submitted earlier, in this browser. */
const greetReturning = (chat: ResumeDeps, {name, state}: Session, isActive: boolean) => {
  const {flow} = chat;
  const {step} = flow.follow(flow.isSkipped);
  // The page was loaded again while a question waited that follows the e-mail step.
  if (isActive && step && isSiteQuestion(step)) return continueSilently(chat);
  replayAnswers(chat);
  if (state === 'pending')
    return flow.waitAt(flow.graph.firstOf(({type}) => type === 'verify_email'));
  flow.say(({texts}) => (name ? interpolate(texts, 'hello', {name}) : texts.helloUnnamed));
  flow.waitAt(flow.graph.endOf('complete'), true);
};

/** Continues an unfinished visit. */
export const continueVisit = async (
  chat: Pick<ResumeDeps, 'answers' | 'flow' | 'storage' | 'transcript'>,
) => {
  const {answers, flow, storage, transcript} = chat;
  answers.noteActivity();
  const remarks: TextOf[] = [({texts}) => texts.goesOn, ...unsentRemarks(storage)];
  transcript.say('visitor', ({texts}) => texts.goOn);
  await flow.begin(remarks);
};

/** Asks for files again that were chosen before, and not uploaded. */
const unsentRemarks = (storage: Readonly<SiteStorage>): TextOf[] => {
  const count = Number(storage.getInTab(UNSENT_FILES_KEY));
  return count ? [({texts}) => interpolate(texts, 'filesAgain', {count})] : [];
};

/**
 * Adds the lines that this page does not have, after a reload or after an answer in another tab. They
 * have no time and are not read out. An answer that was corrected elsewhere is corrected here, which
 * is all that `isCorrectionOnly` allows. The first step that is not past ends it. Returns the step that
 * waits, with the unspoken texts before it.
 */
export const replayAnswers = (
  chat: ResumeDeps,
  isCorrectionOnly = false,
  isPast = (one: Step) =>
    chat.flow.isSkipped(one) ||
    (chat.store.state.sessionState !== 'visit' &&
      one.type !== 'verify_email' &&
      one.type !== 'end'),
) => {
  const {flow, transcript} = chat;
  let unspoken: Step[] = [];
  const {passed, step: next} = flow.follow(isPast);
  for (const step of passed) {
    const {id, type} = step;
    const answer = answerTo(chat, step);
    const line = transcript.answerTo(id);
    if (type === 'say' && !flow.spokenSteps.has(step.id)) unspoken.push(step);
    if (line && answer) line.text = answer;
    else if (answer && !isCorrectionOnly) {
      for (const one of [...unspoken, step]) {
        flow.spokenSteps.add(one.id);
        // The question that waits here is the last line already.
        if (one.id !== flow.step?.id) transcript.say('maria', flow.promptFor(one), null, 0);
      }
      transcript.say('visitor', answer, id, 0);
      unspoken = [];
    }
  }
  chat.host.onChange();
  return {step: next && !passed.has(next) ? next : null, unspoken};
};

type AnswerOf = (chat: ResumeDeps, step: Step) => TextOf | null;

/** Value of each field that a step asks for. */
const FIELD_VALUES: Record<AskedField, (chat: ResumeDeps) => string | null | undefined> = {
  name: ({name}) => name,
  email: ({verification}) => verification?.email || verification?.emailMasked,
};

/** The questions may not be loaded yet in a tab that follows another one. */
const siteAnswer = (chat: ResumeDeps, step: QuestionStep): TextOf | null => {
  const value = chat.answers.siteAnswers[answerKey(step)];
  if (value === undefined) return null;
  return (language) => chat.questions?.textOf(step, value, language) ?? '';
};

/** Answers by type of step, as far as this page, the browser or the backend has them. */
const ANSWERS: Partial<Record<Step['type'], AnswerOf>> = {
  ask: (chat, step) => {
    if (isSiteQuestion(step)) return siteAnswer(chat, step);
    const text = step.type === 'ask' && FIELD_VALUES[step.field](chat);
    return text ? () => text : null;
  },
  consent: ({conditionValues}, step) => {
    const isGranted = step.type === 'consent' && conditionValues[`consents.${step.purpose}`];
    return typeof isGranted === 'boolean' ? consentAnswer(isGranted) : null;
  },
  upload: ({uploads}) => {
    const names = uploads?.storedNames ?? [];
    return names.length > 0 ? filesAnswer(names) : null;
  },
};

const answerTo: AnswerOf = (chat, step) => ANSWERS[step.type]?.(chat, step) ?? null;
