import type {SiteStorage} from '../../core/session/storage.js';

/** The layout of the panel has room for this, also at a width of 320 px. */
export const LARGEST_TEXT = 1.3;

/** Size that the visitor has chosen, here or in another tab. 1 is the usual size. */
export const textSizeOf = (storage: Readonly<SiteStorage>) =>
  Math.min(Number(storage.get('text-size')) || 1, LARGEST_TEXT);
