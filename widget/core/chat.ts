import type {CSSResult} from 'lit';

import type {Session} from '../../server/contract/sessions.js';
import type {SiteConfig} from '../../server/contract/sites.js';

import {VisitorAnswers} from './flow/answers.js';
import {arrive, comeBack, fetchBack} from './arriving.js';
import type * as backParts from './resume.js';
import {ApiClient, ClientError} from './transport/api-client.js';
import type {ClientHost} from './transport/api-client.js';
import type {EmailVerification} from './email/email-verification.js';
import {Drafts} from './flow/drafts.js';
import {Lifecycle} from './lifecycle.js';
import {MariaCompleteEvent} from '../events.js';
import {Flow} from './flow/flow.js';
import type {FlowHost} from './flow/flow.js';
import type * as intake from '../element/intake.js';
import {Outbox} from './flow/outbox.js';
import {Retrier} from './transport/retry.js';
import {VisitorSession, endingOf} from './session/session.js';
import {Status} from './status.js';
import type {StatusHost} from './status.js';
import {SiteStorage} from './session/storage.js';
import type {Language} from '../i18n/languages.js';
import type {MessageThread} from './messages/message-thread.js';
import {Transcript} from './flow/transcript.js';
import type {LineText} from './flow/transcript.js';
import type {Uploads} from './uploads/uploads.js';

/** Something that covers the conversation until it is closed. */
export interface Dialog {
  /** Begins once it covers the conversation. */
  load?(): Promise<void>;
  /** True where something within it was left. */
  stepBack?(): boolean;
  view(language: Language): unknown;
}

export interface ChatHost extends FlowHost, StatusHost, ClientHost {
  /** Null until the first language file has been loaded. */
  readonly language: Language | null;
  /** Its tag, before the language itself has come. */
  readonly wantedLanguage: string;
  readonly greeting: string | null;
  readonly privacyUrl: string | null;
  readonly maxFiles: number | null;
  readonly maxFileSize: number | null;
  readonly isConnected: boolean;
  readonly renderRoot: ParentNode;
  readonly isOpen: boolean;
  readonly updateComplete: Promise<unknown>;
  /** What is needed after the first answer. */
  loadIntake(): Promise<typeof intake>;
  onLoadFailure(error: unknown): void;
  adopt(sheets: CSSResult[]): void;
  /** The visitor has changed the settings that are kept in this browser. */
  followSettings(): void;
}

/**
 * The visitor's way from the first hello to the reference: how it begins, is taken up again, and
 * ends. What the visitor does on it stands in `actions/`. It knows no DOM.
 */
export class Chat {
  state: Session['state'] = 'visit';
  isSubmitting = false;
  /** What covers the conversation. */
  dialog: Dialog | null = null;
  /** Something covers the conversation, or does so no longer. */
  onCover: (() => void) | null = null;
  /** There is something for the other tabs to look at. */
  notifyTabs: (() => void) | null = null;
  /** Asks the backend how things stand, now or when somebody is there to see it. */
  refresh: (() => void) | null = null;
  /** Aborted when the element leaves the page, or the page is left. */
  pageSignal: AbortSignal | null = null;
  /** What is written to and fro; null until the visitor may write. */
  thread: MessageThread | null = null;
  /** What the page would have the visitor say, until they may. */
  waitingText = '';
  /** True for somebody whose finished session was found in this browser. */
  isRecognised = false;
  config: SiteConfig | null = null;
  /** As the backend keeps it, once the session has been handed in. */
  visitorName: string | null = null;
  intake: typeof intake | null = null;
  /** Null as long as nobody has come back. */
  resumeParts: typeof backParts | null = null;
  /** Both are null until they have been fetched, which every step that needs them waits for. */
  uploads: Uploads | null = null;
  verification: EmailVerification | null = null;

  readonly storage: SiteStorage;
  readonly drafts: Drafts;
  readonly client: ApiClient;
  readonly session: VisitorSession;
  readonly answers: VisitorAnswers;
  readonly transcript: Transcript;
  readonly status: Status;
  readonly flow: Flow;
  readonly outbox: Outbox;
  readonly retrier: Retrier;
  readonly lifecycle = new Lifecycle(this);
  private prefilled: {name?: string; email?: string} = {};
  private leaving = new AbortController();

  constructor(
    readonly host: ChatHost,
    api: string,
    site: string,
  ) {
    this.storage = new SiteStorage(site);
    this.drafts = new Drafts(this.storage);
    const watcher = {
      onAnswer: (isChange: boolean) => {
        this.status.setConnection(this.client.isSlow ? 'slow' : null);
        if (isChange) this.notifyTabs?.();
      },
      onSlow: (isSlow: boolean) => this.status.showSlow(isSlow),
    };
    this.client = new ApiClient(api, watcher, host);
    this.session = new VisitorSession(this.client, this.storage);
    this.answers = new VisitorAnswers(this.storage);
    this.transcript = new Transcript(() => host.requestUpdate());
    this.status = new Status(host);
    this.retrier = new Retrier((error) => this.status.showRetrying(error));
    this.flow = new Flow(host, this.transcript, this.answers, {
      conditionValues: () => this.conditionValues,
      values: () => ({
        name: this.name ?? '',
        email: this.verification?.emailMasked ?? '',
        greeting: host.greeting ?? '',
        isDelayed: this.verification?.isDelayed ?? false,
      }),
      isPending: () => this.state === 'pending',
      prepare: async (step) => {
        this.status.setFieldError(null);
        return (step?.type === 'ask' && step.field === 'name') || this.loadIntakeParts();
      },
      onRest: (step) => {
        // Another tab may have answered while Maria was typing.
        if (this.answers.isDone(step.id)) return void this.catchUp();
        // What was erased is not to be followed by a session that nobody has asked for.
        const isErased = !this.reference && step.type === 'end';
        if (this.state === 'visit' && !isErased) this.outbox.reportStep(step.id);
        if (this.uploads) void this.host.loadIntake().then(({openThread}) => openThread(this));
        this.startPolling();
      },
    });
    this.outbox = new Outbox(this.client, this.session, this.answers, {
      dispatch: (event) => host.dispatchEvent(event),
      onDelivered: () => {
        this.lifecycle.forgetRefusal();
      },
      onWait: (error) => this.status.showRetrying(error),
      onFailure: (error) => this.fail(error),
      onReturn: (session) => void this.onSession(session),
    });
  }

  /** The language that the visitor reads. Throws before the first one has been loaded. */
  get language(): Language {
    const {language} = this.host;
    if (!language) throw new Error('No language has been loaded.');
    return language;
  }

  get reference() {
    return this.session.uuid;
  }

  get name() {
    return this.visitorName ?? this.answers.name;
  }

  get draft() {
    return {
      name: this.answers.name ?? this.prefilled.name ?? '',
      email: this.answers.email ?? this.prefilled.email ?? '',
    };
  }

  /** What conditions of the conversation read. */
  get conditionValues() {
    return this.answers.conditionValues(this.uploads?.storedCount ?? 0);
  }

  /** Aborted when this conversation ends. */
  get signal() {
    return this.leaving.signal;
  }

  start() {
    return arrive(this);
  }

  /** The panel is open and the page visible: waiting for the confirmation makes sense. */
  startPolling() {
    if (this.state === 'pending' && this.flow.phase === 'step') this.verification?.startPolling();
  }

  stopPolling() {
    this.verification?.stopPolling();
  }

  onOffline() {
    this.status.setConnection('offline');
    this.uploads?.pauseAll();
  }

  onOnline() {
    this.outbox.retryNow();
    if (!this.reference) this.status.setConnection(null);
    // With nothing to tell, too: that the line is back.
    this.outbox.flushLater();
    this.retrier.retryNow();
    this.uploads?.resume();
  }

  /** Tells the backend that the page is being left, so that it may clean up early. */
  leave() {
    if (this.state !== 'visit' || !this.answers.hasBegun) return;
    this.client.leave();
    // Whoever looks from another tab is still there.
    this.notifyTabs?.();
  }

  /** Another tab has begun, or forgotten, the session. */
  async followOtherTab() {
    const {answers, session} = this;
    if (!session.uuid) answers.reload();
    // Nobody is torn from a goodbye before there is something to follow.
    if (!session.isStale || !(session.uuid || answers.hasBegun)) return;
    this.reset();
    await this.start();
  }

  /** What was answered in another tab is told here as well, before it goes on. */
  async catchUp() {
    const {flow} = this;
    const {round} = flow;
    (await fetchBack(this))?.replayAnswers(this);
    if (round === flow.round) await flow.begin();
  }

  reset() {
    this.leaving.abort();
    this.leaving = new AbortController();
    this.flow.reset();
    this.outbox.stop();
    this.verification?.stopPolling();
    this.uploads?.clear();
    this.drafts.clear();
    this.status.showToast(null);
    Object.assign(this, {
      state: 'visit',
      isSubmitting: false,
      isRecognised: false,
      visitorName: null,
      uploads: null,
      verification: null,
      thread: null,
      saidEarly: '',
    });
    this.cover(null);
  }

  prefill(values: {name?: string; email?: string}) {
    this.prefilled = values;
    this.host.requestUpdate();
  }

  cover(dialog: Dialog | null) {
    this.dialog = dialog;
    void dialog?.load?.();
    this.onCover?.();
    this.host.requestUpdate();
  }

  /** What lies on top goes first: a dialog, then a correction. False when there is neither. */
  stepBack() {
    const {verification, flow, dialog, status} = this;
    if (dialog?.stepBack?.()) return true;
    if (dialog) this.cover(null);
    // While Maria goes back to the question there is nothing to leave yet.
    else if (flow.reopenedStep) {
      this.drafts.delete('name');
      void (flow.step && flow.complete(flow.reopenedStep));
    } else if (verification?.isChanging) {
      verification.isChanging = verification.isSuggestionAsked = false;
      this.drafts.delete('email');
      status.setFieldError(null);
    } else return false;
    return true;
  }

  /** Work that the visitor waits for, with the field that asked for it held still. */
  async submit(work: () => Promise<void>) {
    if (this.isSubmitting) return;
    const {round} = this.flow;
    this.isSubmitting = true;
    this.status.setFieldError(null);
    this.status.showNotice(null);
    try {
      await work();
    } catch (error) {
      if (round === this.flow.round) this.fail(error);
    } finally {
      this.isSubmitting = false;
      this.host.requestUpdate();
    }
  }

  addVisitorLine(words: LineText) {
    this.status.showNotice(null);
    this.transcript.say('visitor', words, this.flow.step?.id);
  }

  fail(error: unknown) {
    const {status} = this;
    const ended = endingOf(error);
    if (ended) return void this.lifecycle.restartAfter(ended);
    if (error instanceof ClientError) {
      if (error.code === 'invalid_email') return status.setFieldError('emailInvalid');
      if (error.isTransient) return status.showRetrying(error);
    }
    status.report(error);
    status.showNotice({key: 'error', kind: 'error'});
  }

  /** What the backend says of the session, at the start or while the confirmation is awaited. */
  async onSession(session: Session) {
    const before = this.state;
    this.state = session.state;
    if (session.state === 'visit') return;
    if (this.verification) this.verification.isDelayed = session.delayed;
    this.visitorName = session.name;
    if (before === 'visit') await comeBack(this, session);
    else if (before === 'pending' && session.state === 'complete') await this.showComplete();
  }

  private async showComplete() {
    this.verification?.stopPolling();
    this.host.dispatchEvent(new MariaCompleteEvent(this.reference));
    await this.flow.goTo(this.flow.graph.ofType('end', 'complete'));
  }

  /** Null when the rest of the conversation could not be fetched; the visitor may try again. */
  async loadIntakeParts() {
    try {
      const intake = (this.intake = await this.host.loadIntake());
      this.uploads ??= intake.createUploads(this);
      this.verification ??= intake.createVerification(this);
      return intake;
    } catch {
      this.lifecycle.stopWithRetry('notLoaded');
      return null;
    }
  }
}
