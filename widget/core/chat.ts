import type {Step} from '../../server/contract/conversation.js';

import type {Language} from '../i18n/languages.js';
import type {ChatHost} from './chat-host.js';
import type {EmailVerification, VerificationDeps} from './email/email-verification.js';
import {createAnswers} from './flow/answers.js';
import type {VisitorAnswers} from './flow/answers.js';
import {createDrafts} from './flow/drafts.js';
import type {Drafts} from './flow/drafts.js';
import {createFlow} from './flow/flow.js';
import type {Flow, FlowDeps} from './flow/flow.js';
import {createOutbox} from './flow/outbox.js';
import type {Outbox, OutboxDeps} from './flow/outbox.js';
import {isSiteQuestion} from './flow/step-types.js';
import type {TextValues} from './flow/step-types.js';
import {Transcript} from './flow/transcript.js';
import type {TextOf} from './flow/transcript.js';
import {createLifecycle} from './lifecycle.js';
import type {Lifecycle, LifecycleDeps} from './lifecycle.js';
import type {Loaders} from './loaders.js';
import type {Platform} from './platform.js';
import type {QuestionDeps, Questions} from './questions/questions.js';
import {createSession} from './session/session.js';
import type {SessionDeps, VisitorSession} from './session/session.js';
import {endingOf} from './session/session-end.js';
import {createStorage} from './session/storage.js';
import type {SiteStorage} from './session/storage.js';
import {Store} from './state.js';
import type {Intent} from './state.js';
import {createStatus} from './status.js';
import type {Status} from './status.js';
import {ClientError, createClient} from './transport/api-client.js';
import type {ApiClient} from './transport/api-client.js';
import {Retrier} from './transport/retry.js';
import type {UploadDeps} from './uploads/create-uploads.js';
import type {Uploads} from './uploads/uploads.js';

export interface ChatOptions {
  /** URL of the backend, without a slash at the end. */
  api: string;
  site: string;
  platform: Platform;
  host: ChatHost;
  loaders: Loaders;
}

/** A conversation, as everything above it gets it: only its parts write the state. */
export type Chat = Readonly<Omit<Conversation, 'store'>>;

export const createChat = (options: ChatOptions): Chat => new Conversation(options);

/** Builds the parts of one conversation. Each part has an interface with the parts that it needs. */
class Conversation
  implements
    FlowDeps,
    LifecycleDeps,
    OutboxDeps,
    QuestionDeps,
    SessionDeps,
    UploadDeps,
    VerificationDeps
{
  readonly host: ChatHost;
  readonly loaders: Loaders;
  readonly store: Store;
  readonly storage: Readonly<SiteStorage>;
  readonly drafts: Drafts;
  readonly client: Readonly<ApiClient>;
  readonly session: Readonly<VisitorSession>;
  readonly answers: Readonly<VisitorAnswers>;
  readonly transcript: Readonly<Transcript>;
  readonly status: Readonly<Status>;
  readonly retrier: Retrier;
  readonly flow: Flow;
  readonly outbox: Outbox;
  readonly lifecycle: Lifecycle;
  /** Null until `loadIntake` has succeeded, as is `verification`. Every step that needs them waits. */
  uploads: Readonly<Uploads> | null = null;
  verification: Readonly<EmailVerification> | null = null;
  /** Null also if the site has no questions. */
  questions: Readonly<Questions> | null = null;
  private running = new AbortController();

  constructor({api, site, platform, host, loaders}: ChatOptions) {
    const onChange = () => host.onChange();
    this.host = host;
    this.loaders = loaders;
    this.store = new Store(onChange);
    this.storage = createStorage(site, platform);
    this.drafts = createDrafts(this.storage, onChange);
    this.status = createStatus(this.store, host);
    this.client = createClient(api, platform, {
      get interceptor() {
        return host.interceptor;
      },
      onResponse: (isChange) => {
        this.status.setConnection(this.client.isSlow ? 'slow' : null);
        if (isChange) host.onBackendChange();
      },
      onSlow: (isSlow) => this.status.showSlow(isSlow),
    });
    this.session = createSession(this);
    this.answers = createAnswers(this.storage);
    this.transcript = new Transcript(this.storage, onChange);
    this.retrier = new Retrier((error) => this.status.showRetrying(error));
    this.flow = createFlow(this);
    this.outbox = createOutbox(this);
    this.lifecycle = createLifecycle(this);
  }

  get state() {
    return this.store.state;
  }

  get config() {
    return this.lifecycle.config;
  }

  /** Language of the panel, which opens when the first one has been loaded. */
  get language(): Language {
    return this.host.languages.current!;
  }

  get reference() {
    return this.session.uuid;
  }

  get name() {
    return this.state.visitorName ?? this.answers.name;
  }

  /** First values of the fields: the visitor's earlier answers, or what the page knows. */
  get fieldValues() {
    const {answers, host} = this;
    return {
      name: answers.name ?? host.prefilled.name ?? '',
      email: answers.email ?? host.prefilled.email ?? '',
    };
  }

  get conditionValues() {
    return this.answers.conditionValues(this.uploads?.storedCount ?? 0);
  }

  get textValues(): TextValues {
    return {
      name: this.name ?? '',
      labelOf: (key, language) => this.questions?.labelOf(key, language) ?? '',
      greeting: this.host.settings.greeting ?? '',
      verification: this.verification,
    };
  }

  /** Aborted when this conversation ends. */
  get signal() {
    return this.running.signal;
  }

  /** False for a site without replies. */
  get canAsk() {
    return this.config?.can_ask !== false;
  }

  /** True unless the visitor still has the choice of the two doors. */
  get isStarted() {
    return this.answers.isStarted || this.state.sessionState !== 'visit' || !this.canAsk;
  }

  setIntent(intent: Partial<Intent>) {
    this.store.patch(intent);
  }

  /** Polls for the confirmation, if the conversation waits for it. */
  startPolling() {
    const {phase, sessionState} = this.state;
    if (sessionState === 'pending' && phase === 'step') this.verification?.startPolling();
  }

  /** Clears the conversation in this tab, and stops what runs for it. */
  reset(hasEnded?: boolean) {
    this.running.abort();
    this.running = new AbortController();
    this.flow.reset();
    this.outbox.stop();
    this.verification?.stopPolling();
    this.uploads?.clear();
    this.drafts.clearOld();
    this.status.showToast(null);
    this.uploads = this.verification = this.questions = null;
    this.store.reset();
    this.host.onReset(hasEnded);
  }

  /** Runs work that the visitor waits for, with fields and buttons locked. */
  async submit(work: () => Promise<void>) {
    if (this.state.isSubmitting) return;
    const {signal} = this;
    const flowSignal = this.flow.signal;
    this.store.patch({isSubmitting: true});
    this.status.setFieldError(null);
    this.status.showNotice(null);
    try {
      await work();
    } catch (error) {
      if (flowSignal.aborted) return;
      const asking = this.questions?.askAgain(error);
      if (asking) await asking;
      else this.fail(error);
    } finally {
      if (!signal.aborted) this.store.patch({isSubmitting: false});
    }
  }

  /** Adds an answer of the visitor to the step that waits. */
  addAnswer(text: TextOf) {
    this.status.showNotice(null);
    this.transcript.say('visitor', text, this.flow.step?.id);
  }

  /** Shows an error to the visitor, or starts again after the end of the session. */
  fail(error: unknown) {
    const {status} = this;
    const ending = endingOf(error);
    if (ending) return void this.lifecycle.restartAfter(ending);
    if (error instanceof ClientError) {
      if (error.code === 'invalid_email') return status.setFieldError('emailInvalid');
      if (error.isTransient) return status.showRetrying(error);
    }
    status.report(error);
    status.showNotice({key: 'error', kind: 'error'});
  }

  /** Loads the code of files, e-mail address and questions. Returns false if the visitor has to try again. */
  async loadIntake() {
    const {signal} = this;
    try {
      const {createUploads, createVerification} = await this.loaders.loadIntake();
      this.uploads ??= createUploads(this);
      this.verification ??= createVerification(this);
      if (this.flow.graph.firstOf(isSiteQuestion)) {
        const {createQuestions} = await this.loaders.loadQuestions();
        const questions = this.questions ?? createQuestions(this);
        await questions.load();
        this.questions = questions;
      }
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.host.onLoadError(error);
      this.lifecycle.stopWithRetry('notLoaded');
      return false;
    }
  }

  prepareStep() {
    this.status.setFieldError(null);
    return this.loadIntake();
  }

  onStep(step: Step | null) {
    // Another tab may have answered while Maria was typing.
    if (this.flow.isOvertaken) return void this.lifecycle.catchUp();
    if (!step) this.store.patch({isWriting: true});
    const {isAsking, isLeavingEmail, sessionState} = this.state;
    // After an erasure there is no session. A report of the end would create one.
    const isOpenVisit = this.reference && sessionState === 'visit';
    // Only steps that the visitor has started are counted. The backend counts the confirmation itself.
    const isCounted =
      step &&
      !isAsking &&
      !isLeavingEmail &&
      step.type !== 'verify_email' &&
      (step.type !== 'end' || isOpenVisit);
    if (isCounted) this.outbox.reportStep(step.id);
    // It has a call only if the backend could not be reached, or something was not sent.
    else this.outbox.flushLater();
    this.host.onStep();
    this.startPolling();
  }
}
