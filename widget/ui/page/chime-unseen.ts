import type {SiteStorage} from '../../core/session/storage.js';

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
