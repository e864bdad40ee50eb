import type {CSSResult} from 'lit';

import type {Session} from '../../server/contract/sessions.js';
import type {SiteConfig} from '../../server/contract/sites.js';

import {VisitorAnswers} from './flow/answers.js';
import {arrive, comeBack, fetchBack} from './arriving.js';
import type * as backParts from './resume.js';
import {Client, ClientError} from './transport/api-client.js';
import type {ClientHost} from './transport/api-client.js';
import type {Confirmation} from './email/email-verification.js';
import {Drafts} from './flow/drafts.js';
import {Endings} from './lifecycle.js';
import {MariaCompleteEvent} from '../events.js';
import {Guide} from './flow/flow.js';
import type {GuideHost} from './flow/flow.js';
import type * as laterParts from '../element/intake.js';
import {Outbox} from './flow/outbox.js';
import {Patience} from './transport/retry.js';
import {VisitorSession, endingOf} from './session/session.js';
import {Signs} from './status.js';
import type {SignsHost} from './status.js';
import {SiteStorage} from './session/storage.js';
import type {Language} from '../i18n/languages.js';
import type {Talk} from './messages/message-thread.js';
import {Transcript} from './flow/transcript.js';
import type {Words} from './flow/transcript.js';
import type {Uploads} from './uploads/uploads.js';

/** Something that covers the conversation until it is closed. */
export interface Overlay {
  /** Begins once it covers the conversation. */
  load?(): Promise<void>;
  /** True where something within it was left. */
  stepBack?(): boolean;
  view(language: Language): unknown;
}

export interface ChatHost extends GuideHost, SignsHost, ClientHost {
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
  loadLater(): Promise<typeof laterParts>;
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
  isSending = false;
  /** What covers the conversation. */
  overlay: Overlay | null = null;
  /** Something covers the conversation, or does so no longer. */
  onCover: (() => void) | null = null;
  /** There is something for the other tabs to look at. */
  tellTabs: (() => void) | null = null;
  /** Asks the backend how things stand, now or when somebody is there to see it. */
  look: (() => void) | null = null;
  /** Aborted when the element leaves the page, or the page is left. */
  here: AbortSignal | null = null;
  /** What is written to and fro; null until the visitor may write. */
  talk: Talk | null = null;
  /** What the page would have the visitor say, until they may. */
  saidEarly = '';
  /** True for somebody whose finished session was found in this browser. */
  isRecognised = false;
  config: SiteConfig | null = null;
  /** As the backend keeps it, once the session has been handed in. */
  visitorName: string | null = null;
  later: typeof laterParts | null = null;
  /** Null as long as nobody has come back. */
  back: typeof backParts | null = null;
  /** Both are null until they have been fetched, which every step that needs them waits for. */
  uploads: Uploads | null = null;
  confirmation: Confirmation | null = null;

  readonly storage: SiteStorage;
  readonly drafts: Drafts;
  readonly client: Client;
  readonly session: VisitorSession;
  readonly answers: VisitorAnswers;
  readonly transcript: Transcript;
  readonly signs: Signs;
  readonly guide: Guide;
  readonly outbox: Outbox;
  readonly patience: Patience;
  readonly endings = new Endings(this);
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
        this.signs.setConnection(this.client.isSlow ? 'slow' : null);
        if (isChange) this.tellTabs?.();
      },
      onSlow: (isSlow: boolean) => this.signs.showSlow(isSlow),
    };
    this.client = new Client(api, watcher, host);
    this.session = new VisitorSession(this.client, this.storage);
    this.answers = new VisitorAnswers(this.storage);
    this.transcript = new Transcript(() => host.requestUpdate());
    this.signs = new Signs(host);
    this.patience = new Patience((error) => this.signs.wait(error));
    this.guide = new Guide(host, this.transcript, this.answers, {
      facts: () => this.facts,
      values: () => ({
        name: this.name ?? '',
        email: this.confirmation?.emailMasked ?? '',
        greeting: host.greeting ?? '',
        isDelayed: this.confirmation?.isDelayed ?? false,
      }),
      isPending: () => this.state === 'pending',
      prepare: async (step) => {
        this.signs.blame(null);
        return (step?.type === 'ask' && step.field === 'name') || this.equip();
      },
      onRest: (step) => {
        // Another tab may have answered while Maria was typing.
        if (this.answers.isDone(step.id)) return void this.catchUp();
        // What was erased is not to be followed by a session that nobody has asked for.
        const isErased = !this.reference && step.type === 'end';
        if (this.state === 'visit' && !isErased) this.outbox.reach(step.id);
        if (this.uploads) void this.host.loadLater().then(({joinTalk}) => joinTalk(this));
        this.wake();
      },
    });
    this.outbox = new Outbox(this.client, this.session, this.answers, {
      dispatch: (event) => host.dispatchEvent(event),
      onDelivered: () => {
        this.endings.forgetRefusal();
      },
      onWait: (error) => this.signs.wait(error),
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
  get facts() {
    return this.answers.facts(this.uploads?.storedCount ?? 0);
  }

  /** Aborted when this conversation ends. */
  get signal() {
    return this.leaving.signal;
  }

  start() {
    return arrive(this);
  }

  /** The panel is open and the page visible: waiting for the confirmation makes sense. */
  wake() {
    if (this.state === 'pending' && this.guide.stage === 'step') this.confirmation?.watch();
  }

  rest() {
    this.confirmation?.rest();
  }

  disconnect() {
    this.signs.setConnection('offline');
    this.uploads?.hold();
  }

  reconnect() {
    this.outbox.hurry();
    if (!this.reference) this.signs.setConnection(null);
    // With nothing to tell, too: that the line is back.
    this.outbox.nudge();
    this.patience.hurry();
    this.uploads?.resume();
  }

  /** Tells the backend that the page is being left, so that it may clean up early. */
  leave() {
    if (this.state !== 'visit' || !this.answers.hasBegun) return;
    this.client.leave();
    // Whoever looks from another tab is still there.
    this.tellTabs?.();
  }

  /** Another tab has begun, or forgotten, the session. */
  async followOtherTab() {
    const {answers, session} = this;
    if (!session.uuid) answers.reload();
    // Nobody is torn from a goodbye before there is something to follow.
    if (!session.isStale || !(session.uuid || answers.hasBegun)) return;
    this.halt();
    await this.start();
  }

  /** What was answered in another tab is told here as well, before it goes on. */
  async catchUp() {
    const {guide} = this;
    const {round} = guide;
    (await fetchBack(this))?.retell(this);
    if (round === guide.round) await guide.begin();
  }

  halt() {
    this.leaving.abort();
    this.leaving = new AbortController();
    this.guide.halt();
    this.outbox.stop();
    this.confirmation?.rest();
    this.uploads?.clear();
    this.drafts.clear();
    this.signs.showToast(null);
    Object.assign(this, {
      state: 'visit',
      isSending: false,
      isRecognised: false,
      visitorName: null,
      uploads: null,
      confirmation: null,
      talk: null,
      saidEarly: '',
    });
    this.cover(null);
  }

  prefill(values: {name?: string; email?: string}) {
    this.prefilled = values;
    this.host.requestUpdate();
  }

  cover(overlay: Overlay | null) {
    this.overlay = overlay;
    void overlay?.load?.();
    this.onCover?.();
    this.host.requestUpdate();
  }

  /** What lies on top goes first: a dialog, then a correction. False when there is neither. */
  stepBack() {
    const {confirmation, guide, overlay, signs} = this;
    if (overlay?.stepBack?.()) return true;
    if (overlay) this.cover(null);
    // While Maria goes back to the question there is nothing to leave yet.
    else if (guide.reopened) {
      this.drafts.delete('name');
      void (guide.step && guide.finish(guide.reopened));
    } else if (confirmation?.isChanging) {
      confirmation.isChanging = confirmation.isDoubted = false;
      this.drafts.delete('email');
      signs.blame(null);
    } else return false;
    return true;
  }

  /** Work that the visitor waits for, with the field that asked for it held still. */
  async sending(work: () => Promise<void>) {
    if (this.isSending) return;
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
    this.transcript.say('visitor', words, this.guide.step?.id);
  }

  fail(error: unknown) {
    const {signs} = this;
    const ended = endingOf(error);
    if (ended) return void this.endings.startAfter(ended);
    if (error instanceof ClientError) {
      if (error.code === 'invalid_email') return signs.blame('emailInvalid');
      if (error.isTransient) return signs.wait(error);
    }
    signs.report(error);
    signs.notify({key: 'error', kind: 'error'});
  }

  /** What the backend says of the session, at the start or while the confirmation is awaited. */
  async onSession(session: Session) {
    const before = this.state;
    this.state = session.state;
    if (session.state === 'visit') return;
    if (this.confirmation) this.confirmation.isDelayed = session.delayed;
    this.visitorName = session.name;
    if (before === 'visit') await comeBack(this, session);
    else if (before === 'pending' && session.state === 'complete') await this.celebrate();
  }

  private async celebrate() {
    this.confirmation?.rest();
    this.host.dispatchEvent(new MariaCompleteEvent(this.reference));
    await this.guide.goTo(this.guide.walk.ofType('end', 'complete'));
  }

  /** Null when the rest of the conversation could not be fetched; the visitor may try again. */
  async equip() {
    try {
      const later = (this.later = await this.host.loadLater());
      this.uploads ??= later.makeUploads(this);
      this.confirmation ??= later.makeConfirmation(this);
      return later;
    } catch {
      this.endings.giveUp('notLoaded');
      return null;
    }
  }
}
