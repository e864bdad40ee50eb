import {ClientError} from './transport/api-client.js';
import {MariaErrorEvent, MariaOfflineEvent} from '../events.js';
import type {TextKey} from '../i18n/languages.js';

const TOAST_MS = 4_000;

export interface Notice {
  key: TextKey;
  kind: 'info' | 'error';
  /** The conversation has stopped here, until the visitor asks for another attempt. */
  isRetryable?: boolean;
}

export interface StatusHost {
  requestUpdate(): void;
  dispatchEvent(event: Event): boolean;
}

/** What the panel shows beside the conversation: notices, the state of the line, faults, toasts. */
export class Status {
  notice: Notice | null = null;
  connection: 'offline' | 'busy' | 'slow' | null = null;
  fieldError: TextKey | null = null;
  toast: TextKey | null = null;
  private toastTimer = 0;

  constructor(private readonly host: StatusHost) {}

  showNotice(notice: Notice | null) {
    this.notice = notice;
    this.host.requestUpdate();
  }

  /** A part of the widget is missing: the connection failed, or no server has its release. */
  showMissing(isMissing: boolean) {
    if (isMissing) this.showNotice({key: 'notLoaded', kind: 'error'});
    else if (this.notice?.key === 'notLoaded') this.showNotice(null);
  }

  setFieldError(fault: TextKey | null) {
    this.fieldError = fault;
    this.host.requestUpdate();
  }

  showToast(key: TextKey | null) {
    this.toast = key;
    this.host.requestUpdate();
    clearTimeout(this.toastTimer);
    if (key) this.toastTimer = window.setTimeout(() => this.showToast(null), TOAST_MS);
  }

  setConnection(connection: Status['connection']) {
    // The notice depends on the browser's own state as well.
    this.host.requestUpdate();
    if (connection === this.connection) return;
    const wasOffline = this.connection === 'offline';
    const isOffline = connection === 'offline';
    this.connection = connection;
    if (wasOffline !== isOffline) this.host.dispatchEvent(new MariaOfflineEvent(isOffline));
  }

  /** Told only where nothing worse is. */
  showSlow(isSlow: boolean) {
    if (!this.connection || this.connection === 'slow') this.setConnection(isSlow ? 'slow' : null);
  }

  /** A call waits for the line or the backend, and is repeated by itself. */
  showRetrying(error: ClientError) {
    this.setConnection(error.code === 'offline' ? 'offline' : 'busy');
    if (!error.isTransient) this.report(error);
  }

  report(error: unknown) {
    // For the page's developer: the backend's message names the setting to change.
    console.error('Maria Chat:', error);
    this.emitError(error);
  }

  emitError(error: unknown) {
    const code = error instanceof ClientError ? error.code : 'internal';
    this.host.dispatchEvent(new MariaErrorEvent(code));
  }
}
