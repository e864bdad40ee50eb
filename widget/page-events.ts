import type {Chat} from './chat.js';
import {fitViewport} from './fit-viewport.js';
import type {FocusKeeper} from './focus-keeper.js';

export interface PageEventsHost {
  readonly isOpen: boolean;
  readonly renderRoot: EventTarget;
  readonly focusKeeper: FocusKeeper;
  /** Matches while the panel fills the screen. */
  readonly isNarrow: MediaQueryList;
  requestUpdate(): void;
  onFiles(event: Event): void;
}

/** Tells a conversation what happens on the page around it, until the signal comes. */
export const followPage = (host: PageEventsHost, chat: Chat, signal: AbortSignal) => {
  const {focusKeeper, isNarrow, renderRoot} = host;
  const attend = () => (host.isOpen && !document.hidden ? chat.wake() : chat.rest());
  document.addEventListener('visibilitychange', attend, {signal});
  document.addEventListener('focusin', (event) => focusKeeper.observe(event), {signal});
  window.addEventListener('online', () => chat.reconnect(), {signal});
  window.addEventListener('offline', () => chat.disconnect(), {signal});
  window.addEventListener('pagehide', () => chat.leave(), {signal});
  window.addEventListener('pageshow', (event) => event.persisted && chat.comeBack(), {signal});
  const followTab = (event: StorageEvent) =>
    chat.storage.isOurs(event, 'session_uuid') && void chat.followOtherTab();
  window.addEventListener('storage', followTab, {signal});
  isNarrow.addEventListener('change', () => host.requestUpdate(), {signal});
  const fit = () => isNarrow.matches && fitViewport(focusKeeper.panel);
  window.visualViewport?.addEventListener('resize', fit, {signal});
  window.visualViewport?.addEventListener('scroll', fit, {signal});
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop', 'paste']) {
    renderRoot.addEventListener(type, (event) => host.onFiles(event), {signal});
  }
  attend();
};
