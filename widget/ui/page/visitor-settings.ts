import type {SiteStorage} from '../../core/session/storage.js';

/** The layout of the panel has room for this, also at a width of 320 px. */
export const LARGEST_TEXT = 1.3;

/** Style sheets by element, because a page may have chats of two sites. */
const sheets = new WeakMap<ShadowRoot, CSSStyleSheet>();

/** Applies the settings that the visitor has chosen, here or in another tab. */
export const applySettings = (root: ShadowRoot, storage: Readonly<SiteStorage>) => {
  const size = Math.min(Number(storage.get('text-size')) || 1, LARGEST_TEXT);
  if (!sheets.has(root)) {
    sheets.set(root, new CSSStyleSheet());
    root.adoptedStyleSheets.push(sheets.get(root)!);
  }
  sheets.get(root)!.replaceSync(`.inside{zoom:${size}}`);
};

/** Chimes if the visitor has chosen it and cannot see the panel. */
export const chimeUnseen = (isAttended: boolean, storage: Readonly<SiteStorage>) => {
  if (!isAttended && storage.get('sound') === 'true') void chime();
};

/** Loads the sound when it is needed. If it cannot be loaded, the chat stays silent. */
export const chime = () =>
  import('./chime.js').then(
    ({tick}) => tick(),
    () => undefined,
  );
