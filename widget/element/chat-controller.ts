import type {ReactiveController} from '@lit/reactive-element';

import {createChat} from '../core/chat.js';
import type {Chat} from '../core/chat.js';
import type {ChatHost, ChatSettings} from '../core/chat-host.js';
import {THREAD_KEY} from '../core/flow/answers.js';
import {isSendable} from '../core/messages/message-length.js';
import type {Messaging} from '../core/messages/messaging.js';
import type {Interceptor} from '../core/transport/api-client.js';
import {MariaErrorEvent} from '../events.js';
import {DialogHost} from '../ui/dialog-host.js';
import type {PageConnection} from '../ui/page/page-events.js';
import type {PanelHost} from '../ui/page/panel-host.js';
import type {ProgressAnnouncer} from '../ui/steps/progress-announcer.js';
import type {ViewContext} from '../ui/view-context.js';
import {browserPlatform} from './browser-platform.js';
import {createLanguageController} from './language-controller.js';
import type {LanguageController} from './language-controller.js';
import {LazyParts} from './lazy-parts.js';

const TYPING_MS = 420;

/** Functions and state that the controller needs from its element. */
export type ChatElement = HTMLElement &
  ChatSettings &
  PanelHost & {
    readonly site: string;
    readonly api: string;
    readonly chosenLang: string | null;
    readonly unreadCount: number;
    readonly updateComplete: Promise<unknown>;
    setUnread(count: number): void;
  };

/** Owns the conversation of one element: creates it, connects it with the page, and lets it go. */
export class ChatController implements ChatHost, ReactiveController {
  readonly settings: ChatSettings;
  readonly parts: Readonly<LazyParts> = new LazyParts(this);
  readonly dialogs: Readonly<DialogHost> = new DialogHost(this);
  readonly languages: LanguageController = createLanguageController(this);
  /** Null before the first opening. */
  chat: Chat | null = null;
  /** Null until the live conversation has been loaded. */
  messaging: Readonly<Messaging> | null = null;
  /** True while files are held over the panel. */
  isDropping = false;
  interceptor?: Interceptor;
  prefilled: {name?: string; email?: string} = {};
  private isStarted = false;
  private page: PageConnection | null = null;
  private announcer: ProgressAnnouncer | null = null;
  private listening = new AbortController();

  constructor(readonly element: ChatElement) {
    this.settings = element;
  }

  get language() {
    return this.languages.current;
  }

  /** Visitors who have asked for less motion do not wait. */
  get typingMs() {
    return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : TYPING_MS;
  }

  get isAttended() {
    return this.element.isOpen && !document.hidden;
  }

  /** Text for screen readers about the progress of uploads. Those of a step that is done are no news. */
  get announcement() {
    return this.chat?.flow.step?.type === 'upload' ? this.announcer?.text : '';
  }

  get state() {
    return this.chat?.state;
  }

  get texts() {
    return this.language?.texts;
  }

  /** The context of the views is this controller, once there is something to show. */
  get viewContext() {
    return this.chat && this.language ? (this as ViewContext) : null;
  }

  /** Starts the conversation, or continues to wait for the confirmation. */
  start() {
    const chat = this.create();
    if (this.isStarted) return chat.startPolling();
    this.isStarted = true;
    this.hostConnected();
    void chat.lifecycle.start();
  }

  /** Returns the conversation, without starting it. */
  create(): Chat {
    return (this.chat ??= createChat({
      api: this.element.api.replace(/\/$/, ''),
      site: this.element.site,
      platform: browserPlatform,
      host: this,
      loaders: this.parts,
    }));
  }

  drop() {
    this.chat?.reset();
    this.forget();
  }

  /** Lets a conversation go that has been reset. */
  forget() {
    this.hostDisconnected();
    this.chat = this.messaging = null;
    this.isStarted = false;
  }

  prefill(values: {name?: string; email?: string}) {
    this.prefilled = values;
    this.onChange();
  }

  /** Leaves a dialog, or a change of an answer. Returns nothing or false if there is neither. */
  stepBack() {
    const {chat, dialogs, parts} = this;
    return dialogs.stepBack() || (chat && parts.intake?.cancelChange(chat));
  }

  /** Connects the conversation with the page, once its code is loaded. */
  hostConnected() {
    this.hostDisconnected();
    const {chat, element, parts} = this;
    if (!chat || !element.isConnected) return;
    if (!parts.intake) return this.loadIntakeOnUse();
    const {signal} = this.listening;
    this.page = parts.intake.connectPage(chat, this, signal);
    this.messaging?.connect(signal);
  }

  hostDisconnected() {
    this.listening.abort();
    this.listening = new AbortController();
    this.page = null;
  }

  hostUpdated() {
    const {chat, language} = this;
    this.page?.guardLeaving();
    if (!chat?.uploads || !language) return;
    if (this.announcer?.update(chat.uploads.rows, language)) this.onChange();
  }

  onIntake() {
    this.announcer = this.parts.intake!.createAnnouncer();
    this.hostConnected();
    this.checkAttributes();
    this.onChange();
  }

  /** Warns the page's developer about attributes that have no effect. */
  checkAttributes() {
    void this.parts.intake?.checkAttributes(this.element, this.onLoadError);
  }

  readonly whenUpdated = () => this.element.updateComplete;

  async reconsider() {
    await (await this.loadMessaging())?.reconsider();
  }

  async openMessaging() {
    (await this.loadMessaging())?.open();
  }

  /** Sends a waiting question. Otherwise opens the live conversation if it is needed here. */
  async continueMessaging() {
    const {flow, state, storage} = this.chat!;
    const {isAsking, phase, step} = state;
    const isNeeded = isAsking || step?.type === 'assistant' || storage.get(THREAD_KEY);
    if (isNeeded && phase !== 'starting' && !flow.isRefused) {
      await (await this.loadMessaging())?.resume();
    }
  }

  async sendDraft() {
    const {chat} = this;
    if (!isSendable(chat?.drafts.get('message'))) return;
    chat!.setIntent({isAsking: true});
    await (await this.loadMessaging())?.sendWaiting();
  }

  /** Sends a text of the page for the visitor. It waits in the field until the visitor may write. */
  async sendMessage(text: string) {
    const chat = this.create();
    const messaging = await this.loadMessaging();
    if (messaging?.send(text)) return;
    chat.drafts.addMessage(text);
    chat.setIntent({isWriting: true});
  }

  /** Applies what the visitor has chosen, here or in another tab. */
  applySettings() {
    this.onChange();
    void this.languages.load();
  }

  adopt(sheets: CSSStyleSheet[]) {
    const {adoptedStyleSheets} = this.root;
    for (const sheet of sheets)
      if (!adoptedStyleSheets.includes(sheet)) adoptedStyleSheets.push(sheet);
  }

  setDropping(isDropping: boolean) {
    this.isDropping = isDropping;
    this.onChange();
  }

  onChange() {
    this.element.requestUpdate();
  }

  emit(event: Event) {
    return this.element.dispatchEvent(event);
  }

  onMariaSpoke(isAudible = true) {
    const {chat, element, parts} = this;
    if (!element.isOpen) element.setUnread(element.unreadCount + 1);
    if (chat && isAudible) parts.intake?.chimeUnseen(this.isAttended, chat.storage);
  }

  onStep() {
    void this.continueMessaging();
  }

  onMayWrite() {
    if (this.state!.isAsking) void this.continueMessaging();
  }

  onReset(hasEnded?: boolean) {
    this.messaging?.reset(hasEnded);
    this.dialogs.close();
  }

  onBackendChange() {
    this.page?.notifyTabs();
  }

  readonly onLoadError = (error: unknown) => {
    console.error('Maria Chat:', error);
    this.emit(new MariaErrorEvent(navigator.onLine ? 'unavailable' : 'offline'));
    return undefined;
  };

  /** Most of the code is not needed before the visitor does something, except for a full screen. */
  private loadIntakeOnUse() {
    const load = () => void this.parts.loadIntake().catch(() => undefined);
    if (this.element.isFullScreen) return load();
    const options = {once: true, signal: this.listening.signal};
    for (const type of ['pointerdown', 'click', 'keydown', 'dragenter', 'paste']) {
      this.root.addEventListener(type, load, options);
    }
    // Another tab has changed what this browser stores, or the connection works again.
    for (const type of ['storage', 'online']) window.addEventListener(type, load, options);
  }

  /** Returns null if the code cannot be loaded, or is no longer needed. */
  private async loadMessaging() {
    const chat = this.create();
    const {signal, status} = chat;
    try {
      const {createMessaging} = await this.parts.loadMessages();
      if (signal.aborted) return null;
      status.showMissing(false);
      if (!this.messaging) {
        this.messaging = createMessaging(chat, () => this.page?.refresh());
        if (this.page) this.messaging.connect(this.listening.signal);
      }
      return this.messaging;
    } catch (error) {
      if (signal.aborted) return null;
      this.onLoadError(error);
      chat.setIntent({isAsking: false});
      status.showMissing(true);
      return null;
    }
  }

  private get root() {
    return this.element.renderRoot as ShadowRoot;
  }
}
