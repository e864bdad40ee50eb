import type {ConsentDecision, Purpose, Session} from '../../../server/contract/sessions.js';

import type {Answers} from './step-graph.js';
import type {SiteStorage} from '../session/storage.js';
import {toJson} from '../session/to-json.js';

const ANSWERS_KEY = 'answers';
/** Messages that the backend does not have yet, and whether the visitor has written at all. */
export const UNSENT_KEY = 'outgoing';
export const THREAD_KEY = 'talk';
/** The backend's default; its own word, once heard, replaces it. */
const DEFAULT_IDLE_MS = 30 * 60_000;

export interface Decision extends Omit<ConsentDecision, 'purpose'> {
  isRecorded: boolean;
}

interface Draft {
  name: string | null;
  decisions: Partial<Record<Purpose, Decision>>;
  /** Steps that need no second visit, in the order they were answered. */
  done: string[];
  idleMs: number;
  touchedAt: number;
}

const blankDraft = (): Draft => ({
  name: null,
  decisions: {},
  done: [],
  idleMs: DEFAULT_IDLE_MS,
  touchedAt: Date.now(),
});

/**
 * What the visitor has answered so far. It stays in this browser until the e-mail step hands it
 * over, and not longer than an idle visit lives.
 */
export class VisitorAnswers {
  /** Never written down before it is sent. */
  email: string | null = null;
  private draft: Draft = blankDraft();
  private isHandedOver = false;

  constructor(private readonly storage: SiteStorage) {}

  get name() {
    return this.draft.name;
  }

  set name(name: string | null) {
    this.draft.name = name;
    this.save();
  }

  get hasBegun() {
    return this.draft.name !== null || this.decisions.length > 0;
  }

  /**
   * True when the visit seems to have been idle for longer than the backend keeps it. Clocks are
   * set forth and back: where the backend can be asked, its word counts.
   */
  get isStale() {
    return this.hasBegun && Math.abs(Date.now() - this.draft.touchedAt) >= this.draft.idleMs;
  }

  get unrecorded(): ConsentDecision[] {
    return this.decisions
      .filter(([, {isRecorded}]) => !isRecorded)
      .map(([purpose, {granted, wording, locale}]) => ({purpose, granted, wording, locale}));
  }

  isDone(stepId: string) {
    return this.draft.done.includes(stepId);
  }

  complete(stepId: string) {
    this.draft.done.push(stepId);
    this.save();
  }

  /** The visitor has gone back to it. */
  reopen(stepId: string) {
    this.draft.done = this.draft.done.filter((id) => id !== stepId);
    this.save();
  }

  recordDecision({purpose, ...decision}: ConsentDecision, isRecorded = false) {
    this.draft.decisions[purpose] = {...decision, isRecorded};
    this.save();
  }

  markRecorded(decisions: ConsentDecision[]) {
    for (const {purpose, granted, wording} of decisions) {
      const decision = this.draft.decisions[purpose];
      // The visitor may have decided otherwise while it was on its way.
      if (decision?.granted === granted && decision.wording === wording) decision.isRecorded = true;
    }
    this.save();
  }

  /** Sends every decision again: the backend has said that it misses one. */
  markAllUnrecorded() {
    for (const [, decision] of this.decisions) decision.isRecorded = false;
  }

  /** What conditions of the conversation read. */
  conditionValues(storedFiles: number): Answers {
    const conditionValues: Answers = {
      name: this.name,
      email: this.email,
      'files.stored': storedFiles,
    };
    for (const [purpose, {granted}] of this.decisions)
      conditionValues[`consents.${purpose}`] = granted;
    return conditionValues;
  }

  load() {
    this.email = null;
    this.isHandedOver = false;
    this.draft = blankDraft();
    this.reload();
  }

  /** Takes over what another tab has kept meanwhile. */
  reload() {
    this.draft = readDraft(this.storage.get(ANSWERS_KEY)) ?? this.draft;
  }

  /**
   * Takes over what the backend knows; the wording it has recorded is not asked for again. Between
   * two clocks only a difference means anything.
   */
  adopt(session: Session, clockOffsetMs: number) {
    if (session.name) this.draft.name = session.name;
    for (const {purpose, granted} of session.consents) {
      this.draft.decisions[purpose] ??= {granted, wording: '', locale: '', isRecorded: true};
    }
    const leftMs = Date.parse(session.idle_expires_at ?? '') - Date.now() - clockOffsetMs;
    if (leftMs > 0) Object.assign(this.draft, {idleMs: leftMs, touchedAt: Date.now()});
  }

  /** The backend has them now: this browser keeps no copy beyond the page. */
  markSubmitted() {
    this.isHandedOver = true;
    this.removeKept();
  }

  wipe() {
    this.removeKept();
    for (const key of [UNSENT_KEY, THREAD_KEY]) this.storage.remove(key);
    this.load();
  }

  private removeKept() {
    this.storage.remove(ANSWERS_KEY);
    this.storage.unsent(0);
  }

  private get decisions() {
    return Object.entries(this.draft.decisions) as [Purpose, Decision][];
  }

  private save() {
    if (this.isHandedOver) return;
    this.draft.touchedAt = Date.now();
    this.storage.set(ANSWERS_KEY, toJson(this.draft));
  }
}

/**
 * Pages with other versions of the widget write the same item. Values that this version does not
 * know are kept. Null for an item that this version cannot read.
 */
const readDraft = (text: string | null): Draft | null => {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Draft> | null;
    const draft = {...blankDraft(), ...kept};
    return Array.isArray(kept?.done) && isReadable(draft) ? draft : null;
  } catch {
    return null;
  }
};

const isReadable = ({name, decisions, idleMs, touchedAt}: Draft) =>
  (name === null || typeof name === 'string') &&
  Object.values(decisions).every(({granted}) => typeof granted === 'boolean') &&
  idleMs > 0 &&
  touchedAt > 0;
