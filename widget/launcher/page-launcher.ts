/** Watches clicks on the page's own button, which the page may add later than the chat. */
export const watchPageLauncher = (
  host: HTMLElement,
  onPress: () => unknown,
  signal?: AbortSignal,
) =>
  document.addEventListener(
    'click',
    ({target}) => {
      const selector = host.getAttribute('launcher-selector');
      try {
        if (selector && host.isConnected && (target as Element).closest(selector)) onPress();
      } catch {
        // An invalid selector matches nothing.
      }
    },
    {signal},
  );
