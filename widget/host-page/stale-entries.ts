import type {MariaChat} from '../maria-chat.js';

/** Name under which `full-screen.ts` counts its entries in the state of the history. */
const MARK = 'mariaChat';

/**
 * Goes back over the history entries of a chat that filled the screen when the page was reloaded.
 * Now it is closed, and the visitor's first press of the back button would do nothing.
 */
export const leaveStaleEntries = () => {
  const entries = Number((history.state as Record<string, unknown> | null)?.[MARK] ?? 0);
  const isStale = [...document.querySelectorAll('maria-chat')].every(
    (chat) => !(chat as Partial<MariaChat>).isOpen && chat.getAttribute('open') !== 'true',
  );
  if (!entries || !isStale) return;
  // The page is where it was; its router would render it again.
  const hide = (event: Event) => event.stopImmediatePropagation();
  window.addEventListener('popstate', hide, {capture: true, once: true});
  history.go(-entries);
};
