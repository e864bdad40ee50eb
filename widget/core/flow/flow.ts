import type {Step} from '../../../server/contract/conversation.js';

import type {VisitorAnswers} from './answers.js';
import {ConversationWalk} from './step-graph.js';
import type {Answers} from './step-graph.js';
import {MariaStepEvent} from '../../events.js';
import {wordsFor} from './step-texts.js';
import type {Values} from './step-texts.js';
import type {Transcript, Words} from './transcript.js';

export interface GuideHost {
  /** How long Maria types before she speaks. */
  readonly rhythmMs: number;
  dispatchEvent(event: Event): boolean;
  onMariaSpoke(isLoud?: boolean): void;
}

export interface GuideWatcher {
  /** What conditions of the conversation read. */
  facts(): Answers;
  values(): Values;
  /** Whether a mailed link waits to be opened. */
  isPending(): boolean;
  /** Fetches what a step needs; nothing true when the conversation is not to go on to it. */
  prepare(step: Step | null): Promise<unknown>;
  onRest(step: Step): void;
}

/** Leads from step to step: says what needs no answer, and rests where the visitor is asked. */
export class Guide {
  stage: 'arriving' | 'returning' | 'step' = 'arriving';
  /** Null while Maria speaks. */
  step: Step | null = null;
  /** The answered step to which the visitor has gone back. */
  reopened: Step | null = null;
  walk = new ConversationWalk(null);
  /** Counts restarts: what an earlier conversation still had to say is dropped. */
  round = 0;
  heard = new Set<Step>();

  constructor(
    private readonly host: GuideHost,
    private readonly transcript: Transcript,
    private readonly answers: VisitorAnswers,
    private readonly watcher: GuideWatcher,
  ) {}

  get place() {
    return this.step && this.walk.place(this.step);
  }

  show(stage: Guide['stage']) {
    this.stage = stage;
    this.transcript.showTyping(stage === 'arriving');
  }

  halt() {
    this.round++;
    this.step = null;
    this.heard = new Set();
    this.transcript.clear();
  }

  begin(remarks: Words[] = []) {
    return this.goTo(this.walk.first, remarks);
  }

  /** Walked anew from the start: an answer that has changed may lead another way. */
  finish(step: Step, remarks: Words[] = []) {
    this.answers.finish(step.id);
    return this.begin(remarks);
  }

  reopen(step: Step) {
    this.answers.reopen(step.id);
    const going = this.goTo(step);
    this.reopened = step;
    return going;
  }

  /** Says what there is to say and comes to rest at the next step that needs the visitor. */
  async goTo(from: Step | null, remarks: Words[] = []) {
    const round = this.round;
    this.step = this.reopened = null;
    this.stage = 'step';
    const {step, spoken} = this.passBy(from);
    const prepared = this.watcher.prepare(step);
    // Whoever has just opened the chat has waited for the network already.
    const rhythmMs = this.transcript.lines.length > 0 ? this.host.rhythmMs : 0;
    for (const words of [...remarks, ...spoken]) {
      await this.transcript.typeFor(rhythmMs);
      if (round !== this.round) return;
      this.say(words);
    }
    await this.transcript.typeFor(rhythmMs);
    if ((await prepared) && round === this.round) this.restAt(step);
  }

  restAt(step: Step | null, isSilent = false) {
    this.step = step ?? {id: 'complete', type: 'end', outcome: 'complete'};
    if (!isSilent) this.say(this.wordsOf(this.step));
    const place = this.place;
    this.host.dispatchEvent(
      new MariaStepEvent(this.step.id, place?.index ?? null, place?.total ?? null),
    );
    this.show('step');
    this.watcher.onRest(this.step);
  }

  say(words: Words) {
    this.transcript.say('maria', words);
    this.host.onMariaSpoke();
  }

  wordsOf(step: Step): Words {
    return wordsFor(step, this.watcher.values());
  }

  /** Steps that need no answer are spoken in passing; out of a circle of them leads what is open. */
  private passBy(from: Step | null) {
    const spoken: Words[] = [];
    const seen = new Set<Step>();
    let step = from;
    while (step && this.isPassedBy(step)) {
      if (seen.has(step)) return {step: this.walk.firstOf((one) => !this.isPassedBy(one)), spoken};
      seen.add(step);
      if (step.type === 'say' && !this.heard.has(step)) spoken.push(this.wordsOf(step));
      this.heard.add(step);
      // Somebody who comes back has heard what stood before the last answer.
      if (this.answers.isDone(step.id)) spoken.length = 0;
      step = this.walk.after(step, this.watcher.facts());
    }
    return {step, spoken};
  }

  isPassedBy(step: Step) {
    if (step.type === 'verify_email') return !this.watcher.isPending();
    if (step.type === 'say' || this.answers.isDone(step.id)) return true;
    // What is written to it is kept, which the visitor must have agreed to.
    return step.type === 'assistant' && !this.watcher.facts()['consents.personal_data'];
  }
}
