import type {ReactiveController} from 'lit';

import type {Language} from '../i18n/languages.js';
import {updateLauncher} from '../launcher/launcher-state.js';
import {whileBusy} from '../ui/controls/while-busy.js';

interface LauncherHost extends HTMLElement {
  readonly isOpen: boolean;
  readonly unreadCount: number;
  readonly controller: {readonly language: Language | null};
  toggle(): Promise<void>;
}

/** The button that opens the panel: the loader's, or one that the element draws. */
export class LauncherController implements ReactiveController {
  private button: HTMLButtonElement | null = null;
  private isAway = false;
  private watching = new AbortController();
  /** Watches for presses of the page's own button. The loader does it for its own launcher. */
  private watchPage: ((signal: AbortSignal) => void) | null = null;

  constructor(private readonly element: LauncherHost) {}

  hostConnected() {
    this.watching = new AbortController();
    this.watchPage?.(this.watching.signal);
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
    const {drawLauncher, watchPageLauncher} = await import('../launcher/launcher.js');
    const {element} = this;
    const toggle = () => element.toggle();
    const button = (this.button = drawLauncher(element, root));
    button.hidden = this.isAway;
    button.addEventListener('click', (event) => void whileBusy(event, toggle));
    this.watchPage = (signal) => watchPageLauncher(element, toggle, signal);
    this.watchPage(this.watching.signal);
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
}
