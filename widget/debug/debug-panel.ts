import {render} from 'lit/html.js';
import type {ReactiveController} from '@lit/reactive-element';

import {CallLog} from './call-log.js';
import type {DebugHost} from './debug-host.js';
import {debugStyles} from './debug-styles.js';
import {debugView} from './debug-view.js';

/** Shows the page's developer the state of the chat and its calls of the backend. */
export class DebugPanel implements ReactiveController {
  private static readonly panels = new WeakMap<DebugHost, DebugPanel>();

  private readonly container = document.createElement('div');
  private readonly log = new CallLog(() => this.draw());

  /** Creates one panel for each element, however often the attribute is set. */
  static show(host: DebugHost) {
    if (!this.panels.has(host)) this.panels.set(host, new DebugPanel(host));
  }

  private constructor(private readonly host: DebugHost) {
    const root = host.renderRoot as ShadowRoot;
    this.container.className = 'debug';
    root.adoptedStyleSheets.push(debugStyles);
    root.append(this.container);
    host.controller.interceptor = this.log.interceptor;
    host.addController(this);
    this.draw();
  }

  hostUpdated() {
    this.draw();
  }

  private draw() {
    const {container, host, log} = this;
    container.hidden = host.debug === null || host.debug === 'false';
    const onOffline = () => this.simulateOffline(!log.isOffline);
    render(debugView(host, {log, onOffline}), container);
  }

  private simulateOffline(isOffline: boolean) {
    this.log.simulateOffline(isOffline);
    const {chat, parts} = this.host.controller;
    if (chat) parts.intake?.[isOffline ? 'goOffline' : 'goOnline'](chat);
    this.draw();
  }
}
