import {nothing} from 'lit';
import type {CSSResult, PropertyDeclarations, PropertyValues} from 'lit';

import {Chat} from '../core/chat.js';
import type {Interceptor} from '../core/transport/api-client.js';
import {MariaChatBase} from './maria-chat-base.js';
import {LauncherController} from './launcher-controller.js';
import {
  MariaBeforeOpenEvent,
  MariaCloseEvent,
  MariaErrorEvent,
  MariaOpenEvent,
  MariaReadyEvent,
  MariaUnreadEvent,
} from '../events.js';
import {PanelFocus} from '../ui/page/panel-focus.js';
import {LazyParts} from './lazy-parts.js';
import {LanguageController} from './language-controller.js';
import {SiteStorage} from '../core/session/storage.js';
import {styles} from '../ui/styles/index.js';
import {panelView} from '../ui/panel/panel.js';
import {whileBusy} from '../ui/controls/while-busy.js';

const RHYTHM_MS = 420;

/**
 * A guided conversation that collects a name, consents, PDF files and a confirmed e-mail address.
 *
 * @fires maria-ready - the launcher is on the page
 * @fires maria-before-open - cancelable
 * @fires maria-open
 * @fires maria-close
 * @fires maria-step - `step`, `index`, `total`
 * @fires maria-consent - `purpose`, `granted`
 * @fires maria-file-accept - cancelable; `size`, `contentType`
 * @fires maria-file-uploaded - `fileId`, `size`
 * @fires maria-file-deleted - `fileId`
 * @fires maria-submitted - `reference`
 * @fires maria-complete - `reference`
 * @fires maria-reset - `reason`
 * @fires maria-message - `messageId`, `role`
 * @fires maria-unread - `count`
 * @fires maria-offline - `isOffline`
 * @fires maria-error - `code`
 */
export class MariaChat extends MariaChatBase {
  static override styles = styles;

  /** @internal A conversation was shown on this page, so that history entries may be its own. */
  static hasStarted = false;

  static override properties: PropertyDeclarations = {
    isOpen: {state: true},
    isDropping: {state: true},
  };

  declare isOpen: boolean;
  /** @internal Files are held over the panel. */
  declare isDropping: boolean;

  /** How often Maria has spoken while the panel was closed. */
  unreadCount = 0;
  /** @internal */
  declare interceptor?: Interceptor;
  /** @internal */
  chat: Chat | null = null;
  /** @internal */
  readonly languageController = new LanguageController(this);
  private readonly ownLauncher = new LauncherController(this);
  private readonly lazyParts = new LazyParts(this, () => this.listen());
  private prefilled: {name?: string; email?: string} = {};
  private listening = new AbortController();
  /** @internal */
  panelFocus!: PanelFocus;
  private readonly internals = this.attachInternals();

  constructor() {
    super();
    this.isOpen = false;
    this.isDropping = false;
    // Where a property has an attribute's name, frameworks write that; this one is a method.
    const open = this.open.bind(this);
    const set = (value: string) => this.setAttribute('open', value);
    Object.defineProperty(this, 'open', {get: () => open, set});
  }

  /** The step at which the conversation waits. */
  get step() {
    return this.chat?.flow.step?.id ?? null;
  }

  /** `visit`, `pending` or `complete`; null before the first opening. */
  get state() {
    return this.chat?.state ?? null;
  }

  /** @internal How long Maria types; nobody who asked for less motion waits for it. */
  get rhythmMs() {
    return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : RHYTHM_MS;
  }

  /**
   * Opens the panel. `isQuiet` leaves the focus where it is: the visitor has not asked for it. Where
   * that would cover the whole page, the button says that the conversation waits.
   */
  async open({isQuiet = false} = {}) {
    const isRemembered = isQuiet && this.opening === 'remember' && !this.isInline;
    if (isRemembered && this.isNarrow.matches) return this.setUnread(1);
    if (this.isOpen || !this.dispatchEvent(new MariaBeforeOpenEvent())) return;
    this.panelFocus.remember(this);
    this.isOpen = true;
    // Both are on the line: nobody waits for one after the other.
    const texts = this.languageController.load();
    this.startChat();
    this.describeLauncher();
    // Pressed once more, or taken off the page, meanwhile.
    if (!(await texts) || !this.isOpen || !this.isConnected) return;
    await this.updateComplete;
    if (!isQuiet && !this.isInline) this.panelFocus.enter();
    this.dispatchEvent(new MariaOpenEvent());
  }

  async close() {
    if (!this.isOpen || this.isInline) return;
    const hadFocus = this.panelFocus.isInside;
    this.isOpen = false;
    this.chat?.storage.remove('open');
    this.chat?.stopPolling();
    await this.updateComplete;
    this.panelFocus.isInside = false;
    if (hadFocus) this.panelFocus.restore(this.ownLauncher);
    this.dispatchEvent(new MariaCloseEvent());
  }

  async toggle() {
    await (this.isOpen ? this.close() : this.open());
  }

  async show() {
    this.ownLauncher.isHidden = false;
  }

  /** With the launcher goes what it has opened. */
  async hide() {
    await this.close();
    this.ownLauncher.isHidden = true;
  }

  /** Goes before what the visitor has chosen: whoever calls it knows better, such as a switch on the page. */
  async setLang(lang: string) {
    new SiteStorage(this.site).remove('lang');
    this.chat?.storage.remove('lang');
    this.setAttribute('lang', lang);
    await this.updateComplete;
    await this.languageController.load();
  }

  async setTheme(theme: string) {
    this.setAttribute('theme', theme);
    await this.updateComplete;
  }

  /** Fills in what the page knows already; the visitor still sends it. */
  async prefill(values: {name?: string; email?: string}) {
    this.prefilled = values;
    this.chat?.prefill(values);
  }

  /** Says it in the visitor's name; before the consent to keep it, it waits in the field. */
  async sendMessage(text: string) {
    await this.open();
    const {sendMessage} = await this.loadIntake();
    if (this.chat) await sendMessage(this.chat, `${text}`);
  }

  /** Ends this browser's session in every tab; an unfinished one that is open here is discarded. */
  async reset() {
    await this.languageController.load();
    const chat = this.chat ?? this.makeChat();
    await chat.lifecycle.startOver('page', this.isOpen);
    if (!this.isOpen) this.chat = null;
  }

  /** Leaves nothing, neither of the element nor of the script that has put it on the page. */
  async destroy(): Promise<void> {
    const global = window.MariaChat;
    if (global?.element === this) return global.destroy();
    await this.close();
    this.chat?.reset();
    this.chat = null;
    this.remove();
  }

  override connectedCallback() {
    super.connectedCallback();
    this.protect().catch((error: unknown) => this.onLoadFailure(error));
    this.ownLauncher.watch(() => void this.toggle());
    this.goToTarget();
    void this.languageController.load();
    if (this.chat) this.listen();
    this.panelFocus.resume();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.ownLauncher.unwatch();
    this.listening.abort();
    // An element that is moved is gone for a moment only.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.chat?.stopPolling();
      this.protect().catch(() => undefined);
    });
  }

  /**
   * @internal Renders the panel again, with all its listeners: the page has removed them with
   * `document.open()`.
   */
  listenAgain() {
    const root = this.renderRoot as ShadowRoot;
    const {renderBefore} = this.renderOptions;
    while (renderBefore!.previousSibling) renderBefore!.previousSibling.remove();
    const end = new Comment();
    renderBefore!.before(end);
    this.renderOptions.renderBefore = end;
    root.addEventListener('keydown', this.onKey);
    if (this.chat) this.listen();
    this.requestUpdate();
    void this.updateComplete.then(() => this.panelFocus.resume());
  }

  /** @internal */
  get language() {
    return this.languageController.language;
  }

  /** @internal */
  get wantedLanguage() {
    return this.languageController.wanted;
  }

  /** @internal */
  loadIntake() {
    return this.lazyParts.load();
  }

  /** @internal Heard in several tabs, it sounds in one. */
  onMariaSpoke(isLoud = true) {
    if (!this.isOpen) this.setUnread(this.unreadCount + 1);
    if (this.chat && isLoud) void this.intake?.chimeUnseen(this.isOpen, this.chat.storage);
  }

  /** @internal What the visitor has set, here or in another tab. */
  followSettings() {
    this.intake?.applySettings(this.renderRoot as ShadowRoot, this.chat!.storage);
    void this.languageController.load();
  }

  /** @internal */
  adopt(sheets: CSSResult[]) {
    const {adoptedStyleSheets} = this.renderRoot as ShadowRoot;
    for (const {styleSheet} of sheets)
      if (!adoptedStyleSheets.includes(styleSheet!)) adoptedStyleSheets.push(styleSheet!);
  }

  protected override createRenderRoot() {
    const drawn = this.ownLauncher.find(this.shadowRoot);
    // A copy: Lit replaces the contents of the list itself.
    const drawnStyles = [...(this.shadowRoot?.adoptedStyleSheets ?? [])];
    const root = super.createRenderRoot() as ShadowRoot;
    this.panelFocus = new PanelFocus(root);
    // The panel goes before the launcher, as in the order of the Tab key. Without a node to end at,
    // Lit would take all that follows for its own, the launcher included.
    this.renderOptions.renderBefore = drawn ?? root.appendChild(new Comment());
    if (drawn) root.adoptedStyleSheets = [...drawnStyles, ...root.adoptedStyleSheets];
    else this.drawLauncher(root).catch((error: unknown) => this.onLoadFailure(error));
    root.addEventListener('keydown', this.onKey);
    return root;
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    void this.intake?.checkAttributes(this);
    if (changed.has('lang') || changed.has('locale')) void this.languageController.load();
    if (changed.has('debug')) void this.lazyParts.showDebugPanel();
    if ((changed.has('site') || changed.has('api')) && this.chat) this.changeSite();
  }

  protected override updated() {
    this.describeLauncher();
    if (this.isOpen && this.unreadCount > 0) this.setUnread(0);
    this.setState('open', this.isShown);
    this.setState('uploading', this.chat?.uploads?.isBusy ?? false);
    this.setState('offline', this.chat?.status.connection === 'offline');
    this.setState('verified', this.chat?.state === 'complete');
    if (this.isOpen) this.panelFocus.follow();
  }

  protected override render(): unknown {
    const {chat, intake} = this;
    const {language} = this.languageController;
    if (!chat || !language) return nothing;
    return panelView(chat, language, {
      isOpen: this.isOpen,
      isInline: this.isInline,
      isFullScreen: this.isNarrow.matches && !this.isInline,
      isDropping: this.isDropping,
      heading: this.heading || language.texts.maria,
      avatar: this.avatar,
      announcement: this.lazyParts.announce(chat, language),
      intake,
      onClose: () => void this.close(),
      onMenu: (event) =>
        void whileBusy(event, () =>
          this.loadIntake().then(
            (intake) => intake.openDialog(chat, 'menu'),
            () => chat.status.showMissing(true),
          ),
        ),
      onFocus: (event) => this.panelFocus.note(event),
    });
  }

  private async drawLauncher(root: ShadowRoot) {
    await this.ownLauncher.draw(root, () => void this.toggle());
    this.describeLauncher();
    this.dispatchEvent(new MariaReadyEvent());
    if (this.wantsOpen && this.isConnected) void this.open({isQuiet: true});
  }

  /** Protects the element as long as it is on the page. */
  private async protect() {
    const {protectElement, releaseElement} = await import('../host-page/protect.js');
    if (this.isConnected) protectElement(this);
    else releaseElement(this);
  }

  /** What is part of the page stands where the page wants it. */
  private goToTarget() {
    const selector = this.isInline && this.getAttribute('target');
    const target = selector ? document.querySelector(selector) : null;
    if (target && !target.contains(this)) target.append(this);
  }

  private describeLauncher() {
    const {isOpen, isShown, unreadCount, language} = this;
    this.ownLauncher.describe({
      isOpen: isShown,
      isBusy: isOpen && !isShown,
      unreadCount,
      texts: language?.texts ?? null,
    });
  }

  /** False as well while the first language is being loaded: without its texts there is no panel. */
  private get isShown() {
    return this.isOpen && this.language !== null;
  }

  /** @internal */
  onLoadFailure(error: unknown) {
    console.error('Maria Chat: a part could not be loaded:', error);
    this.dispatchEvent(new MariaErrorEvent(navigator.onLine ? 'unavailable' : 'offline'));
  }

  private startChat() {
    MariaChat.hasStarted = true;
    const isFirst = this.chat === null;
    this.chat ??= this.makeChat();
    if (!this.isInline) this.chat.storage.set('open', '1');
    if (isFirst) this.listen();
    void this.loadIntake().catch(() => undefined);
    if (isFirst) void this.chat.start();
    else this.chat.startPolling();
  }

  private makeChat() {
    const chat = new Chat(this, this.api.replace(/\/$/, ''), this.site);
    chat.prefill(this.prefilled);
    return chat;
  }

  private changeSite() {
    this.chat?.reset();
    this.chat = null;
    if (this.isOpen) this.startChat();
  }

  /** Listens to the page only once there is a conversation, and no longer than it is on the page. */
  private listen() {
    this.listening.abort();
    this.listening = new AbortController();
    this.intake?.connectPage(this, this.chat!, this.listening.signal);
  }

  private readonly onKey = (event: Event) => {
    if ((event as KeyboardEvent).key !== 'Escape' || !this.isOpen) return;
    event.stopPropagation();
    // It would close a dialog of the page that the element has been put in as well.
    event.preventDefault();
    if (!this.chat?.stepBack()) void this.close();
  };

  private get intake() {
    return this.lazyParts.parts;
  }

  private setUnread(count: number) {
    this.unreadCount = count;
    this.describeLauncher();
    this.setState('unread', count > 0);
    this.dispatchEvent(new MariaUnreadEvent(count));
  }

  /** Browsers before custom states without dashes throw (Chrome 124); the chat works without them. */
  private setState(name: string, isOn: boolean) {
    const {states} = this.internals;
    try {
      if (isOn) states?.add(name);
      else states?.delete(name);
    } catch {
      // Only the page's `:state()` rules miss it.
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'maria-chat': MariaChat;
  }
}
