/** Name under which `full-screen.ts` counts its entries in the state of the history. */
const MARK = 'mariaChat';

/**
 * Goes back over the history entries of a chat that filled the screen when the page was reloaded.
 * Now it is closed, and the visitor's first press of the back button would do nothing.
 */
export const leaveStaleEntries = () => {
  const entries = Number((history.state as Record<string, unknown> | null)?.[MARK] ?? 0);
  const element = customElements.get('maria-chat') as {hasStarted?: boolean} | undefined;
  // A chat that is, or will be, open on this page takes care of them.
  const isOwn = element?.hasStarted ?? false;
  if (!entries || isOwn || document.querySelector('maria-chat[open=true]')) return;
  history.go(-entries);
};
