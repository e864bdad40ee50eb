import type {CSSResult} from 'lit';

import {Chat} from '../core/chat.js';
import type {ChatHost, ChatSettings} from '../core/chat-host.js';
import type {Messaging} from '../core/messages/messaging.js';
import type {Interceptor} from '../core/transport/api-client.js';
import {MariaErrorEvent} from '../events.js';
import type {Language} from '../i18n/languages.js';
import {DialogHost} from '../ui/dialog-host.js';
import type {DialogControls} from '../ui/dialog-host.js';
import type {PageConnection} from '../ui/page/page-events.js';
import type {PanelHost} from '../ui/page/panel-host.js';
import type {ProgressAnnouncer} from '../ui/steps/progress-announcer.js';
import type {ViewContext} from '../ui/view-context.js';
import {browserPlatform} from './browser-platform.js';
import {createDialogControls} from './dialog-controls.js';
import {LanguageController} from './language-controller.js';
import type {LanguageHost} from './language-controller.js';
import {LazyParts} from './lazy-parts.js';

const TYPING_MS = 420;

/** What the controller asks of its element. */
export interface ChatElement extends PanelHost {
  readonly site: string;
  readonly api: string;
  readonly settings: ChatSettings;
  readonly chosenLang: string | null;
  readonly updateComplete: Promise<unknown>;
  onNoLanguage(): void;
  onIntake(): void;
  addUnread(): void;
}

/** Owns the conversation of one element: creates it, connects it with the page, and lets it go. */
export class ChatController implements ChatHost, LanguageHost {
  readonly parts: LazyParts;
  readonly dialogs = new DialogHost();
  readonly dialogControls: DialogControls;
  readonly languages: LanguageController;
  private current: Chat | null = null;
  private isStarted = false;
  private messagingOfChat: Messaging | null = null;
  private page: PageConnection | null = null;
  private announcer: ProgressAnnouncer | null = null;
  private currentInterceptor: Interceptor | undefined;
  private prefilled: {name?: string; email?: string} = {};
  private listening = new AbortController();

  constructor(private readonly element: ChatElement) {
    this.languages = new LanguageController(this);
    this.dialogControls = createDialogControls(this);
    this.dialogs.addEventListener('change', () => this.onChange());
    this.parts = new LazyParts({
      adopt: (sheets) => this.adopt(sheets),
      onLoadError: (error) => this.onLoadError(error),
      onLoaded: () => {
        if (element.isConnected) this.listen();
        element.onIntake();
        element.requestUpdate();
      },
    });
  }

  /** Null before the first opening. */
  get chat() {
    return this.current;
  }

  /** Null until the code after the first answer has been loaded. */
  get messaging() {
    const {chat} = this;
    const {intake} = this.parts;
    if (!chat || !intake) return null;
    return (this.messagingOfChat ??= new intake.Messaging({
      chat,
      loadThread: async () => {
        const {createThread} = await this.parts.loadMessages();
        return () => createThread(chat, () => this.page?.refresh());
      },
    }));
  }

  /** Texts for screen readers about the progress of uploads. */
  get announcement() {
    // Uploads of a step that is done are no news.
    return this.chat?.flow.step?.type === 'upload' ? (this.announcer?.text ?? '') : '';
  }

  /** What views get; null while there is nothing to show. */
  get viewContext(): ViewContext | null {
    const {chat, language} = this;
    if (!chat || !language) return null;
    return {
      chat,
      state: chat.state,
      language,
      dialogs: this.dialogControls,
      messaging: this.messaging,
      messageViews: this.parts.messages,
      whenUpdated: () => this.whenUpdated(),
    };
  }

  /** Starts the conversation, or continues to wait for the confirmation. */
  start() {
    const chat = this.create();
    void this.parts.loadIntake().catch(() => undefined);
    if (this.isStarted) return chat.startPolling();
    this.isStarted = true;
    this.listen();
    void chat.lifecycle.start();
  }

  /** Leaves a dialog, or a change of an answer. Returns false if there is neither. */
  stepBack() {
    const {chat, parts} = this;
    return this.dialogs.stepBack() || Boolean(chat && parts.intake?.cancelChange(chat));
  }

  /** Returns the conversation, without starting it. */
  create() {
    if (this.current) return this.current;
    const {element} = this;
    const chat = new Chat({
      api: element.api.replace(/\/$/, ''),
      site: element.site,
      platform: browserPlatform,
      host: this,
      loaders: {intake: () => this.parts.loadIntake(), resume: () => this.parts.loadResume()},
    });
    chat.prefill(this.prefilled);
    return (this.current = chat);
  }

  drop() {
    this.current?.reset();
    this.forget();
  }

  /** Lets a conversation go that has been reset. */
  forget() {
    this.stopListening();
    this.current = this.messagingOfChat = null;
    this.isStarted = false;
  }

  prefill(values: {name?: string; email?: string}) {
    this.prefilled = values;
    this.chat?.prefill(values);
  }

  /** Listens to the page while there is a conversation and the element is on the page. */
  listen() {
    this.stopListening();
    const {chat, dialogs, element, messaging} = this;
    const {intake} = this.parts;
    if (!chat || !intake || !messaging) return;
    const deps = {chat, dialogs, messaging, whenUpdated: () => this.whenUpdated()};
    this.page = new intake.PageConnection(element, deps, this.listening.signal);
  }

  stopListening() {
    this.listening.abort();
    this.listening = new AbortController();
    this.page = null;
  }

  /** To be called after each update of the element. */
  onUpdated() {
    const {chat, language, parts} = this;
    this.page?.onUpdated();
    if (!chat?.uploads || !language || !parts.intake) return;
    this.announcer ??= new parts.intake.ProgressAnnouncer();
    const before = this.announcement;
    this.announcer.update(chat.uploads.rows, language);
    if (this.announcement !== before) this.onChange();
  }

  whenUpdated() {
    return this.element.updateComplete;
  }

  /** Applies what the visitor has chosen, here or in another tab. */
  applySettings() {
    if (this.chat) this.parts.intake?.applySettings(this.root, this.chat.storage);
    void this.languages.load();
  }

  adopt(sheets: CSSResult[]) {
    const {adoptedStyleSheets} = this.root;
    for (const {styleSheet} of sheets)
      if (!adoptedStyleSheets.includes(styleSheet!)) adoptedStyleSheets.push(styleSheet!);
  }

  /** Called by the debug panel. */
  setInterceptor(interceptor: Interceptor) {
    this.currentInterceptor = interceptor;
  }

  /** Called by the debug panel. */
  onConnection(isOnline: boolean) {
    const {chat, parts} = this;
    if (chat && parts.intake) parts.intake[isOnline ? 'goOnline' : 'goOffline'](chat);
  }

  get interceptor() {
    return this.currentInterceptor;
  }

  get settings() {
    return this.element.settings;
  }

  get site() {
    return this.element.site;
  }

  get chosenLang() {
    return this.element.chosenLang;
  }

  get language(): Language | null {
    return this.languages.language;
  }

  get wantedLanguage() {
    return this.languages.wanted;
  }

  /** Visitors who have asked for less motion do not wait. */
  get typingMs() {
    return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : TYPING_MS;
  }

  get isAttended() {
    return this.element.isOpen && !document.hidden;
  }

  onChange() {
    this.element.requestUpdate();
  }

  requestUpdate() {
    this.element.requestUpdate();
  }

  emit(event: Event) {
    return this.element.dispatchEvent(event);
  }

  onMariaSpoke(isAudible = true) {
    const {element} = this;
    if (!element.isOpen) element.addUnread();
    if (this.chat && isAudible) this.parts.intake?.chimeUnseen(element.isOpen, this.chat.storage);
  }

  onStep() {
    if (this.chat?.uploads) void this.messaging?.openIfNeeded();
  }

  onReset() {
    this.messagingOfChat?.reset();
    this.dialogs.close();
  }

  onBackendChange() {
    this.page?.notifyTabs();
  }

  onNoLanguage() {
    this.element.onNoLanguage();
  }

  onLoadError(error: unknown) {
    console.error('Maria Chat: a part could not be loaded:', error);
    this.emit(new MariaErrorEvent(navigator.onLine ? 'unavailable' : 'offline'));
  }

  private get root() {
    return this.element.renderRoot as ShadowRoot;
  }
}
