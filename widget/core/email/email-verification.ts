import type {ContactResponse, Session} from '../../../server/contract/sessions.js';
import {PENDING_POLL_MS} from '../../../server/contract/limits.js';

import type {Chat} from '../chat.js';
import {ClientError} from '../transport/api-client.js';
import type {ApiClient} from '../transport/api-client.js';
import {delay} from '../transport/delay.js';
import type {VisitorSession} from '../session/session.js';

/** A longer pause is not worth counting down. */
const LONGEST_COUNTDOWN_MS = 120_000;
/** The countdown moves once a second, twice as often as the backend is asked. */
const TICK_MS = PENDING_POLL_MS / 2;
const RESEND_PAUSE_MS = 60_000;

export interface VerificationWatcher {
  onChange(): void;
  onSession(session: Session): void;
  onFailure(error: unknown): void;
  /** Whether whatever happens is told at once, without asking. */
  isStreaming(): boolean;
}

/** Waits for the visitor to open the mailed link; sends it again, or to another address. */
export class EmailVerification {
  emailMasked = '';
  /** As it was typed on this page, and never written down: a mask hides slips. */
  address = '';
  /** The visitor has been asked whether the address has a slip in it, which is done once. */
  isSuggestionAsked = false;
  isChanging = false;
  /** The e-mail with the link has not been sent yet. */
  isDelayed = false;
  isSubmitting = false;
  private resendAt = 0;
  private watching: AbortController | null = null;

  constructor(
    private readonly client: ApiClient,
    private readonly session: VisitorSession,
    private readonly watcher: VerificationWatcher,
  ) {}

  get secondsToResend() {
    return Math.max(0, Math.ceil((this.resendAt - Date.now()) / 1000));
  }

  /** Hands over name and e-mail: from here on the session exists. */
  async submit(contact: {name: string; email: string; locale: string}) {
    await this.requestMail('PUT', '/api/session/contact', contact, contact.email);
  }

  async changeAddress(email: string) {
    await this.requestMail('PATCH', '/api/session', {email}, email);
    this.isChanging = false;
  }

  /** `soon`: the countdown tells when; `later`: no link for a while. */
  async resend(): Promise<'sent' | 'soon' | 'later'> {
    try {
      await this.requestMail('POST', '/api/session/verification');
      return 'sent';
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'rate_limited') throw error;
      const pauseMs = error.retryAfterMs || RESEND_PAUSE_MS;
      this.resendAt = Date.now() + pauseMs;
      return pauseMs < LONGEST_COUNTDOWN_MS ? 'soon' : 'later';
    }
  }

  startPolling() {
    if (this.watching) return;
    this.watching = new AbortController();
    void this.poll(this.watching.signal);
  }

  stopPolling() {
    this.watching?.abort();
    this.watching = null;
  }

  private async requestMail(method: string, path: string, body?: object, email?: string) {
    this.isSubmitting = true;
    this.watcher.onChange();
    try {
      const answer = await this.session.call(() =>
        this.client.call<Partial<ContactResponse> | undefined>(method, path, body),
      );
      // A new address counts only once it is confirmed; until then the answer may name the old one.
      this.emailMasked = email ? mask(email) : (answer?.email_masked ?? this.emailMasked);
      if (email) this.address = email;
      this.isDelayed = answer?.delayed ?? false;
      this.isSuggestionAsked = false;
      this.resendAt = Date.now() + RESEND_PAUSE_MS;
    } finally {
      this.isSubmitting = false;
      this.watcher.onChange();
    }
  }

  private async poll(signal: AbortSignal) {
    for (let tick = 0; !signal.aborted; tick++) {
      const isToAsk = tick % 2 === 0 && !this.watcher.isStreaming();
      const pauseMs = isToAsk ? await this.pollOnce(signal) : TICK_MS;
      this.watcher.onChange();
      await delay(pauseMs, signal);
    }
  }

  private async pollOnce(signal: AbortSignal): Promise<number> {
    try {
      const session = await this.session.call(() =>
        this.client.call<Session>('GET', '/api/session'),
      );
      if (!signal.aborted) this.watcher.onSession(session);
      return TICK_MS;
    } catch (error) {
      if (!signal.aborted) this.watcher.onFailure(error);
      return Math.max(PENDING_POLL_MS, error instanceof ClientError ? error.retryAfterMs : 0);
    }
  }
}

export const createVerification = (chat: Chat) =>
  new EmailVerification(chat.client, chat.session, {
    onChange: () => chat.host.requestUpdate(),
    onSession: (session) => void chat.onSession(session),
    onFailure: (error) => chat.fail(error),
    isStreaming: () => chat.thread?.isStreaming ?? false,
  });

const mask = (email: string) => `${[...email][0]}•••${email.slice(email.lastIndexOf('@'))}`;
