import type {Session} from '../../server/contract/sessions.js';
import type {SiteConfig} from '../../server/contract/sites.js';

import {MariaCompleteEvent, MariaResetEvent, MariaSubmittedEvent} from '../events.js';
import type {Drafts} from './flow/drafts.js';
import type {Loaders} from './loaders.js';
import type {ResumeDeps} from './resume.js';
import {endingOf, isEnd} from './session/session-end.js';
import type {VisitorSession} from './session/session.js';
import type {End, Ending} from './session/session-end.js';
import {loadConfig} from './site-config.js';
import type {Status} from './status.js';
import type {ApiClient, ClientError} from './transport/api-client.js';

const MAX_RESETS = 2;
const RESETS_WITHIN_MS = 60_000;

/** The parts of a conversation that begin, resume and end it. */
export interface LifecycleDeps extends ResumeDeps {
  readonly client: Readonly<ApiClient>;
  readonly session: Readonly<VisitorSession>;
  readonly status: Readonly<Status>;
  readonly drafts: Drafts;
  /** Returns false if files and e-mail address cannot be loaded. */
  loadIntake(): Promise<boolean>;
  readonly loaders: Loaders;
  /** Clears the conversation in this tab. */
  reset(): void;
  readonly canAsk: boolean;
  setWriting(isWriting: boolean): void;
}

/** Begins, resumes and ends a conversation, and writes what the backend says about its session. */
export class Lifecycle {
  /** Null before the first start, and if the backend cannot be reached. */
  config: SiteConfig | null = null;
  private resetTimes: number[] = [];

  constructor(private readonly chat: LifecycleDeps) {}

  /** Begins a conversation, or resumes the one that this browser has. */
  async start() {
    const {answers, flow, session, status} = this.chat;
    const signal = flow.interrupt();
    flow.setPhase('starting');
    answers.load();
    // A new visitor may write at once. The question waits for the backend.
    this.chat.setWriting(!session.isStored && !answers.hasBegun);
    const [config, opened] = await Promise.all([loadConfig(this.chat), session.open()]);
    if (signal.aborted) return;
    this.config = config;
    flow.load(config?.conversation);
    if (!this.chat.canAsk) this.chat.setWriting(false);
    if (opened.kind === 'back') return this.openStored(opened.session);
    if (opened.kind === 'refused') return this.showNotAvailable(opened.error);
    if (opened.kind === 'offline') status.showRetrying(opened.error);
    if (isEnd(opened.kind) && !this.announceEnd(opened.kind)) return;
    if (opened.kind === 'new' || answers.isStale) answers.wipe();
    return answers.hasBegun ? this.resume(null) : flow.begin();
  }

  /** Takes over what the backend says about the session. */
  async onSession(session: Session) {
    const {store, verification} = this.chat;
    const before = store.state.sessionState;
    store.patch({sessionState: session.state});
    if (session.state === 'visit') return;
    verification?.update(session);
    store.patch({visitorName: session.name});
    if (before === 'visit') await this.resume(session);
    else if (before === 'pending' && session.state === 'complete') await this.showComplete();
  }

  /** The visitor has submitted name and e-mail address. */
  onSubmitted() {
    const {answers, host, session, store} = this.chat;
    store.patch({sessionState: 'pending', visitorName: answers.name});
    answers.markSubmitted();
    host.emit(new MariaSubmittedEvent(session.uuid));
  }

  setVisitorName(visitorName: string | null) {
    this.chat.store.patch({visitorName});
  }

  /** Starts again if another tab has begun or forgotten the session. */
  async followOtherTab() {
    const {answers, session} = this.chat;
    if (!session.uuid) answers.reload();
    // The last words stay on the screen until the other tab has begun a new session.
    if (!session.isStale || !(session.uuid || answers.hasBegun)) return;
    this.chat.reset();
    await this.start();
  }

  /** Shows answers that were given in another tab, and continues after them. */
  async catchUp() {
    const {flow} = this.chat;
    const {signal} = flow;
    await this.replayAnswers();
    if (!signal.aborted) await flow.begin();
  }

  async replayAnswers(isCorrectionOnly = false) {
    (await this.loadResume())?.replayAnswers(this.chat, isCorrectionOnly);
  }

  /** Discards an unfinished visit. A submitted session is only forgotten on this device. */
  async startOver(reason: 'visitor' | 'page' = 'visitor', isContinued = true) {
    const {chat} = this;
    const {flow, session, status, store} = chat;
    // After an end, the stored values belong to another tab, which this visitor must not wipe.
    if (reason === 'visitor' && !session.uuid) {
      chat.reset();
      return this.start();
    }
    // A session that this page has not opened may be submitted already.
    const isUnfinished = store.state.sessionState === 'visit' && session.uuid !== '';
    if (!session.uuid) session.load();
    chat.reset();
    flow.setPhase('starting');
    if (isUnfinished) await this.discardVisit();
    status.showNotice(null);
    this.forget(reason);
    if (isContinued) await this.start();
  }

  /** Removes the session and all answers from this browser. */
  forget(reason: 'visitor' | 'page' | 'refused') {
    const {chat} = this;
    chat.answers.wipe();
    chat.session.forget();
    chat.store.patch({visitorName: null});
    // A question that was not sent stays in the field after a refusal.
    if (reason !== 'refused') chat.drafts.clear();
    chat.host.emit(new MariaResetEvent(reason));
  }

  /** Starts again after the session has ended, or another tab has replaced it. */
  async restartAfter(ending: Ending) {
    const {chat} = this;
    chat.reset();
    if (isEnd(ending)) {
      chat.session.forget();
      if (!this.announceEnd(ending)) return;
    }
    await this.start();
  }

  /** Starts again for the same visitor. */
  async tryAgain() {
    const {chat} = this;
    chat.reset();
    this.resetTimes = [];
    chat.status.showNotice(null);
    await this.start();
  }

  /** Stops the conversation until the visitor presses *Try again*. */
  stopWithRetry(key: 'error' | 'notLoaded' = 'error') {
    this.chat.transcript.showTyping(false);
    this.chat.status.showNotice({key, kind: 'error', isRetryable: true});
  }

  /** Forgets a visit whose consent was refused, once the backend has recorded the refusal. */
  forgetRefusal() {
    const {answers, flow} = this.chat;
    // A call that was sent before the refusal did not contain it.
    if (flow.isRefused && answers.unrecorded.length === 0) this.forget('refused');
  }

  /** Removes a question that was not sent, once the visitor has closed the panel after a refusal. */
  onClose() {
    const {drafts, flow, verification} = this.chat;
    verification?.stopPolling();
    if (flow.isRefused) drafts.clear();
  }

  /** Returns false if sessions end too often, and stops the conversation. */
  private announceEnd(end: End) {
    const {answers, drafts, host, status} = this.chat;
    const now = Date.now();
    answers.wipe();
    if (end === 'gone') drafts.clear();
    this.resetTimes = [...this.resetTimes.filter((time) => now - time < RESETS_WITHIN_MS), now];
    if (this.resetTimes.length > MAX_RESETS) {
      this.stopWithRetry();
      return false;
    }
    status.showNotice({key: end, kind: end === 'reset' ? 'error' : 'info'});
    host.emit(new MariaResetEvent(end));
    return true;
  }

  /** Continues a session, or a conversation that only this browser has. */
  private async resume(session: Session | null) {
    const {chat} = this;
    const signal = chat.flow.interrupt();
    const [hasIntake, resume] = await Promise.all([chat.loadIntake(), this.loadResume()]);
    if (!resume) return this.stopWithRetry('notLoaded');
    if (hasIntake && !signal.aborted) resume.resumeConversation(chat, session);
  }

  /** Returns null if the code cannot be loaded now. */
  private async loadResume() {
    try {
      return await this.chat.loaders.loadResume();
    } catch (error) {
      this.chat.host.onLoadError(error);
      return null;
    }
  }

  private async openStored(session: Session) {
    const {answers, client, flow} = this.chat;
    answers.adopt(session, client.clockOffsetMs);
    if (session.state !== 'visit') return this.onSession(session);
    const isEmpty = session.files.length === 0 && session.consents.length === 0;
    return isEmpty && !answers.hasBegun ? flow.begin() : this.resume(session);
  }

  private async showComplete() {
    const {flow, host, session, status, verification} = this.chat;
    verification?.stopPolling();
    host.emit(new MariaCompleteEvent(session.uuid));
    if (flow.isAtOpenStep) return status.showToast('verified');
    await flow.goTo(flow.graph.endOf('complete'));
  }

  /** Reports the reason to the page's developer, and says to the visitor that the chat is not available. */
  private showNotAvailable(error: ClientError) {
    const {flow, status, transcript} = this.chat;
    transcript.showTyping(false);
    this.chat.setWriting(false);
    status.report(error);
    flow.say(({texts}) => texts.notHere);
  }

  private async discardVisit() {
    const {session, status} = this.chat;
    try {
      await session.call('DELETE', '/api/session');
    } catch (error) {
      // The visit ends by its idle limit instead. The visitor need not wait for it.
      if (!endingOf(error)) status.emitError(error);
    }
  }
}
