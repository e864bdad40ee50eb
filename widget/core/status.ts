import {MariaErrorEvent, MariaOfflineEvent} from '../events.js';
import type {TextKey} from '../i18n/languages.js';
import type {ChatState, Notice, Store} from './state.js';
import {ClientError} from './transport/api-client.js';

const TOAST_MS = 4_000;

export type Status = ReturnType<typeof createStatus>;

/** Writes what the panel shows beside the conversation: notice, connection, field error, toast. */
export const createStatus = (store: Store, host: {emit(event: Event): unknown}) => {
  let toastTimer: ReturnType<typeof setTimeout> | undefined;

  const showNotice = (notice: Notice | null) => store.patch({notice});

  const showToast = (toast: TextKey | null) => {
    store.patch({toast});
    clearTimeout(toastTimer);
    if (toast) toastTimer = setTimeout(showToast, TOAST_MS, null);
  };

  const setConnection = (connection: ChatState['connection']) => {
    const wasOffline = store.state.connection === 'offline';
    const isOffline = connection === 'offline';
    store.patch({connection});
    if (wasOffline !== isOffline) host.emit(new MariaOfflineEvent(isOffline));
  };

  /** A call that has ended with its conversation is no error. */
  const emitError = (error: unknown) => {
    if ((error as Error).name === 'AbortError') return;
    host.emit(new MariaErrorEvent(error instanceof ClientError ? error.code : 'internal'));
  };

  /** Reports an error to the page's developer: the backend's message names the setting to change. */
  const report = (error: unknown) => {
    console.error('Maria Chat:', error);
    emitError(error);
  };

  return {
    showNotice,
    /** A part of the widget cannot be loaded: the connection failed, or no server has its release. */
    showMissing(isMissing: boolean) {
      // Its button has to stay.
      if (store.state.notice?.isRetryable) return;
      if (isMissing) showNotice({key: 'notLoaded', kind: 'error'});
      else if (store.state.notice?.key === 'notLoaded') showNotice(null);
    },
    setFieldError(fieldError: TextKey | null) {
      store.patch({fieldError});
    },
    showToast,
    setConnection,
    /** Has no effect while a worse state is shown. */
    showSlow(isSlow: boolean) {
      const {connection} = store.state;
      if (!connection || connection === 'slow') setConnection(isSlow ? 'slow' : null);
    },
    /** A call has failed and is repeated automatically. */
    showRetrying(error: ClientError) {
      setConnection(error.code === 'offline' ? 'offline' : 'busy');
      if (!error.isTransient) report(error);
    },
    report,
    emitError,
  };
};
