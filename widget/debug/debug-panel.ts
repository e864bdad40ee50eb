import {render} from 'lit';
import type {ReactiveController} from 'lit';

import type {Chat} from '../core/chat.js';
import type {MariaChat} from '../element/maria-chat.js';
import {CallLog} from './call-log.js';
import {debugStyles} from './debug-styles.js';
import {debugView} from './debug-view.js';

/** For the page's developer: what the chat knows, and what it has asked of the backend. */
export class DebugPanel implements ReactiveController {
  private static readonly panels = new WeakMap<MariaChat, DebugPanel>();

  private readonly place = document.createElement('div');
  private readonly log = new CallLog(() => this.draw());

  /** One for each element, however often the attribute comes and goes. */
  static of(host: MariaChat, chat: () => Chat | null) {
    if (!this.panels.has(host)) this.panels.set(host, new DebugPanel(host, chat));
    return this.panels.get(host)!;
  }

  private constructor(
    private readonly host: MariaChat,
    private readonly chat: () => Chat | null,
  ) {
    const root = host.renderRoot as ShadowRoot;
    this.place.className = 'debug';
    root.adoptedStyleSheets.push(debugStyles.styleSheet!);
    root.append(this.place);
    host.interceptor = this.log.interceptor;
    host.addController(this);
    this.draw();
  }

  hostUpdated() {
    this.draw();
  }

  private draw() {
    const {host, place, log} = this;
    place.hidden = host.debug === null || host.debug === 'false';
    const onOffline = () => this.simulateOffline(!log.isOffline);
    render(debugView(host, this.chat(), {log, onOffline}), place);
  }

  private simulateOffline(isOffline: boolean) {
    this.log.isOffline = isOffline;
    if (isOffline) this.chat()?.onOffline();
    else this.chat()?.onOnline();
    this.draw();
  }
}
