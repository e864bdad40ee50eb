import type {ReactiveController} from 'lit';

import type {Language} from '../i18n/languages.js';
import {updateLauncher} from '../launcher/launcher-state.js';
import {watchPageLauncher} from '../launcher/page-launcher.js';

interface LauncherHost extends HTMLElement {
  readonly isOpen: boolean;
  readonly unreadCount: number;
  readonly controller: {readonly language: Language | null};
  toggle(): Promise<void>;
}

/** The button that opens the panel: the loader's, or one that the element draws. */
export class LauncherController implements ReactiveController {
  private button: HTMLButtonElement | null = null;
  private isOwn = false;
  private isAway = false;
  private watching = new AbortController();

  constructor(private readonly element: LauncherHost) {}

  /** Watches for presses of the page's own button while the element is on the page. */
  hostConnected() {
    this.watching = new AbortController();
    if (this.isOwn) watchPageLauncher(this.element, this.onPress, this.watching.signal);
  }

  hostDisconnected() {
    this.watching.abort();
  }

  hostUpdated() {
    const {button, element} = this;
    const {controller, isOpen, unreadCount} = element;
    const texts = controller.language?.texts ?? null;
    const label = element.getAttribute('launcher-label');
    if (button) updateLauncher(button, {isOpen, unreadCount, texts, label});
  }

  /** Finds the button that the loader has drawn in the root that the element takes over. */
  find(root: ShadowRoot | null) {
    return (this.button = root?.querySelector<HTMLButtonElement>('.launcher') ?? null);
  }

  /** Draws a button, whose code is loaded in pages without the loader only. */
  async draw(root: ShadowRoot) {
    this.isOwn = true;
    const {createLauncher, launcherStyles} = await import('../launcher/launcher.js');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(launcherStyles);
    root.adoptedStyleSheets.unshift(sheet);
    this.button = createLauncher(this.element);
    this.button.hidden = this.isAway;
    this.button.addEventListener('click', () => this.button?.ariaBusy ?? this.onPress());
    root.append(this.button);
    this.hostUpdated();
  }

  setHidden(isHidden: boolean) {
    this.isAway = isHidden;
    if (!this.button) return;
    this.button.hidden = isHidden;
    // Some browsers leave the focus on a hidden element.
    if (isHidden) this.button.blur();
  }

  focus() {
    this.button?.focus();
  }

  private readonly onPress = () => void this.element.toggle();
}
