import {ApiError, call} from './api.js';

/**
 * Loads a file of the console, such as the code of a page. The files of an older release are gone
 * after an upgrade: then the page is loaded again, once. Throws an `ApiError`.
 */
export const loadCode = async <T>(load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch (thrown) {
    // The browser reports a file that it could not load as a TypeError.
    if (!(thrown instanceof TypeError)) throw thrown;
    // Throws if the server cannot be reached.
    await call('account');
    if (isReloaded()) throw new ApiError(NEW_RELEASE);
    return reload();
  }
};

/** Code of a file that the server does not have, although the page was loaded again. */
export const NEW_RELEASE = 'new_release';

/** Whether the page was loaded again for this entry of the history, which keeps the state. */
const isReloaded = (): boolean =>
  (history.state as {isReloaded?: boolean} | null)?.isReloaded === true;

const reload = (): Promise<never> => {
  history.replaceState({...history.state, isReloaded: true}, '');
  location.reload();
  return new Promise(() => undefined);
};
