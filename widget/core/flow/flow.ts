import type {Step} from '../../../server/contract/conversation.js';

import {MariaStepEvent} from '../../events.js';
import type {ChatHost} from '../chat-host.js';
import type {ChatState, Store} from '../state.js';
import type {Answers, VisitorAnswers} from './answers.js';
import {StepGraph} from './step-graph.js';
import {promptOf} from './step-texts.js';
import {typeOf} from './step-types.js';
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
  /** Loads what a step needs. The flow stops if the result is falsy. */
  prepareStep(step: Step | null): Promise<unknown>;
  onStep(step: Step): void;
}

/** Goes from step to step: speaks, and waits where the visitor is asked. Only it changes the step. */
export class Flow {
  graph = new StepGraph(null);
  /** Steps whose texts are in the transcript. */
  readonly spokenSteps = new Set<Step>();
  private running = new AbortController();

  constructor(private readonly chat: FlowDeps) {}

  get step() {
    return this.chat.store.state.step;
  }

  /** Number of the step among the questions; null for other steps. */
  get position() {
    return this.step && this.graph.positionOf(this.step);
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
    this.spokenSteps.clear();
    this.chat.transcript.clear();
  }

  begin(remarks: TextOf[] = []) {
    return this.goTo(this.graph.first, remarks);
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

  /** Speaks the texts on the way, and waits at the next step that needs the visitor. */
  async goTo(from: Step | null, remarks: TextOf[] = []) {
    const {host, store, transcript} = this.chat;
    const {signal} = this;
    store.patch({phase: 'step', step: null, reopenedStep: null});
    const {step, spoken} = this.skipSteps(from);
    const prepared = this.chat.prepareStep(step);
    // At the beginning, the visitor has waited for the network already.
    const typingMs = transcript.lines.length > 0 ? host.typingMs : 0;
    for (const text of [...remarks, ...spoken]) {
      await transcript.typeFor(typingMs);
      if (signal.aborted) return;
      this.say(text);
    }
    await transcript.typeFor(typingMs);
    if ((await prepared) && !signal.aborted) this.waitAt(step);
  }

  waitAt(found: Step | null, isSilent = false) {
    const {host, store} = this.chat;
    const step: Step = found ?? {id: 'complete', type: 'end', outcome: 'complete'};
    store.patch({step});
    if (!isSilent) this.say(this.promptFor(step));
    const {position} = this;
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

  /** Returns the step to wait at, and the texts before it. Leaves a circle at any step that waits. */
  private skipSteps(from: Step | null) {
    const spoken: TextOf[] = [];
    const seen = new Set<Step>();
    let step = from;
    while (step && this.isSkipped(step)) {
      if (seen.has(step)) {
        return {step: this.graph.firstOf((one) => !this.isSkipped(one)), spoken};
      }
      seen.add(step);
      if (step.type === 'say' && !this.spokenSteps.has(step)) spoken.push(this.promptFor(step));
      this.spokenSteps.add(step);
      // Returning visitors have read the texts before their last answer.
      if (this.chat.answers.isDone(step.id)) spoken.length = 0;
      step = this.graph.after(step, this.chat.conditionValues);
    }
    return {step, spoken};
  }
}
