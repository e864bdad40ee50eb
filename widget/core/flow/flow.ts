import type {Step} from '../../../server/contract/conversation.js';

import type {VisitorAnswers} from './answers.js';
import {StepGraph} from './step-graph.js';
import type {Answers} from './step-graph.js';
import {MariaStepEvent} from '../../events.js';
import {promptOf} from './step-texts.js';
import type {Values} from './step-texts.js';
import type {Transcript, LineText} from './transcript.js';

export interface FlowHost {
  /** How long Maria types before she speaks. */
  readonly rhythmMs: number;
  dispatchEvent(event: Event): boolean;
  onMariaSpoke(isLoud?: boolean): void;
}

export interface FlowWatcher {
  /** What conditions of the conversation read. */
  conditionValues(): Answers;
  values(): Values;
  /** Whether a mailed link waits to be opened. */
  isPending(): boolean;
  /** Fetches what a step needs; nothing true when the conversation is not to go on to it. */
  prepare(step: Step | null): Promise<unknown>;
  onRest(step: Step): void;
}

/** Leads from step to step: says what needs no answer, and rests where the visitor is asked. */
export class Flow {
  phase: 'arriving' | 'returning' | 'step' = 'arriving';
  /** Null while Maria speaks. */
  step: Step | null = null;
  /** The answered step to which the visitor has gone back. */
  reopenedStep: Step | null = null;
  graph = new StepGraph(null);
  /** Counts restarts: what an earlier conversation still had to say is dropped. */
  round = 0;
  spokenSteps = new Set<Step>();

  constructor(
    private readonly host: FlowHost,
    private readonly transcript: Transcript,
    private readonly answers: VisitorAnswers,
    private readonly watcher: FlowWatcher,
  ) {}

  get position() {
    return this.step && this.graph.positionOf(this.step);
  }

  setPhase(phase: Flow['phase']) {
    this.phase = phase;
    this.transcript.showTyping(phase === 'arriving');
  }

  reset() {
    this.round++;
    this.step = null;
    this.spokenSteps = new Set();
    this.transcript.clear();
  }

  begin(remarks: LineText[] = []) {
    return this.goTo(this.graph.first, remarks);
  }

  /** Walked anew from the start: an answer that has changed may lead another way. */
  complete(step: Step, remarks: LineText[] = []) {
    this.answers.complete(step.id);
    return this.begin(remarks);
  }

  reopen(step: Step) {
    this.answers.reopen(step.id);
    const going = this.goTo(step);
    this.reopenedStep = step;
    return going;
  }

  /** Says what there is to say and comes to rest at the next step that needs the visitor. */
  async goTo(from: Step | null, remarks: LineText[] = []) {
    const round = this.round;
    this.step = this.reopenedStep = null;
    this.phase = 'step';
    const {step, spoken} = this.skipSteps(from);
    const prepared = this.watcher.prepare(step);
    // Whoever has just opened the chat has waited for the network already.
    const rhythmMs = this.transcript.lines.length > 0 ? this.host.rhythmMs : 0;
    for (const words of [...remarks, ...spoken]) {
      await this.transcript.typeFor(rhythmMs);
      if (round !== this.round) return;
      this.say(words);
    }
    await this.transcript.typeFor(rhythmMs);
    if ((await prepared) && round === this.round) this.waitAt(step);
  }

  waitAt(step: Step | null, isSilent = false) {
    this.step = step ?? {id: 'complete', type: 'end', outcome: 'complete'};
    if (!isSilent) this.say(this.promptFor(this.step));
    const position = this.position;
    this.host.dispatchEvent(
      new MariaStepEvent(this.step.id, position?.index ?? null, position?.total ?? null),
    );
    this.setPhase('step');
    this.watcher.onRest(this.step);
  }

  say(words: LineText) {
    this.transcript.say('maria', words);
    this.host.onMariaSpoke();
  }

  promptFor(step: Step): LineText {
    return promptOf(step, this.watcher.values());
  }

  /** Steps that need no answer are spoken in passing; out of a circle of them leads what is open. */
  private skipSteps(from: Step | null) {
    const spoken: LineText[] = [];
    const seen = new Set<Step>();
    let step = from;
    while (step && this.isSkipped(step)) {
      if (seen.has(step)) return {step: this.graph.firstOf((one) => !this.isSkipped(one)), spoken};
      seen.add(step);
      if (step.type === 'say' && !this.spokenSteps.has(step)) spoken.push(this.promptFor(step));
      this.spokenSteps.add(step);
      // Somebody who comes back has heard what stood before the last answer.
      if (this.answers.isDone(step.id)) spoken.length = 0;
      step = this.graph.after(step, this.watcher.conditionValues());
    }
    return {step, spoken};
  }

  isSkipped(step: Step) {
    if (step.type === 'verify_email') return !this.watcher.isPending();
    if (step.type === 'say' || this.answers.isDone(step.id)) return true;
    // What is written to it is kept, which the visitor must have agreed to.
    return step.type === 'assistant' && !this.watcher.conditionValues()['consents.personal_data'];
  }
}
