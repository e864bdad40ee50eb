import type {Page} from 'playwright-core';

export interface Announcement {
  /** `log`, `status` or `alert`. */
  by: string;
  words: string;
}

/**
 * Collects the announcements of a screen reader: text that is added to a live region or changes in
 * it. A string, because the types of a page are not those of the server.
 */
const LISTEN = `(() => {
  const announcements = (window.announcements = []);
  const regionOf = (node) =>
    (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest('[role=log], [role=status], [role=alert]');
  const isHidden = (node) =>
    (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest('[aria-hidden=true], [hidden], [aria-live=off]');
  const tell = (region, text) => {
    const words = text.replace(/\\s+/g, ' ').trim();
    if (region && words) announcements.push({by: region.getAttribute('role'), words});
  };
  const wordsOf = (node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll?.('[aria-hidden=true]').forEach((one) => one.remove());
    return copy.textContent;
  };
  new MutationObserver((changes) => {
    for (const {type, target, addedNodes} of changes) {
      const region = regionOf(target);
      if (!region || isHidden(target)) continue;
      if (type === 'characterData') tell(region, target.data);
      for (const node of addedNodes) if (!isHidden(node) && node.nodeType !== Node.COMMENT_NODE) tell(region, wordsOf(node));
    }
  }).observe(document.querySelector('maria-chat').shadowRoot, {subtree: true, childList: true, characterData: true});
})()`;

export const collectAnnouncements = (page: Page): Promise<void> => page.evaluate<void>(LISTEN);

/** Returns the announcements since the last call. */
export const takeAnnouncements = (page: Page): Promise<Announcement[]> =>
  page.evaluate<Announcement[]>('window.announcements.splice(0)');
