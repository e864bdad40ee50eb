import {MariaErrorEvent, MariaOfflineEvent} from '../events.js';
import type {TextKey} from '../i18n/languages.js';
import type {ChatState, Notice, Store} from './state.js';
import {ClientError} from './transport/api-client.js';

const TOAST_MS = 4_000;

/** Writes what the panel shows beside the conversation: notice, connection, field error, toast. */
export class Status {
  private toastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: Store,
    private readonly host: {emit(event: Event): unknown},
  ) {}

  showNotice(notice: Notice | null) {
    this.store.patch({notice});
  }

  /** A part of the widget cannot be loaded: the connection failed, or no server has its release. */
  showMissing(isMissing: boolean) {
    if (isMissing) this.showNotice({key: 'notLoaded', kind: 'error'});
    else if (this.store.state.notice?.key === 'notLoaded') this.showNotice(null);
  }

  setFieldError(fieldError: TextKey | null) {
    this.store.patch({fieldError});
  }

  showToast(toast: TextKey | null) {
    this.store.patch({toast});
    clearTimeout(this.toastTimer);
    if (toast) this.toastTimer = setTimeout(() => this.showToast(null), TOAST_MS);
  }

  setConnection(connection: ChatState['connection']) {
    const wasOffline = this.store.state.connection === 'offline';
    const isOffline = connection === 'offline';
    this.store.patch({connection});
    if (wasOffline !== isOffline) this.host.emit(new MariaOfflineEvent(isOffline));
  }

  /** Has no effect while a worse state is shown. */
  showSlow(isSlow: boolean) {
    const {connection} = this.store.state;
    if (!connection || connection === 'slow') this.setConnection(isSlow ? 'slow' : null);
  }

  /** A call has failed and is repeated automatically. */
  showRetrying(error: ClientError) {
    this.setConnection(error.code === 'offline' ? 'offline' : 'busy');
    if (!error.isTransient) this.report(error);
  }

  /** Reports an error to the page's developer: the backend's message names the setting to change. */
  report(error: unknown) {
    console.error('Maria Chat:', error);
    this.emitError(error);
  }

  emitError(error: unknown) {
    this.host.emit(new MariaErrorEvent(error instanceof ClientError ? error.code : 'internal'));
  }
}
