import type {Session} from '../server/contract/sessions.js';
import type {SiteConfig} from '../server/contract/sites.js';

import {VisitorAnswers} from './answers.js';
import {Client, ClientError} from './client.js';
import type {Confirmation} from './confirmation.js';
import {ConversationWalk} from './conversation.js';
import {MariaCompleteEvent, MariaResetEvent} from './events.js';
import {Guide} from './guide.js';
import type {GuideHost} from './guide.js';
import type * as laterParts from './later.js';
import {Outbox} from './outbox.js';
import {Patience} from './patience.js';
import {VisitorSession, endingOf, isRefused} from './session.js';
import type {Ended} from './session.js';
import {Signs} from './signs.js';
import type {SignsHost} from './signs.js';
import {SiteStorage} from './storage.js';
import {fill} from './texts.js';
import type {Language} from './texts.js';
import {Transcript} from './transcript.js';
import type {Words} from './transcript.js';
import type {Uploads} from './uploads.js';

const MOST_RESETS = 2;
const RESETS_WITHIN_MS = 60_000;

export interface ChatHost extends GuideHost, SignsHost {
  readonly language: Language;
  readonly greeting: string | null;
  readonly privacyUrl: string | null;
  readonly maxFiles: number | null;
  readonly maxFileSize: number | null;
  /** What is needed after the first answer. */
  loadLater(): Promise<typeof laterParts>;
}

/**
 * The visitor's way from the first hello to the reference: how it begins, is taken up again, and
 * ends. What the visitor does on it stands in `actions/`. It knows no DOM.
 */
export class Chat {
  state: Session['state'] = 'visit';
  isSending = false;
  isAskingToStartOver = false;
  /** True for somebody whose finished session was found in this browser. */
  isRecognised = false;
  config: SiteConfig | null = null;
  /** As the backend keeps it, once the session has been handed in. */
  visitorName: string | null = null;
  /** Both are null until they have been fetched, which every step that needs them waits for. */
  uploads: Uploads | null = null;
  confirmation: Confirmation | null = null;

  readonly storage: SiteStorage;
  readonly client: Client;
  readonly session: VisitorSession;
  readonly answers: VisitorAnswers;
  readonly transcript: Transcript;
  readonly signs: Signs;
  readonly guide: Guide;
  readonly outbox: Outbox;
  readonly patience: Patience;
  private resetTimes: number[] = [];
  private prefilled: {name?: string; email?: string} = {};
  private leaving = new AbortController();

  constructor(
    readonly host: ChatHost,
    api: string,
    site: string,
  ) {
    this.storage = new SiteStorage(site);
    this.client = new Client(api);
    this.session = new VisitorSession(this.client, this.storage);
    this.answers = new VisitorAnswers(this.storage);
    this.transcript = new Transcript(() => host.requestUpdate());
    this.signs = new Signs(host);
    this.patience = new Patience((error) => this.signs.wait(error));
    this.guide = new Guide(host, this.transcript, this.answers, {
      facts: () => this.facts,
      values: () => ({
        name: this.visitorName ?? '',
        email: this.confirmation?.emailMasked ?? '',
        greeting: host.greeting ?? '',
      }),
      isPending: () => this.state === 'pending',
      prepare: async (step) => {
        this.signs.blame(null);
        return (step?.type === 'ask' && step.field === 'name') || this.isEquipped();
      },
      onRest: (step) => {
        if (this.state === 'visit') this.outbox.reach(step.id);
        this.wake();
      },
    });
    this.outbox = new Outbox(this.client, this.session, this.answers, {
      dispatch: (event) => host.dispatchEvent(event),
      onDelivered: () => this.onDelivered(),
      onWait: (error) => this.signs.wait(error),
      onFailure: (error) => this.fail(error),
      onReturn: (session) => void this.onSession(session),
    });
  }

  get reference() {
    return this.session.uuid;
  }

  get draft() {
    return {
      name: this.answers.name ?? this.prefilled.name ?? '',
      email: this.answers.email ?? this.prefilled.email ?? '',
    };
  }

  /** What conditions of the conversation read. */
  get facts() {
    return this.answers.facts(this.uploads?.storedCount ?? 0);
  }

  /** Aborted when this conversation ends. */
  get signal() {
    return this.leaving.signal;
  }

  async start() {
    const {guide} = this;
    const round = ++guide.round;
    guide.show('arriving');
    this.answers.load();
    const [config, arrival] = await Promise.all([this.loadConfig(), this.session.arrive()]);
    if (round !== guide.round) return;
    this.config = config;
    guide.walk = new ConversationWalk(config?.conversation);
    if (arrival.kind === 'back') return this.welcomeBack(arrival.session);
    if (arrival.kind === 'refused') return this.turnAway(arrival.error);
    if (arrival.kind === 'offline') this.signs.wait(arrival.error);
    if (isEnd(arrival)) {
      if (this.hasResetTooOften()) return this.giveUp();
      this.tellEnded(arrival);
    }
    if (arrival.kind === 'new') this.answers.wipe();
    return this.answers.hasBegun ? this.askWhetherToContinue() : guide.begin();
  }

  /** The panel is open and the page visible: waiting for the confirmation makes sense. */
  wake() {
    if (this.state === 'visit' && this.answers.isStale) return void this.startAfter({kind: 'gone'});
    if (this.state === 'pending' && this.guide.stage === 'step') this.confirmation?.watch();
  }

  rest() {
    this.confirmation?.rest();
  }

  reconnect() {
    this.outbox.hurry();
    this.patience.hurry();
    this.uploads?.resume();
  }

  /** Tells the backend that the page is being left, so that it may clean up early. */
  leave() {
    if (this.state === 'visit' && this.answers.hasBegun) this.client.leave();
  }

  /** The page is shown again without having been loaded anew. */
  comeBack() {
    const {step} = this.guide;
    if (this.state === 'visit' && step) this.outbox.reach(step.id);
  }

  /** Another tab has begun, or forgotten, the session. */
  async followOtherTab() {
    if (!this.session.isStale) return;
    this.halt();
    await this.start();
  }

  halt() {
    this.leaving.abort();
    this.leaving = new AbortController();
    this.guide.halt();
    this.outbox.stop();
    this.confirmation?.rest();
    this.uploads?.clear();
    this.signs.showToast(null);
    Object.assign(this, {state: 'visit', isSending: false, uploads: null, confirmation: null});
    Object.assign(this, {isRecognised: false, isAskingToStartOver: false});
  }

  prefill(values: {name?: string; email?: string}) {
    this.prefilled = values;
    this.host.requestUpdate();
  }

  async continueVisit() {
    this.visitorSays(({texts}) => texts.goOn);
    await this.guide.begin([({texts}) => texts.goesOn]);
  }

  /** Discards an unfinished visit; what has been handed in is only forgotten on this device. */
  async startOver(reason: 'visitor' | 'page' = 'visitor', isToContinue = true) {
    const isUnfinished = this.state === 'visit' && this.reference !== '';
    if (!this.reference) this.session.load();
    this.halt();
    this.guide.show('arriving');
    if (isUnfinished) await this.discard();
    this.answers.wipe();
    this.session.forget();
    this.visitorName = null;
    this.signs.notify(null);
    this.host.dispatchEvent(new MariaResetEvent(reason));
    if (isToContinue) await this.start();
  }

  async tryAgain() {
    this.halt();
    this.resetTimes = [];
    this.signs.notify(null);
    await this.start();
  }

  askToStartOver(isAsking: boolean) {
    this.isAskingToStartOver = isAsking;
    this.host.requestUpdate();
  }

  /** Work that the visitor waits for, with the field that asked for it held still. */
  async sending(work: () => Promise<void>) {
    const {round} = this.guide;
    this.isSending = true;
    this.signs.blame(null);
    this.signs.notify(null);
    try {
      await work();
    } catch (error) {
      if (round === this.guide.round) this.fail(error);
    } finally {
      this.isSending = false;
      this.host.requestUpdate();
    }
  }

  visitorSays(words: Words) {
    this.signs.notify(null);
    this.transcript.say('visitor', words);
  }

  fail(error: unknown) {
    const {signs} = this;
    const ended = endingOf(error);
    if (ended) return void this.startAfter(ended);
    if (error instanceof ClientError) {
      if (error.code === 'invalid_email') return signs.blame('emailInvalid');
      if (error.isTransient) return signs.wait(error);
    }
    signs.report(error);
    signs.notify({key: 'error', kind: 'error'});
  }

  /** What the backend says of the session, at the start or while the confirmation is awaited. */
  async onSession(session: Session) {
    this.signs.setConnection(null);
    const before = this.state;
    this.state = session.state;
    if (session.state === 'visit') return;
    this.visitorName = session.name;
    if (before === 'visit') await this.enterLate(session);
    else if (before === 'pending' && session.state === 'complete') await this.celebrate();
  }

  /** Whoever set the page up is told why; the visitor, that it is not for them to mend. */
  private turnAway(error: ClientError) {
    this.transcript.showTyping(false);
    this.signs.report(error);
    this.signs.notify({key: 'notHere', kind: 'error'});
  }

  private askWhetherToContinue() {
    const name = this.answers.name;
    this.guide.say(({texts}) => (name ? fill(texts, 'returning', {name}) : texts.returningUnnamed));
    this.guide.show('returning');
  }

  private async welcomeBack(session: Session) {
    this.answers.adopt(session);
    if (session.state !== 'visit') return this.onSession(session);
    const {round} = this.guide;
    const hasTrace = session.files.length > 0 || session.consents.length > 0;
    if (!hasTrace && !this.answers.hasBegun) return this.guide.begin();
    if (!(await this.isEquipped()) || round !== this.guide.round) return;
    this.uploads!.restore(session.files);
    this.askWhetherToContinue();
  }

  /** A session that was handed in earlier, in this browser. */
  private async enterLate(session: Session) {
    const {guide} = this;
    const round = ++guide.round;
    this.answers.handOver();
    if (!(await this.isEquipped()) || round !== guide.round) return;
    this.uploads!.restore(session.files);
    this.confirmation!.emailMasked = session.pending_email_masked ?? session.email_masked ?? '';
    if (session.state === 'pending') return guide.restAt(guide.walk.ofType('verify_email'));
    this.isRecognised = true;
    const name = session.name;
    guide.say(({texts}) => (name ? fill(texts, 'hello', {name}) : texts.helloUnnamed));
    guide.restAt(guide.walk.ofType('end', 'complete'), true);
  }

  private async celebrate() {
    this.confirmation?.rest();
    this.host.dispatchEvent(new MariaCompleteEvent(this.reference));
    await this.guide.goTo(this.guide.walk.ofType('end', 'complete'));
  }

  /** False when the rest of the conversation could not be fetched; the visitor may try again. */
  private async isEquipped() {
    try {
      const {makeConfirmation, makeUploads} = await this.host.loadLater();
      this.uploads ??= makeUploads(this);
      this.confirmation ??= makeConfirmation(this);
      return true;
    } catch {
      this.giveUp();
      return false;
    }
  }

  private async discard() {
    try {
      await this.session.act(() => this.client.call('DELETE', '/api/session'));
    } catch (error) {
      // The visit ends by its idle limit all the same; the visitor need not wait for it.
      if (!endingOf(error)) this.signs.tell(error);
    }
  }

  private onDelivered() {
    this.signs.setConnection(null);
    const {step} = this.guide;
    if (step?.type !== 'end' || step.outcome !== 'refused') return;
    // What was under way when the visitor refused has carried no word of the refusal.
    if (this.answers.unrecorded.length > 0) return;
    this.answers.wipe();
    this.session.forget();
    this.host.dispatchEvent(new MariaResetEvent('refused'));
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

  /** Whatever ends one session after the other would end the next one, too. */
  private hasResetTooOften() {
    const now = Date.now();
    this.resetTimes = this.resetTimes.filter((time) => now - time < RESETS_WITHIN_MS);
    const isTooOften = this.resetTimes.push(now) > MOST_RESETS;
    if (isTooOften) this.answers.wipe();
    return isTooOften;
  }

  /** The conversation stops here, until the visitor asks for another attempt. */
  private giveUp() {
    this.transcript.showTyping(false);
    this.signs.notify({key: 'error', kind: 'error', isRetryable: true});
  }

  private tellEnded({kind}: RealEnd) {
    this.answers.wipe();
    this.signs.notify({key: kind, kind: kind === 'reset' ? 'error' : 'info'});
    this.host.dispatchEvent(new MariaResetEvent(kind));
  }

  private async loadConfig(): Promise<SiteConfig | null> {
    const {site} = this.storage;
    const path = `/api/sites/${encodeURIComponent(site)}/config?locale=${this.host.language.tag}`;
    try {
      return await this.client.call<SiteConfig>('GET', path);
    } catch (error) {
      // The built-in conversation is walked instead.
      if (error instanceof ClientError && !error.isTransient && !isRefused(error)) {
        this.signs.report(error);
      }
      return null;
    }
  }
}

type RealEnd = Ended & {kind: 'gone' | 'reset'};
const isEnd = (word: {kind: string}): word is RealEnd =>
  word.kind === 'gone' || word.kind === 'reset';
