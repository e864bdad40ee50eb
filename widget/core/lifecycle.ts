import type {Session} from '../../server/contract/sessions.js';
import type {SiteConfig} from '../../server/contract/sites.js';

import {MariaCompleteEvent, MariaResetEvent, MariaSubmittedEvent} from '../events.js';
import type {Drafts} from './flow/drafts.js';
import {isEndOf, isOpenStep} from './flow/step-types.js';
import type {Loaders} from './loaders.js';
import type {ResumeDeps} from './resume.js';
import {endingOf, isEnd} from './session/session-end.js';
import type {VisitorSession} from './session/session.js';
import type {End, Ending} from './session/session-end.js';
import {loadConfig} from './site-config.js';
import type {Intent} from './state.js';
import type {Status} from './status.js';
import {SLOW_MS} from './transport/api-client.js';
import type {ClientError} from './transport/api-client.js';
import {delay} from './transport/retry.js';

const MAX_RESETS = 2;
const RESETS_WITHIN_MS = 60_000;

/** The parts of a conversation that begin, resume and end it. */
export interface LifecycleDeps extends ResumeDeps {
  readonly session: Readonly<VisitorSession>;
  readonly status: Readonly<Status>;
  readonly drafts: Drafts;
  /** Returns false if files and e-mail address cannot be loaded. */
  loadIntake(): Promise<boolean>;
  readonly loaders: Loaders;
  /** Clears the conversation in this tab. `hasEnded`: its session has ended, or another tab has replaced it. */
  reset(hasEnded?: boolean): void;
  readonly canAsk: boolean;
  setIntent(intent: Partial<Intent>): void;
}

/** Begins, resumes and ends a conversation, and writes what the backend says about its session. */
export type Lifecycle = ReturnType<typeof createLifecycle>;

export const createLifecycle = (chat: LifecycleDeps) => {
  const {answers, drafts, flow, host, session, status, store, transcript} = chat;
  /** Null before the first start, and if the backend could not be reached. */
  let config: SiteConfig | null = null;
  let resetTimes: number[] = [];

  /** Loads the settings of the site. The earlier ones stay if the backend cannot be reached. */
  const loadSettings = async (sent?: SiteConfig) => {
    config = sent ?? (await loadConfig(chat)) ?? config;
    flow.load(config?.conversation);
  };

  /** Begins a conversation, or resumes the one that this browser has. */
  const start = async () => {
    const signal = flow.interrupt();
    flow.setPhase('starting');
    answers.load();
    // A new visitor may write at once. The question waits for the backend.
    const isNew = !session.isStored;
    chat.setIntent({isWriting: isNew && !answers.hasBegun});
    const opening = session.open();
    // A new UUID is sent with the configuration, unless that takes long.
    const waiting = new AbortController();
    if (isNew) await Promise.race([opening, delay(SLOW_MS, signal, waiting.signal)]);
    waiting.abort();
    if (signal.aborted) return;
    const [opened] = await Promise.all([opening, loadSettings(session.config)]);
    if (signal.aborted) return;
    // Another tab may have ended a session, and with it the answers, meanwhile.
    answers.load();
    if (!chat.canAsk) chat.setIntent({isWriting: false, isAsking: false});
    if (opened.kind === 'back') return openStored(opened.session);
    if (opened.kind === 'refused') return showNotAvailable(opened.error);
    if (opened.kind === 'offline') status.showRetrying(opened.error);
    if (isEnd(opened.kind) && !announceEnd(opened.kind)) return;
    if (opened.kind === 'new' || answers.isStale) answers.wipe();
    return answers.hasBegun ? resume(null) : flow.begin();
  };

  const restart = (hasEnded?: boolean) => {
    chat.reset(hasEnded);
    return start();
  };

  /** Takes over what the backend says about the session. */
  const onSession = async (found: Session) => {
    const before = store.state.sessionState;
    store.patch({sessionState: found.state});
    if (found.state === 'visit') return;
    chat.verification?.update(found);
    store.patch({visitorName: found.name});
    if (before === 'visit') await resume(found);
    else if (before === 'pending' && found.state === 'complete') await showComplete();
  };

  const replayAnswers = async (isCorrectionOnly = false) => {
    (await loadResume())?.replayAnswers(chat, isCorrectionOnly);
  };

  /** Removes the session and all answers from this browser. */
  const forget = (reason: 'visitor' | 'page' | 'refused') => {
    answers.wipe();
    session.forget();
    store.patch({visitorName: null});
    // A question that was not sent stays in the field after a refusal.
    if (reason !== 'refused') drafts.clear();
    host.emit(new MariaResetEvent(reason));
  };

  /** Stops the conversation until the visitor presses *Try again*. */
  const stopWithRetry = (key: 'error' | 'notLoaded' = 'error') => {
    transcript.showTyping(false);
    status.showNotice({key, kind: 'error', isRetryable: true});
  };

  /** Returns false if sessions end too often, and stops the conversation. */
  const announceEnd = (end: End) => {
    const now = Date.now();
    answers.wipe();
    drafts.clearOld(end === 'gone');
    resetTimes = [...resetTimes.filter((time) => now - time < RESETS_WITHIN_MS), now];
    if (resetTimes.length > MAX_RESETS) {
      stopWithRetry();
      return false;
    }
    status.showNotice({key: end, kind: end === 'reset' ? 'error' : 'info'});
    host.emit(new MariaResetEvent(end));
    return true;
  };

  /** Continues a session, or a conversation that only this browser has. */
  const resume = async (found: Session | null) => {
    const signal = flow.interrupt();
    const [hasIntake, code] = await Promise.all([chat.loadIntake(), loadResume()]);
    if (signal.aborted) return;
    if (!code) return stopWithRetry('notLoaded');
    if (hasIntake) code.resumeConversation(chat, found);
  };

  /** Returns null if the code cannot be loaded now. */
  const loadResume = async () => {
    try {
      return await chat.loaders.loadResume();
    } catch (error) {
      host.onLoadError(error);
      return null;
    }
  };

  const openStored = async (found: Session) => {
    if (found.state !== 'visit') return onSession(found);
    const isEmpty = found.files.length === 0 && found.consents.length === 0;
    return isEmpty && !answers.hasBegun ? flow.begin() : resume(found);
  };

  const showComplete = async () => {
    chat.verification?.stopPolling();
    chat.verification?.closeChange();
    host.emit(new MariaCompleteEvent(session.uuid));
    const {next} = flow;
    const {step} = flow.follow(flow.isSkipped, next);
    const isOpen = isOpenStep(step);
    if (isOpen) status.showToast('verified');
    if (isOpen && step === next) return;
    await flow.goTo(isOpen ? next : flow.graph.endOf('complete'));
  };

  /** Reports the reason to the page's developer, and says to the visitor that the chat is not available. */
  const showNotAvailable = (error: ClientError) => {
    transcript.showTyping(false);
    chat.setIntent({isWriting: false, isAsking: false});
    status.report(error);
    flow.say(({texts}) => texts.notHere);
  };

  const discardVisit = async () => {
    try {
      await session.call('DELETE', '/api/session');
    } catch (error) {
      // The visit ends by its idle limit instead. The visitor need not wait for it.
      if (!endingOf(error)) status.emitError(error);
    }
  };

  return {
    get config() {
      return config;
    },
    start,
    loadSettings,
    onSession,
    /** The visitor has submitted name and e-mail address. */
    onSubmitted() {
      store.patch({sessionState: 'pending', visitorName: answers.name});
      answers.markSubmitted();
      host.emit(new MariaSubmittedEvent(session.uuid));
    },
    setVisitorName(visitorName: string | null) {
      store.patch({visitorName});
    },
    /** Starts again if another tab has begun or forgotten the session. */
    async followOtherTab() {
      if (!session.uuid) answers.reload();
      // The last words stay on the screen until the other tab has begun a new session.
      if (!session.isStale || !(session.uuid || answers.hasBegun)) return;
      await restart(true);
    },
    /** Shows answers that were given in another tab, and continues after them. */
    async catchUp() {
      const {signal} = flow;
      await replayAnswers();
      // It may have been called twice.
      if (!signal.aborted && flow.isOvertaken) await flow.begin();
    },
    replayAnswers,
    /** Discards an unfinished visit. A submitted session is only forgotten on this device. */
    async startOver(reason: 'visitor' | 'page' = 'visitor', isContinued = true) {
      // After an end, the stored values belong to another tab, which this visitor must not wipe.
      if (reason === 'visitor' && !session.uuid) {
        drafts.clear();
        return restart();
      }
      // A session that this page has not opened may be submitted already.
      const isUnfinished = store.state.sessionState === 'visit' && session.uuid !== '';
      if (!session.uuid) session.load();
      chat.reset();
      const {signal} = flow;
      flow.setPhase('starting');
      if (isUnfinished) await discardVisit();
      status.showNotice(null);
      forget(reason);
      if (isContinued && !signal.aborted) await start();
    },
    forget,
    /** Starts again after the session has ended, or another tab has replaced it. */
    async restartAfter(ending: Ending) {
      chat.reset(true);
      if (isEnd(ending)) {
        session.forget();
        if (!announceEnd(ending)) return;
      }
      await start();
    },
    /** Starts again for the same visitor. */
    tryAgain() {
      resetTimes = [];
      status.showNotice(null);
      return restart();
    },
    stopWithRetry,
    /** Forgets a visit whose consent was refused, once the backend has recorded the refusal. */
    forgetRefusal() {
      // A call that was sent before the refusal did not contain it.
      if (flow.isRefused && answers.unrecorded.length === 0) forget('refused');
    },
    /**
     * Removes a question that was not sent, once the visitor has closed the panel after a refusal.
     * Returns true if the conversation has ended with it.
     */
    onClose() {
      chat.verification?.stopPolling();
      const isRefused = chat.conditionValues['consents.personal_data'] === false;
      const isAtEnd = isEndOf(flow.next, 'refused');
      if (isRefused || isAtEnd) drafts.clear();
      // At the end, the chat stays until the backend has recorded the refusal.
      const isDropped = isRefused && !isAtEnd;
      if (isDropped) forget('refused');
      return isDropped;
    },
  };
};
