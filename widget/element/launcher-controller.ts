import type {ReactiveController} from '@lit/reactive-element';

import type {Language} from '../i18n/languages.js';
import {updateLauncher} from '../launcher/launcher-state.js';
import {whileBusy} from '../ui/controls/while-busy.js';

interface LauncherHost extends HTMLElement {
  readonly isOpen: boolean;
  readonly unreadCount: number;
  readonly mode: string;
  readonly opening: string;
  readonly site: string;
  readonly controller: {readonly language: Language | null};
  toggle(): Promise<void>;
}

/** The button that opens the panel: the loader's, or one that the element draws. */
export const createLauncherController = (element: LauncherHost) => {
  let button: HTMLButtonElement | null = null;
  let isAway = false;
  let watching = new AbortController();
  /** Watches for presses of the page's own button. The loader does it for its own launcher. */
  let watchPage: ((signal: AbortSignal) => void) | null = null;

  const hostUpdated = () => {
    const {controller, isOpen, unreadCount} = element;
    const texts = controller.language?.texts ?? null;
    const label = element.getAttribute('launcher-label');
    if (button) updateLauncher(button, {isOpen, unreadCount, texts, label});
  };

  return {
    hostConnected() {
      watching = new AbortController();
      watchPage?.(watching.signal);
    },
    hostDisconnected() {
      watching.abort();
    },
    hostUpdated,
    /** Finds the button that the loader has drawn in the root that the element takes over. */
    find: (root: ShadowRoot | null) =>
      (button = root?.querySelector<HTMLButtonElement>('.launcher') ?? null),
    /** Draws a button, whose code is loaded in pages without the loader only. Returns whether to open. */
    async draw(root: ShadowRoot) {
      const {drawLauncher, wantsOpen, watchPageLauncher} = await import('../launcher/launcher.js');
      const toggle = () => element.toggle();
      button = drawLauncher(element, root);
      button.hidden = isAway;
      button.addEventListener('click', (event) => void whileBusy(event, toggle));
      watchPage = (signal) => watchPageLauncher(element, toggle, signal);
      watchPage(watching.signal);
      hostUpdated();
      const {mode, opening, site} = element;
      return wantsOpen({mode, open: opening, site});
    },
    setHidden(isHidden: boolean) {
      isAway = isHidden;
      if (!button) return;
      button.hidden = isHidden;
      // Some browsers leave the focus on a hidden element.
      if (isHidden) button.blur();
    },
    focus: () => button?.focus(),
  } satisfies ReactiveController & Record<string, unknown>;
};
