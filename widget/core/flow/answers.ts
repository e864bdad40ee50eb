import type {Answer} from '../../../server/contract/questions.js';
import type {ConsentDecision, Purpose} from '../../../server/contract/sessions.js';

import type {SiteStorage} from '../session/storage.js';
import {parse, toJson} from '../transport/json.js';
import {PLACES_KEY} from './transcript.js';

const ANSWERS_KEY = 'answers';
/** Messages that the backend does not have yet. */
export const UNSENT_KEY = 'outgoing';
/** Present if the visitor has opened the live conversation. */
export const THREAD_KEY = 'talk';
/** Number of files that were chosen in this tab and not uploaded. */
export const UNSENT_FILES_KEY = 'unsent';
/** Time of the visitor's last activity in this tab, in ms since 1970. */
export const ACTIVE_KEY = 'active';
/** The backend's default, until it has sent the site's own value. */
const DEFAULT_IDLE_MS = 30 * 60_000;

/** Values that conditions read: `name`, `email`, `consents.<purpose>`, `files.stored`, `answers.<field>`. */
export type Answers = Record<string, Answer | null | undefined>;

/** Name of an answer in conditions, in texts, and in the stored values. */
export type AnswerKey = `answers.${string}`;

export interface Decision extends Omit<ConsentDecision, 'purpose'> {
  isRecorded: boolean;
}

/** Values that this browser keeps until they are submitted. */
export interface Draft {
  name: string | null;
  /** Answers to questions of the site, by `answers.<field>`; null for a skipped question. */
  answers: Answers;
  decisions: Partial<Record<Purpose, Decision>>;
  /** The visitor has started the steps. */
  isStarted: boolean;
  /** Ids of the answered steps, in this order. */
  done: string[];
  idleMs: number;
  touchedAt: number;
}

const blankDraft = (): Draft => ({
  name: null,
  answers: {},
  decisions: {},
  isStarted: false,
  done: [],
  idleMs: DEFAULT_IDLE_MS,
  touchedAt: Date.now(),
});

/** The answers of a conversation. */
export type VisitorAnswers = ReturnType<typeof createAnswers>;

/**
 * Answers of the visitor. They stay in this browser until the e-mail step submits them, and not
 * longer than an idle visit lasts.
 */
export const createAnswers = (storage: Readonly<SiteStorage>) => {
  /** The e-mail address, for this page only: it is not stored before it is sent. */
  let email: string | null = null;
  let draft = blankDraft();
  let isSubmitted = false;

  const decisions = () => Object.entries(draft.decisions) as [Purpose, Decision][];

  const hasBegun = () =>
    draft.name !== null || Object.keys({...draft.decisions, ...draft.answers}).length > 0;

  /** A visitor who is active continues in this tab without a question. */
  const noteActivity = () => {
    storage.setInTab(ACTIVE_KEY, String(Date.now()));
  };

  const save = (isActive = true) => {
    if (isSubmitted) return;
    draft.touchedAt = Date.now();
    storage.set(ANSWERS_KEY, toJson(draft));
    if (isActive) noteActivity();
  };

  /** Reads the answers again, which another tab may have changed. */
  const reload = () => {
    draft = readDraft(storage.get(ANSWERS_KEY)) ?? draft;
  };

  const load = () => {
    email = null;
    isSubmitted = false;
    draft = blankDraft();
    reload();
  };

  const removeKept = (isActive?: boolean) => {
    storage.remove(ANSWERS_KEY);
    storage.setInTab(UNSENT_FILES_KEY, '');
    if (!isActive) storage.setInTab(ACTIVE_KEY, '');
  };

  return {
    noteActivity,
    get name() {
      return draft.name;
    },
    setName(name: string | null) {
      draft.name = name;
      save();
    },
    get email() {
      return email;
    },
    setEmail(typed: string | null) {
      email = typed;
    },
    /** Answers to questions of the site, by `answers.<field>`; null for a skipped question. */
    get siteAnswers(): Readonly<Answers> {
      return draft.answers;
    },
    /** Without a value, the answer is removed. */
    setAnswer(key: AnswerKey, value?: Answer | null) {
      draft.answers = {...draft.answers, [key]: value};
      save();
    },
    /** Removes everything that the visitor has typed or chosen, apart from the consents. */
    clearValues() {
      draft.name = email = null;
      draft.answers = {};
      // The steps ask again for the values.
      draft.done = [];
      save();
    },
    /** Earlier versions stored no start. With them, the name was the first answer of most sites. */
    get isStarted() {
      return draft.isStarted || draft.name !== null;
    },
    /** Another tab may have started, and answered, before. */
    start() {
      reload();
      draft.isStarted = true;
      save();
    },
    get hasBegun() {
      return hasBegun();
    },
    /**
     * True if the visit seems to have been idle for longer than the backend keeps it. Clocks may be
     * wrong: if the backend responds, its response decides.
     */
    get isStale() {
      return hasBegun() && Math.abs(Date.now() - draft.touchedAt) >= draft.idleMs;
    },
    get unrecorded(): ConsentDecision[] {
      return decisions()
        .filter(([, {isRecorded}]) => !isRecorded)
        .map(([purpose, {granted, wording, locale}]) => ({purpose, granted, wording, locale}));
    },
    isDone: (stepId: string) => draft.done.includes(stepId),
    complete(stepId: string) {
      draft.done.push(stepId);
      save();
    },
    reopen(stepId: string) {
      draft.done = draft.done.filter((id) => id !== stepId);
      save();
    },
    recordDecision({purpose, ...decision}: ConsentDecision, isRecorded = false) {
      draft.decisions[purpose] = {...decision, isRecorded};
      save();
    },
    markRecorded(recorded: ConsentDecision[]) {
      for (const {purpose, granted, wording} of recorded) {
        const decision = draft.decisions[purpose];
        // The visitor may have changed the decision during the call.
        if (decision?.granted === granted && decision.wording === wording)
          decision.isRecorded = true;
      }
      // The response of a call may arrive long after the visitor's last act.
      save(false);
    },
    /** Has every decision sent again, because the backend lacks one. */
    markAllUnrecorded() {
      for (const [, decision] of decisions()) decision.isRecorded = false;
    },
    /** Returns the values of conditions, except the answers that depend on the way through the steps. */
    conditionValues(storedFiles: number): Answers {
      const values: Answers = {name: draft.name, email, 'files.stored': storedFiles};
      for (const [purpose, {granted}] of decisions()) values[`consents.${purpose}`] = granted;
      return values;
    },
    load,
    reload,
    /** Takes over what the backend has, without a change for other tabs. */
    adopt(change: (draft: Draft) => void) {
      change(draft);
    },
    /**
     * Removes the copy in this browser, because the backend has the answers. The time of an active
     * visitor who returns is kept.
     */
    markSubmitted(isActive?: boolean) {
      isSubmitted = true;
      removeKept(isActive);
    },
    wipe() {
      removeKept();
      for (const key of [UNSENT_KEY, THREAD_KEY, PLACES_KEY]) storage.remove(key);
      load();
    },
  };
};

/**
 * Returns null for a value that this version cannot read. Other versions of the widget write the same
 * value, so unknown keys are kept.
 */
const readDraft = (text: string | null): Draft | null => {
  const kept: Partial<Draft> | null = parse(text);
  const draft = {...blankDraft(), ...kept, answers: {...kept?.answers}};
  const {name, decisions, idleMs, touchedAt} = draft;
  const isReadable =
    (name === null || typeof name === 'string') &&
    decisions &&
    Object.values(decisions).every((one) => typeof one?.granted === 'boolean') &&
    Array.isArray(kept?.done) &&
    idleMs > 0 &&
    touchedAt > 0;
  return isReadable ? draft : null;
};
