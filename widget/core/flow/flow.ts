import type {Step} from '../../../server/contract/conversation.js';

import {MariaStepEvent} from '../../events.js';
import type {ChatHost} from '../chat-host.js';
import type {ChatState, Store} from '../state.js';
import type {Answers, VisitorAnswers} from './answers.js';
import {StepGraph} from './step-graph.js';
import {promptOf} from './step-texts.js';
import {answerKey, isEndOf, isOpenStep, isSiteQuestion, typeOf} from './step-types.js';
import type {TextValues} from './step-types.js';
import type {TextOf, Transcript} from './transcript.js';

/** The parts of a conversation that the flow needs. */
export interface FlowDeps {
  readonly store: Store;
  readonly transcript: Readonly<Transcript>;
  readonly answers: Readonly<VisitorAnswers>;
  readonly host: Pick<ChatHost, 'typingMs' | 'emit' | 'onMariaSpoke'>;
  readonly conditionValues: Answers;
  readonly textValues: TextValues;
  /** False while the visitor has the choice between the steps and a question. */
  readonly isStarted: boolean;
  /** Loads what a step needs. The flow stops if the result is falsy. */
  prepareStep(): Promise<unknown>;
  /** Called when the flow waits at a step, or at the doors. */
  onStep(step: Step | null): void;
}

/** Goes from step to step: speaks, and waits where the visitor is asked. Only it changes the step. */
export type Flow = ReturnType<typeof createFlow>;

export const createFlow = (chat: FlowDeps) => {
  const {answers, host, store, transcript} = chat;
  let graph = new StepGraph(null);
  /** Ids of the steps whose texts are in the transcript. */
  const spokenSteps = new Set<string>();
  /** Number of the newest question among the questions, also while Maria types the next one. */
  let position: ReturnType<StepGraph['positionOf']> = null;
  /** The step that waits, or that Maria is about to ask. Null at the doors. */
  let next: Step | null = null;
  /** The step that the visitor has left in order to change an answer. */
  let stepBeforeChange: Step | null = null;
  let running = new AbortController();
  /** Number of the newest way to a step, which ends the earlier ones. */
  let journey = 0;

  const say = (text: TextOf) => {
    transcript.say('maria', text);
    host.onMariaSpoke();
  };

  const promptFor = (step: Step): TextOf => promptOf(step, chat.textValues);

  /** Stops what is being said, and returns the signal of what follows. */
  const interrupt = () => {
    journey++;
    running.abort();
    running = new AbortController();
    return running.signal;
  };

  const setPhase = (phase: ChatState['phase']) => {
    store.patch({phase});
    transcript.showTyping(phase === 'starting');
  };

  /** Returns whether the flow goes on from the step without waiting. */
  const isSkipped = (step: Step) => {
    const isDone = answers.isDone(step.id);
    const isPending = store.state.sessionState === 'pending';
    const values = chat.conditionValues;
    return typeOf(step).isSkipped?.({isDone, isPending, values}) ?? isDone;
  };

  /**
   * Follows the branches while the steps are past. Returns these steps and the next one. Conditions
   * read only the answers to these steps, and no answer that a changed one has led away from.
   */
  const follow = (isPast: (step: Step) => boolean, from: Step | null = graph.first) => {
    const passed = new Set<Step>();
    const values = {...chat.conditionValues};
    let step = from;
    while (step && !passed.has(step) && isPast(step)) {
      passed.add(step);
      if (isSiteQuestion(step)) {
        const key = answerKey(step);
        values[key] = answers.siteAnswers[key];
      }
      step = graph.after(step, values);
    }
    return {passed, step};
  };

  /** Returns the steps that are skipped, and the one to wait at. Leaves a circle at any step that waits. */
  const walk = (from: Step | null = graph.first) => {
    const {passed, step} = follow(isSkipped, from);
    const isCircle = step && passed.has(step);
    return {skipped: passed, step: isCircle ? graph.firstOf((one) => !isSkipped(one)) : step};
  };

  /** Returns the texts of skipped steps that the visitor has not read. */
  const speak = (skipped: Set<Step>) => {
    let spoken: TextOf[] = [];
    for (const step of skipped) {
      if (step.type === 'say' && !spokenSteps.has(step.id)) spoken.push(promptFor(step));
      spokenSteps.add(step.id);
      // Returning visitors have read the texts before their last answer.
      if (answers.isDone(step.id)) spoken = [];
    }
    return spoken;
  };

  /** Returns whether an answer is changed after the visitor has read the end, or what to wait for. */
  const isLate = () => stepBeforeChange && !isOpenStep(stepBeforeChange);

  const waitAt = (found: Step | null, isPromptShown = false) => {
    const step = found ?? graph.endOf('complete');
    const isSilent = isPromptShown || (isLate() && step.id === stepBeforeChange!.id);
    // A consent for a question, and an e-mail address for its reply, are asked for outside the order of
    // the steps.
    const {isLeavingEmail, reopenedStep} = store.state;
    const isInOrder = !isLeavingEmail && step === walk().step;
    const reached = isInOrder ? graph.positionOf(step) : null;
    position = isLeavingEmail ? null : (reached ?? position);
    next = step;
    store.patch({step});
    if (!isSilent) {
      transcript.removeOpen(step);
      say(promptFor(step));
      // After the e-mail step, a reload continues only at these. It is no activity itself.
      if (isSiteQuestion(step)) answers.noteActivity();
    }
    host.emit(new MariaStepEvent(step.id, reached?.index ?? null, reached?.total ?? null));
    setPhase('step');
    if (!reopenedStep) stepBeforeChange = null;
    chat.onStep(step);
  };

  /** Speaks the texts on the way, and waits at the next step that needs the visitor, or at the doors. */
  const goTo = async (from: Step | null, remarks: TextOf[] = [], isAtDoors = false) => {
    const own = ++journey;
    const {step, skipped} = walk(from);
    next = isAtDoors ? null : step;
    store.patch({phase: 'step', step: null, reopenedStep: null});
    const spoken = speak(skipped);
    const prepared = isAtDoors || chat.prepareStep();
    // At the beginning, the visitor has waited for the network already.
    const typingMs = transcript.lines.length > 0 ? host.typingMs : 0;
    for (const text of [...remarks, ...spoken]) {
      await transcript.typeFor(typingMs);
      if (own !== journey) return;
      say(text);
    }
    await transcript.typeFor(typingMs);
    if (!(await prepared) || own !== journey) return;
    if (!isAtDoors) return waitAt(step);
    setPhase('doors');
    chat.onStep(null);
  };

  const begin = (remarks: TextOf[] = []) => {
    const {isLeavingEmail} = store.state;
    const isContact = (step: Step) =>
      step.type === 'verify_email' || (step.type === 'ask' && !isSiteQuestion(step));
    const contact = (step: Step) => isContact(step) && !isSkipped(step);
    const from = isLeavingEmail ? graph.firstOf(contact) : null;
    const isAtDoors = !chat.isStarted && !isLeavingEmail;
    return goTo(from ?? graph.first, remarks, isAtDoors);
  };

  return {
    spokenSteps,
    get graph() {
      return graph;
    },
    get position() {
      return position;
    },
    get step() {
      return store.state.step;
    },
    get next() {
      return next;
    },
    /** True after the visitor has refused the consent to storing, or has erased everything. */
    get isRefused() {
      return isEndOf(store.state.step, 'refused');
    },
    /** True if the visitor has left only an e-mail address, and the other steps can follow. */
    get hasOpenSteps() {
      return isOpenStep(walk().step);
    },
    /** True if another tab has answered the step, or has gone through a door. */
    get isOvertaken() {
      const {phase, step} = store.state;
      return step ? answers.isDone(step.id) : phase === 'doors' && chat.isStarted;
    },
    /** Aborted when the flow begins elsewhere: work for the earlier step has no effect then. */
    get signal() {
      return running.signal;
    },
    interrupt,
    load(conversation: unknown) {
      graph = new StepGraph(conversation);
    },
    setPhase,
    reset() {
      interrupt();
      position = next = stepBeforeChange = null;
      spokenSteps.clear();
      transcript.clear();
    },
    begin,
    /** Continues after a step. Begins at the first one, because an answer may change the way. */
    complete(step: Step, remarks: TextOf[] = []) {
      answers.complete(step.id);
      return begin(remarks);
    },
    /** Goes back to an answered step. */
    reopen(step: Step) {
      stepBeforeChange ??= store.state.step;
      answers.reopen(step.id);
      const done = goTo(step);
      store.patch({reopenedStep: step});
      return done;
    },
    goTo,
    isLate,
    waitAt,
    say,
    promptFor,
    isSkipped,
    follow,
  };
};
