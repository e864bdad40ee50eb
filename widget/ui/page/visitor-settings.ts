import type {SiteStorage} from '../../core/session/storage.js';

/** The panel is laid out for this, also where it is 320 px wide. */
export const LARGEST_TEXT = 1.3;

/** One for each element: two of two sites may stand on one page. */
const sheets = new WeakMap<ShadowRoot, CSSStyleSheet>();

/** What the visitor has set in this browser reaches the panel, also from another tab. */
export const applySettings = (root: ShadowRoot, storage: SiteStorage) => {
  const size = Math.min(Number(storage.get('text-size')) || 1, LARGEST_TEXT);
  if (!sheets.has(root)) {
    sheets.set(root, new CSSStyleSheet());
    root.adoptedStyleSheets.push(sheets.get(root)!);
  }
  sheets.get(root)!.replaceSync(`.inside{zoom:${size}}`);
};

/** Only for those who have asked for it, and only while they look elsewhere. */
export const chimeUnseen = (isOpen: boolean, storage: SiteStorage) => {
  if ((!isOpen || document.hidden) && storage.get('sound') === 'true') void chime();
};

/** Few have asked for it; where it cannot be fetched it stays quiet. */
export const chime = () =>
  import('./chime.js').then(
    ({tick}) => tick(),
    () => undefined,
  );
