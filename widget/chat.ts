import {MAX_FILES, MAX_FILE_BYTES, MAX_NAME_LENGTH, MIN_FILES} from '../server/contract/limits.js';
import type {Step} from '../server/contract/conversation.js';
import type {Session} from '../server/contract/sessions.js';
import type {SiteConfig} from '../server/contract/sites.js';

import {VisitorAnswers} from './answers.js';
import {Client, ClientError} from './client.js';
import {Confirmation} from './confirmation.js';
import {ConversationWalk} from './conversation.js';
import {
  MariaCompleteEvent,
  MariaErrorEvent,
  MariaFileAcceptEvent,
  MariaOfflineEvent,
  MariaResetEvent,
  MariaStepEvent,
  MariaSubmittedEvent,
} from './events.js';
import {looksLikeEmail} from './email-check.js';
import {fileTransport} from './file-transport.js';
import {Outbox} from './outbox.js';
import {Patience} from './patience.js';
import {VisitorSession, endingOf} from './session.js';
import type {Ended} from './session.js';
import {SiteStorage} from './storage.js';
import {wordsFor} from './step-words.js';
import {fill} from './texts.js';
import type {Language, TextKey} from './texts.js';
import {Transcript} from './transcript.js';
import type {Words} from './transcript.js';
import {Uploads} from './uploads.js';

export interface Notice {
  key: TextKey;
  kind: 'info' | 'error';
  /** The conversation has stopped here, until the visitor asks for another attempt. */
  isRetryable?: boolean;
}

const MOST_RESETS = 2;
const RESETS_WITHIN_MS = 60_000;

export interface ChatHost {
  readonly language: Language;
  /** How long Maria types before she speaks. */
  readonly rhythmMs: number;
  requestUpdate(): void;
  dispatchEvent(event: Event): boolean;
  onMariaSpoke(): void;
}

const DEFAULT_LIMITS = {max_files: MAX_FILES, min_files: MIN_FILES, max_file_bytes: MAX_FILE_BYTES};

/** The visitor's way from the first hello to the reference. It knows no DOM. */
export class Chat {
  stage: 'arriving' | 'returning' | 'step' = 'arriving';
  state: Session['state'] = 'visit';
  step: Step | null = null;
  isSending = false;
  isAskingToStartOver = false;
  /** True for somebody whose finished session was found in this browser. */
  isRecognised = false;
  notice: Notice | null = null;
  connection: 'offline' | 'busy' | null = null;
  fieldFault: TextKey | null = null;
  toast: TextKey | null = null;
  config: SiteConfig | null = null;

  readonly transcript: Transcript;
  readonly storage: SiteStorage;
  readonly confirmation: Confirmation;
  uploads: Uploads;
  private walk = new ConversationWalk(null);
  private visitorName: string | null = null;
  /** Counts restarts: what an earlier conversation still had to say is dropped. */
  private round = 0;
  private resetTimes: number[] = [];
  private toastTimer = 0;
  private prefilled: {name?: string; email?: string} = {};
  private leaving = new AbortController();
  private readonly client: Client;
  private readonly session: VisitorSession;
  private readonly answers: VisitorAnswers;
  private readonly outbox: Outbox;
  private readonly patience = new Patience((error) => this.onWait(error));

  constructor(
    private readonly host: ChatHost,
    api: string,
    site: string,
  ) {
    this.transcript = new Transcript(() => host.requestUpdate());
    this.storage = new SiteStorage(site);
    this.client = new Client(api);
    this.session = new VisitorSession(this.client, this.storage);
    this.answers = new VisitorAnswers(this.storage);
    this.outbox = new Outbox(this.client, this.session, this.answers, {
      dispatch: (event) => host.dispatchEvent(event),
      onDelivered: () => this.onDelivered(),
      onWait: (error) => this.onWait(error),
      onFailure: (error) => this.fail(error),
      onReturn: (session) => this.onSession(session),
    });
    this.confirmation = new Confirmation(this.client, this.session, {
      onChange: () => host.requestUpdate(),
      onSession: (session) => this.onSession(session),
      onFailure: (error) => this.fail(error),
    });
    this.uploads = this.makeUploads();
  }

  get reference() {
    return this.session.uuid;
  }

  get place() {
    return this.step && this.walk.place(this.step);
  }

  get draft() {
    return {
      name: this.answers.name ?? this.prefilled.name ?? '',
      email: this.answers.email ?? this.prefilled.email ?? '',
    };
  }

  async start() {
    const round = ++this.round;
    this.show('arriving');
    this.answers.load();
    const [config, arrival] = await Promise.all([this.loadConfig(), this.session.arrive()]);
    if (round !== this.round) return;
    this.config = config;
    this.walk = new ConversationWalk(config?.conversation);
    this.uploads = this.makeUploads();
    if (arrival.kind === 'back') return this.welcomeBack(arrival.session);
    if (arrival.kind === 'offline') this.onWait(arrival.error);
    if (isEnd(arrival)) {
      if (this.hasResetTooOften()) return this.giveUp();
      this.tellEnded(arrival);
    }
    if (arrival.kind === 'new') this.answers.wipe();
    return this.answers.hasBegun ? this.askWhetherToContinue() : this.begin();
  }

  /** The panel is open and the page visible: waiting for the confirmation makes sense. */
  wake() {
    if (this.state === 'visit' && this.answers.isStale) return void this.startAfter({kind: 'gone'});
    if (this.state === 'pending' && this.stage === 'step') this.confirmation.watch();
  }

  rest() {
    this.confirmation.rest();
  }

  reconnect() {
    this.outbox.hurry();
    this.patience.hurry();
    this.uploads.resume();
  }

  /** Tells the backend that the page is being left, so that it may clean up early. */
  leave() {
    if (this.state === 'visit' && this.answers.hasBegun) this.client.leave();
  }

  /** The page is shown again without having been loaded anew. */
  comeBack() {
    if (this.state === 'visit' && this.step) this.outbox.reach(this.step.id);
  }

  /** Another tab has begun, or forgotten, the session. */
  async followOtherTab() {
    if (!this.session.isStale) return;
    this.halt();
    await this.start();
  }

  halt() {
    this.round++;
    this.leaving.abort();
    this.leaving = new AbortController();
    this.outbox.stop();
    this.confirmation.rest();
    this.uploads.cancelAll();
    clearTimeout(this.toastTimer);
    this.transcript.clear();
    Object.assign(this, {step: null, state: 'visit', isSending: false});
    Object.assign(this, {isRecognised: false, isAskingToStartOver: false});
  }

  prefill(values: {name?: string; email?: string}) {
    this.prefilled = values;
    this.host.requestUpdate();
  }

  async continueVisit() {
    this.visitorSays(({texts}) => texts.goOn);
    await this.goTo(this.walk.first, [({texts}) => texts.goesOn]);
  }

  async giveName(name: string) {
    const step = this.step!;
    const trimmed = name.trim();
    if (!trimmed) return this.showFieldFault('nameRequired');
    if (trimmed.length > MAX_NAME_LENGTH) return this.showFieldFault('nameInvalid');
    this.answers.name = trimmed;
    this.visitorSays(() => trimmed);
    const greeting = ({texts}: Language) => fill(texts, 'niceToMeet', {name: trimmed});
    await this.finish(step, [greeting]);
  }

  async decide(granted: boolean) {
    const step = this.step;
    if (step?.type !== 'consent') return;
    const {tag} = this.host.language;
    const wording = this.wordsOf(step)(this.host.language);
    this.answers.decide({purpose: step.purpose, granted, wording, locale: tag});
    this.visitorSays(({texts}) => (granted ? texts.agree : texts.disagree));
    if (step.purpose === 'personal_data' && !granted) return this.farewell(step);
    await this.finish(step);
  }

  addFiles(files: Iterable<File>) {
    if (this.step?.type !== 'upload') return;
    const accepted = [...files].filter((file) =>
      this.host.dispatchEvent(new MariaFileAcceptEvent(file.size, file.type)),
    );
    return this.uploads.add(accepted);
  }

  async finishFiles() {
    const count = this.uploads.storedCount;
    this.uploads.rows = this.uploads.rows.filter((row) => row.state === 'success');
    this.visitorSays(({texts}) => fill(texts, 'filesDone', {count}));
    await this.finish(this.step!);
  }

  async giveEmail(email: string) {
    const step = this.step!;
    const address = email.trim();
    this.answers.email = address;
    if (!looksLikeEmail(address)) return this.showFieldFault('emailInvalid');
    await this.sending(async () => {
      await this.submit(address);
      this.visitorName = this.answers.name;
      this.answers.handOver();
      this.state = 'pending';
      this.host.dispatchEvent(new MariaSubmittedEvent(this.reference));
      this.visitorSays(() => address);
      await this.finish(step);
    });
  }

  async changeEmail(email: string) {
    if (!looksLikeEmail(email.trim())) return this.showFieldFault('emailInvalid');
    await this.sending(async () => {
      await this.confirmation.changeAddress(email.trim());
      this.showToast('sent');
      if (this.step) this.mariaSays(this.wordsOf(this.step));
    });
  }

  async sendLinkAgain() {
    await this.sending(async () => {
      const outcome = await this.confirmation.resend();
      if (outcome !== 'soon') this.showToast(outcome === 'sent' ? 'sentAgain' : 'sendAgainLater');
    });
  }

  async copyReference() {
    try {
      await navigator.clipboard.writeText(this.reference);
      this.showToast('copied');
    } catch {
      // Refused by the browser or absent over plain HTTP; the reference itself can be selected.
      this.showToast('notCopied');
    }
  }

  /** Discards an unfinished visit; what has been handed in is only forgotten on this device. */
  async startOver(reason: 'visitor' | 'page' = 'visitor', isToContinue = true) {
    const isUnfinished = this.state === 'visit' && this.reference !== '';
    if (!this.reference) this.session.load();
    this.halt();
    this.show('arriving');
    if (isUnfinished) await this.discard();
    this.answers.wipe();
    this.session.forget();
    this.visitorName = null;
    this.notice = null;
    this.host.dispatchEvent(new MariaResetEvent(reason));
    if (isToContinue) await this.start();
  }

  async tryAgain() {
    this.resetTimes = [];
    this.notice = null;
    await this.start();
  }

  showNotice(notice: Notice | null) {
    this.notice = notice;
    this.host.requestUpdate();
  }

  askToStartOver(isAsking: boolean) {
    this.isAskingToStartOver = isAsking;
    this.host.requestUpdate();
  }

  showAddressForm(isChanging: boolean) {
    this.confirmation.isChanging = isChanging;
    this.fieldFault = null;
    this.host.requestUpdate();
  }

  private begin() {
    return this.goTo(this.walk.first);
  }

  private askWhetherToContinue() {
    const name = this.answers.name;
    this.mariaSays(({texts}) => (name ? fill(texts, 'returning', {name}) : texts.returningUnnamed));
    this.show('returning');
  }

  private welcomeBack(session: Session) {
    this.answers.adopt(session);
    this.uploads.restore(session.files);
    if (session.state !== 'visit') return this.onSession(session);
    const hasTrace = session.files.length > 0 || session.consents.length > 0;
    return hasTrace || this.answers.hasBegun ? this.askWhetherToContinue() : this.begin();
  }

  /** What the backend says of the session, at the start or while the confirmation is awaited. */
  private onSession(session: Session) {
    this.connection = null;
    const before = this.state;
    this.state = session.state;
    if (session.state === 'visit') return;
    this.visitorName = session.name;
    if (before === 'visit') this.enterLate(session);
    else if (before === 'pending' && session.state === 'complete') void this.celebrate();
  }

  /** A session that was handed in earlier, in this browser. */
  private enterLate(session: Session) {
    this.round++;
    this.answers.handOver();
    this.confirmation.emailMasked = session.email_masked ?? '';
    if (session.state === 'pending') return this.restAt(this.walk.ofType('verify_email'));
    this.isRecognised = true;
    const name = session.name;
    this.mariaSays(({texts}) => (name ? fill(texts, 'hello', {name}) : texts.helloUnnamed));
    this.restAt(this.walk.ofType('end', 'complete'), true);
  }

  private async celebrate() {
    this.confirmation.rest();
    this.host.dispatchEvent(new MariaCompleteEvent(this.reference));
    await this.goTo(this.walk.ofType('end', 'complete'));
  }

  private async farewell(step: Step) {
    this.uploads.cancelAll();
    this.uploads.rows = [];
    this.answers.name = null;
    this.answers.email = null;
    const named = this.walk.after(step, this.facts);
    const isRefusal = named?.type === 'end' && named.outcome === 'refused';
    await this.goTo(isRefusal ? named : this.walk.ofType('end', 'refused'));
  }

  private async finish(step: Step, remarks: Words[] = []) {
    this.answers.finish(step.id);
    await this.goTo(this.walk.after(step, this.facts), remarks);
  }

  /** Says what there is to say and comes to rest at the next step that needs the visitor. */
  private async goTo(from: Step | null, remarks: Words[] = []) {
    const round = this.round;
    this.fieldFault = null;
    this.step = null;
    this.stage = 'step';
    const {step, spoken} = this.passBy(from);
    for (const words of [...remarks, ...spoken]) {
      await this.transcript.typeFor(this.host.rhythmMs);
      if (round !== this.round) return;
      this.mariaSays(words);
    }
    await this.transcript.typeFor(this.host.rhythmMs);
    if (round === this.round) this.restAt(step);
  }

  /** Steps that need no answer are spoken in passing; a circle of them ends where it began. */
  private passBy(from: Step | null) {
    const spoken: Words[] = [];
    const seen = new Set<Step>();
    let step = from;
    while (step && !seen.has(step) && this.isPassedBy(step)) {
      seen.add(step);
      if (step.type === 'say') spoken.push(this.wordsOf(step));
      // Somebody who comes back has heard what stood before the last answer.
      if (this.answers.isDone(step.id)) spoken.length = 0;
      step = this.walk.after(step, this.facts);
    }
    return {step, spoken};
  }

  private isPassedBy(step: Step) {
    if (step.type === 'verify_email') return this.state !== 'pending';
    return step.type === 'say' || step.type === 'assistant' || this.answers.isDone(step.id);
  }

  private restAt(step: Step | null, isSilent = false) {
    this.transcript.showTyping(false);
    this.step = step ?? {id: 'complete', type: 'end', outcome: 'complete'};
    if (!isSilent) this.mariaSays(this.wordsOf(this.step));
    const place = this.place;
    this.host.dispatchEvent(
      new MariaStepEvent(this.step.id, place?.index ?? null, place?.total ?? null),
    );
    if (this.state === 'visit') this.outbox.reach(this.step.id);
    this.show('step');
    this.wake();
  }

  private wordsOf(step: Step) {
    const name = this.visitorName ?? '';
    return wordsFor(step, {name, email: this.confirmation.emailMasked});
  }

  private async submit(email: string) {
    const {signal} = this.leaving;
    const contact = {name: this.answers.name ?? '', email, locale: this.host.language.tag};
    const attempt = async () => {
      await this.outbox.flush();
      await this.confirmation.submit(contact);
    };
    try {
      await this.patience.insist(attempt, signal);
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'consent_required') throw error;
      this.answers.markAllUnrecorded();
      await this.patience.insist(attempt, signal);
    }
    this.connection = null;
  }

  private async sending(work: () => Promise<void>) {
    const round = this.round;
    Object.assign(this, {isSending: true, fieldFault: null, notice: null});
    this.host.requestUpdate();
    try {
      await work();
    } catch (error) {
      if (round === this.round) this.fail(error);
    } finally {
      this.isSending = false;
      this.host.requestUpdate();
    }
  }

  private async discard() {
    try {
      await this.session.act(() => this.client.call('DELETE', '/api/session'));
    } catch (error) {
      // The visit ends by its idle limit all the same; the visitor need not wait for it.
      if (!endingOf(error)) this.host.dispatchEvent(new MariaErrorEvent(codeOf(error)));
    }
  }

  private onDelivered() {
    this.setConnection(null);
    if (this.step?.type !== 'end' || this.step.outcome !== 'refused') return;
    this.answers.wipe();
    this.session.forget();
    this.host.dispatchEvent(new MariaResetEvent('refused'));
  }

  private onWait(error: ClientError) {
    this.setConnection(error.code === 'offline' ? 'offline' : 'busy');
    if (!error.isTransient) this.report(error);
  }

  private setConnection(connection: Chat['connection']) {
    if (connection === this.connection) return;
    const wasOffline = this.connection === 'offline';
    const isOffline = connection === 'offline';
    this.connection = connection;
    if (wasOffline !== isOffline) this.host.dispatchEvent(new MariaOfflineEvent(isOffline));
    this.host.requestUpdate();
  }

  private fail(error: unknown) {
    const ended = endingOf(error);
    if (ended) return void this.startAfter(ended);
    const code = codeOf(error);
    if (code === 'invalid_email') return this.showFieldFault('emailInvalid');
    if (error instanceof ClientError && error.isTransient) return this.onWait(error);
    this.report(error);
    this.showNotice({key: 'error', kind: 'error'});
  }

  private report(error: unknown) {
    // For the page's developer: the backend's message names the setting to change.
    console.error('Maria Chat:', error);
    this.host.dispatchEvent(new MariaErrorEvent(codeOf(error)));
  }

  private async startAfter(ended: Ended) {
    this.halt();
    if (isEnd(ended)) {
      this.session.forget();
      if (this.hasResetTooOften()) return this.giveUp();
      this.tellEnded(ended);
    }
    await this.start();
  }

  private hasResetTooOften() {
    const now = Date.now();
    this.resetTimes = this.resetTimes.filter((time) => now - time < RESETS_WITHIN_MS);
    return this.resetTimes.push(now) > MOST_RESETS;
  }

  /** Whatever ends one session after the other would end the next one, too. */
  private giveUp() {
    this.answers.wipe();
    this.transcript.showTyping(false);
    this.showNotice({key: 'error', kind: 'error', isRetryable: true});
  }

  private tellEnded({kind}: RealEnd) {
    this.answers.wipe();
    this.notice = {key: kind, kind: kind === 'reset' ? 'error' : 'info'};
    this.host.dispatchEvent(new MariaResetEvent(kind));
  }

  private async loadConfig(): Promise<SiteConfig | null> {
    const {site} = this.storage;
    const path = `/api/sites/${encodeURIComponent(site)}/config?locale=${this.host.language.tag}`;
    try {
      return await this.client.call<SiteConfig>('GET', path);
    } catch (error) {
      // The built-in conversation is walked instead.
      if (error instanceof ClientError && !error.isTransient) this.report(error);
      return null;
    }
  }

  private makeUploads() {
    const limits = this.config?.limits ?? DEFAULT_LIMITS;
    const {client, session, outbox, host} = this;
    return new Uploads(
      {
        maxFiles: limits.max_files,
        minFiles: limits.min_files,
        maxFileBytes: limits.max_file_bytes,
      },
      {
        ...fileTransport({client, session, outbox, dispatch: (event) => host.dispatchEvent(event)}),
        onChange: () => host.requestUpdate(),
        onFailure: (error) => this.onFileFailure(error),
      },
    );
  }

  /** The row tells the reason; only the end of the session concerns more than the row. */
  private onFileFailure(error: unknown) {
    if (endingOf(error)) return this.fail(error);
    this.host.dispatchEvent(new MariaErrorEvent(codeOf(error)));
  }

  private get facts() {
    return this.answers.facts(this.uploads.storedCount);
  }

  private show(stage: Chat['stage']) {
    this.stage = stage;
    this.transcript.showTyping(stage === 'arriving');
  }

  private showFieldFault(key: TextKey) {
    this.fieldFault = key;
    this.host.requestUpdate();
  }

  private showToast(key: TextKey) {
    this.toast = key;
    this.host.requestUpdate();
    clearTimeout(this.toastTimer);
    this.toastTimer = window.setTimeout(() => {
      this.toast = null;
      this.host.requestUpdate();
    }, 4_000);
  }

  private mariaSays(words: Words) {
    this.transcript.say('maria', words);
    this.host.onMariaSpoke();
  }

  private visitorSays(words: Words) {
    this.notice = null;
    this.transcript.say('visitor', words);
  }
}

type RealEnd = Ended & {kind: 'gone' | 'reset'};
const isEnd = (word: {kind: string}): word is RealEnd =>
  word.kind === 'gone' || word.kind === 'reset';

const codeOf = (error: unknown) => (error instanceof ClientError ? error.code : 'internal');
