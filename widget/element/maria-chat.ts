import {nothing, render} from 'lit/html.js';
import type {PropertyDeclarations, PropertyValues} from '@lit/reactive-element';

import {
  MariaBeforeOpenEvent,
  MariaCloseEvent,
  MariaOpenEvent,
  MariaReadyEvent,
  MariaUnreadEvent,
} from '../events.js';
import {createPanelFocus} from '../ui/page/panel-focus.js';
import type {PanelFocus} from '../ui/page/panel-focus.js';
import {panelView} from '../ui/panel/panel.js';
import {styles} from '../ui/styles/index.js';
import {ChatController} from './chat-controller.js';
import {showDebugPanel} from './debug-loader.js';
import {createLauncherController} from './launcher-controller.js';
import {MariaChatBase} from './maria-chat-base.js';
import {moveToTarget, protect} from './placement.js';

/** A guided conversation that collects a name, consents, PDF files and a confirmed e-mail address. */
export class MariaChat extends MariaChatBase {
  /** @internal True after a conversation was shown on this page: history entries may be its own. */
  static hasStarted = false;

  static override properties: PropertyDeclarations = {isOpen: {state: true}};

  /** Whether the panel is open. */
  declare isOpen: boolean;

  /** Number of messages that arrived while the panel was closed. */
  unreadCount = 0;
  /** @internal */
  readonly controller: Readonly<ChatController> = new ChatController(this);
  /** @internal */
  panelFocus!: PanelFocus;
  /** The node that follows the panel. */
  private panelEnd!: ChildNode;
  private readonly launcherController = createLauncherController(this);

  constructor() {
    super();
    this.isOpen = false;
    this.addController(this.controller);
    this.addController(this.controller.languages);
    this.addController(this.launcherController);
    // Frameworks write a property with the name of an attribute, and this property is a method.
    const open = this.open.bind(this);
    const set = (value: string) => this.setAttribute('open', value);
    Object.defineProperty(this, 'open', {get: () => open, set});
  }

  /** Id of the step that waits for the visitor; null if none does. */
  get step() {
    return this.controller.chat?.flow.step?.id ?? null;
  }

  /** State of the session: `visit`, `pending` or `complete`; null before the first opening. */
  get state() {
    return this.controller.chat?.state.sessionState ?? null;
  }

  /**
   * Opens the panel. `isQuiet` leaves the focus where it is. A panel that would cover the whole page
   * then stays closed if `open` is `remember`.
   */
  async open({isQuiet = false} = {}) {
    if (isQuiet && this.opening === 'remember' && this.isFullScreen) return;
    if (this.isOpen || !this.dispatchEvent(new MariaBeforeOpenEvent())) return;
    this.panelFocus.remember(this);
    this.isOpen = true;
    const texts = this.controller.languages.load();
    this.startChat();
    this.launcherController.hostUpdated();
    // Without texts there is no panel.
    if (!(await texts)) this.isOpen = false;
    // Closed or removed from the page meanwhile.
    if (!this.isOpen || !this.isConnected) return;
    await this.updateComplete;
    if (!isQuiet && !this.isInline) this.panelFocus.enter();
    this.dispatchEvent(new MariaOpenEvent());
  }

  /** Closes the panel. An inline chat stays open. */
  async close() {
    if (!this.isOpen || this.isInline) return;
    const {chat} = this.controller;
    this.isOpen = false;
    chat?.storage.remove('open');
    if (chat?.lifecycle.onClose()) this.controller.drop();
    await this.updateComplete;
    this.panelFocus.leave(this.launcherController);
    this.dispatchEvent(new MariaCloseEvent());
  }

  /** Opens or closes the panel. */
  async toggle() {
    await (this.isOpen ? this.close() : this.open());
  }

  /** Shows the launcher again. */
  async show() {
    this.launcherController.setHidden(false);
  }

  /** Hides the launcher and closes the panel. */
  async hide() {
    await this.close();
    this.launcherController.setHidden(true);
  }

  /** Changes the language, also if the visitor has chosen another one. */
  async setLang(lang: string) {
    const {languages} = this.controller;
    languages.forgetChoice();
    this.setAttribute('lang', lang);
    await this.updateComplete;
    await languages.load();
  }

  /** Changes the theme: `auto`, `light` or `dark`. */
  async setTheme(theme: string) {
    this.setAttribute('theme', theme);
    await this.updateComplete;
  }

  /** Fills in the fields for the name and the e-mail address. The visitor still submits them. */
  async prefill(values: {name?: string; email?: string}) {
    this.controller.prefill(values);
  }

  /** Sends a message of the visitor. Before the consent to storing, the text waits in the field. */
  async sendMessage(text: string) {
    await this.open();
    await this.controller.sendMessage(`${text}`);
  }

  /** Ends the session of this browser in every tab. An unfinished visit is discarded. */
  async reset() {
    const {controller} = this;
    await controller.languages.load();
    await controller.create().lifecycle.startOver('page', this.isOpen);
    if (!this.isOpen) controller.forget();
  }

  /** Removes the element and everything that the script has added to the page. */
  async destroy(): Promise<void> {
    const global = window.MariaChat;
    if (global?.element === this) return global.destroy();
    await this.close();
    this.controller.drop();
    this.remove();
  }

  override connectedCallback() {
    super.connectedCallback();
    protect(this).catch(this.controller.onLoadError);
    if (this.isInline) moveToTarget(this);
    this.panelFocus.resume();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    // An element that is moved is disconnected for a moment only.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.controller.chat?.verification?.stopPolling();
      protect(this).catch(() => undefined);
    });
  }

  override attributeChangedCallback(name: string, before: string | null, value: string | null) {
    super.attributeChangedCallback(name, before, value);
    this.controller.checkAttributes();
  }

  /** @internal Renders and listens again after the page has called `document.open()`. */
  listenAgain() {
    const root = this.renderRoot as ShadowRoot;
    this.draw(nothing);
    root.addEventListener('keydown', this.onKey);
    this.controller.hostConnected();
    this.requestUpdate();
    void this.updateComplete.then(() => this.panelFocus.resume());
  }

  /** @internal */
  setUnread(count: number) {
    this.unreadCount = count;
    this.launcherController.hostUpdated();
    this.setState('unread', count > 0);
    this.dispatchEvent(new MariaUnreadEvent(count));
  }

  protected override createRenderRoot() {
    const drawn = this.launcherController.find(this.shadowRoot);
    const root = this.shadowRoot ?? this.attachShadow({mode: 'open'});
    root.adoptedStyleSheets.push(...styles);
    this.panelFocus = createPanelFocus(root);
    // The panel is before the launcher, as in the order of the Tab key. Without a node to end at, Lit
    // would treat all that follows as its own, the launcher included.
    this.panelEnd = drawn ?? root.appendChild(new Comment());
    if (!drawn) this.drawLauncher(root).catch(this.controller.onLoadError);
    root.addEventListener('keydown', this.onKey);
    return root;
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    const {controller} = this;
    if ((changed.has('site') || changed.has('api')) && controller.chat) {
      controller.drop();
      if (this.isOpen) this.startChat();
    }
    if (changed.has('debug')) showDebugPanel(this).catch(controller.onLoadError);
  }

  protected override updated() {
    const {chat, language} = this.controller;
    if (this.isOpen && this.unreadCount > 0) this.setUnread(0);
    this.setState('open', this.isOpen && language !== null);
    this.setState('uploading', chat?.uploads?.isBusy);
    this.setState('offline', chat?.state.connection === 'offline');
    this.setState('verified', chat?.state.sessionState === 'complete');
    if (this.isOpen) this.panelFocus.follow();
  }

  protected override update(changed: PropertyValues<this>) {
    const {viewContext} = this.controller;
    const panel = viewContext ? panelView(viewContext, this) : nothing;
    super.update(changed);
    this.draw(panel);
  }

  private draw(panel: unknown) {
    render(panel, this.renderRoot, {renderBefore: this.panelEnd});
  }

  private startChat() {
    MariaChat.hasStarted = true;
    const chat = this.controller.create();
    if (!this.isInline) chat.storage.set('open', '1');
    this.controller.start();
  }

  private async drawLauncher(root: ShadowRoot) {
    const wantsOpen = await this.launcherController.draw(root);
    this.dispatchEvent(new MariaReadyEvent());
    if (wantsOpen && this.isConnected) void this.open({isQuiet: true});
  }

  private readonly onKey = (event: Event) => {
    if ((event as KeyboardEvent).key !== 'Escape' || !this.isOpen) return;
    event.stopPropagation();
    // A dialog of the page that contains the element would close as well.
    event.preventDefault();
    if (!this.controller.stepBack()) void this.close();
  };
}
