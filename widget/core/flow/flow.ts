import type {Step} from '../../../server/contract/conversation.js';

import {MariaStepEvent} from '../../events.js';
import type {ChatHost} from '../chat-host.js';
import type {ChatState, Store} from '../state.js';
import type {Answers, VisitorAnswers} from './answers.js';
import {StepGraph} from './step-graph.js';
import {promptOf} from './step-texts.js';
import {isOpenStep, typeOf} from './step-types.js';
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
  prepareStep(step: Step | null): Promise<unknown>;
  onStep(step: Step): void;
  onDoors(): void;
}

/** Goes from step to step: speaks, and waits where the visitor is asked. Only it changes the step. */
export class Flow {
  graph = new StepGraph(null);
  /** Steps whose texts are in the transcript. */
  readonly spokenSteps = new Set<Step>();
  /** Number of the newest question among the questions, also while Maria types the next one. */
  position: ReturnType<StepGraph['positionOf']> = null;
  private running = new AbortController();

  constructor(private readonly chat: FlowDeps) {}

  get step() {
    return this.chat.store.state.step;
  }

  /** True after the visitor has refused the consent to storing, or has erased everything. */
  get isRefused() {
    return this.step?.type === 'end' && this.step.outcome === 'refused';
  }

  /** True if the visitor has left only an e-mail address, and the other steps can follow. */
  get hasOpenSteps() {
    return isOpenStep(this.walk(this.graph.first).step);
  }

  /** True at one of these steps. */
  get isAtOpenStep() {
    return isOpenStep(this.step);
  }

  /** True if another tab has answered the step, or has gone through a door. */
  get isOvertaken() {
    const {answers, isStarted, store} = this.chat;
    return this.step ? answers.isDone(this.step.id) : store.state.phase === 'doors' && isStarted;
  }

  /** Aborted when the flow begins elsewhere: work for the earlier step has no effect then. */
  get signal() {
    return this.running.signal;
  }

  /** Stops what is being said, and returns the signal of what follows. */
  interrupt(): AbortSignal {
    this.running.abort();
    this.running = new AbortController();
    return this.signal;
  }

  load(conversation: unknown) {
    this.graph = new StepGraph(conversation);
  }

  setPhase(phase: ChatState['phase']) {
    this.chat.store.patch({phase});
    this.chat.transcript.showTyping(phase === 'starting');
  }

  reset() {
    this.interrupt();
    this.position = null;
    this.spokenSteps.clear();
    this.chat.transcript.clear();
  }

  begin(remarks: TextOf[] = []) {
    const {isLeavingEmail} = this.chat.store.state;
    const isContact = ({type}: Step) => type === 'ask' || type === 'verify_email';
    const contact = (step: Step) => isContact(step) && !this.isSkipped(step);
    const from = isLeavingEmail ? this.graph.firstOf(contact) : null;
    const isAtDoors = !this.chat.isStarted && !isLeavingEmail;
    return this.goTo(from ?? this.graph.first, remarks, isAtDoors);
  }

  /** Continues after a step. Begins at the first one, because an answer may change the way. */
  complete(step: Step, remarks: TextOf[] = []) {
    this.chat.answers.complete(step.id);
    return this.begin(remarks);
  }

  /** Goes back to an answered step. */
  reopen(step: Step) {
    this.chat.answers.reopen(step.id);
    const done = this.goTo(step);
    this.chat.store.patch({reopenedStep: step});
    return done;
  }

  /** Speaks the texts on the way, and waits at the next step that needs the visitor, or at the doors. */
  async goTo(from: Step | null, remarks: TextOf[] = [], isAtDoors = false) {
    const {host, store, transcript} = this.chat;
    const {signal} = this;
    store.patch({phase: 'step', step: null, reopenedStep: null});
    const {step, skipped} = this.walk(from);
    const spoken = this.speak(skipped);
    const prepared = isAtDoors || this.chat.prepareStep(step);
    // At the beginning, the visitor has waited for the network already.
    const typingMs = transcript.lines.length > 0 ? host.typingMs : 0;
    for (const text of [...remarks, ...spoken]) {
      await transcript.typeFor(typingMs);
      if (signal.aborted) return;
      this.say(text);
    }
    await transcript.typeFor(typingMs);
    if (!(await prepared) || signal.aborted) return;
    if (!isAtDoors) return this.waitAt(step);
    this.setPhase('doors');
    this.chat.onDoors();
  }

  waitAt(found: Step | null, isSilent = false) {
    const {host, store} = this.chat;
    const step: Step = found ?? {id: 'complete', type: 'end', outcome: 'complete'};
    // A consent for a question is asked for outside the order of the steps.
    const position = store.state.isAsking ? null : this.graph.positionOf(step);
    this.position = position ?? this.position;
    store.patch({step});
    if (!isSilent) this.say(this.promptFor(step));
    host.emit(new MariaStepEvent(step.id, position?.index ?? null, position?.total ?? null));
    this.setPhase('step');
    this.chat.onStep(step);
  }

  say(text: TextOf) {
    this.chat.transcript.say('maria', text);
    this.chat.host.onMariaSpoke();
  }

  promptFor(step: Step): TextOf {
    return promptOf(step, this.chat.textValues);
  }

  /** Returns whether the flow goes on from the step without waiting. */
  isSkipped(step: Step) {
    const isDone = this.chat.answers.isDone(step.id);
    const isPending = this.chat.store.state.sessionState === 'pending';
    const values = this.chat.conditionValues;
    return typeOf(step).isSkipped?.({isDone, isPending, values}) ?? isDone;
  }

  /** Returns the steps that are skipped, and the one to wait at. Leaves a circle at any step that waits. */
  private walk(from: Step | null) {
    const skipped = new Set<Step>();
    let step = from;
    while (step && this.isSkipped(step)) {
      if (skipped.has(step)) {
        return {step: this.graph.firstOf((one) => !this.isSkipped(one)), skipped};
      }
      skipped.add(step);
      step = this.graph.after(step, this.chat.conditionValues);
    }
    return {step, skipped};
  }

  /** Returns the texts of skipped steps that the visitor has not read. */
  private speak(skipped: Set<Step>) {
    let spoken: TextOf[] = [];
    for (const step of skipped) {
      if (step.type === 'say' && !this.spokenSteps.has(step)) spoken.push(this.promptFor(step));
      this.spokenSteps.add(step);
      // Returning visitors have read the texts before their last answer.
      if (this.chat.answers.isDone(step.id)) spoken = [];
    }
    return spoken;
  }
}
