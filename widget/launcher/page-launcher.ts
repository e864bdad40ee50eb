/** The page's own button. Looked for at each click, so that it may come later than the chat. */
export const watchPageLauncher = (host: HTMLElement, onPress: () => void, signal?: AbortSignal) =>
  document.addEventListener(
    'click',
    ({target}) => {
      const selector = host.getAttribute('launcher-selector');
      try {
        if (selector && host.isConnected && (target as Element).closest(selector)) onPress();
      } catch {
        // A selector that is none finds nothing.
      }
    },
    {signal},
  );
