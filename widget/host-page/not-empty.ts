/**
 * Keeps rules of the page for `:empty` elements away from an element that such a rule hides. Other
 * elements get no content, because a framework that hydrates the page expects them to be empty.
 */
export const showEmpty = (host: HTMLElement) => {
  if (!host.matches(':empty') || !isHidden(host)) return;
  // A text that is never displayed. Newer browsers may count ordinary spaces as empty.
  host.append('\u00a0');
  if (isHidden(host)) host.replaceChildren();
};

const isHidden = (host: HTMLElement) => getComputedStyle(host).display === 'none';
