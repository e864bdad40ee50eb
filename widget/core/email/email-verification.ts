import {PENDING_POLL_MS} from '../../../server/contract/limits.js';
import type {ContactResponse, Session} from '../../../server/contract/sessions.js';

import type {ChatHost} from '../chat-host.js';
import type {VisitorSession} from '../session/session.js';
import {ClientError} from '../transport/api-client.js';
import {delay, retryAfterOf} from '../transport/retry.js';

/** A longer wait is not worth a countdown. */
const MAX_COUNTDOWN_MS = 120_000;
/** The countdown changes once a second, twice as often as the backend is polled. */
const TICK_MS = PENDING_POLL_MS / 2;
const RESEND_DELAY_MS = 60_000;

export interface VerificationDeps {
  readonly host: Pick<ChatHost, 'onChange'>;
  readonly session: Readonly<VisitorSession>;
  readonly lifecycle: {onSession(session: Session): unknown};
  fail(error: unknown): void;
}

/** Waits until the visitor opens the confirmation link; sends it again, or to another e-mail address. */
export class EmailVerification {
  /** The e-mail address as the backend shows it. */
  emailMasked = '';
  /** The e-mail address as typed on this page. It is never stored, and shows errors that the mask hides. */
  email = '';
  /** True after the visitor was asked whether another e-mail address was meant, which happens once. */
  isSuggestionAsked = false;
  /** True while the visitor is changing the e-mail address. */
  isChanging = false;
  /** True if the e-mail with the link has not been sent yet. */
  isDelayed = false;
  private resendAt = 0;
  private polling: AbortController | null = null;

  constructor(private readonly chat: VerificationDeps) {}

  get secondsToResend() {
    return Math.max(0, Math.ceil((this.resendAt - Date.now()) / 1000));
  }

  /** Takes over the e-mail address and its state from the backend. */
  update({delayed, email_masked, pending_email_masked}: Session) {
    this.emailMasked = pending_email_masked ?? email_masked ?? '';
    this.isDelayed = delayed;
  }

  askSuggestion() {
    this.isSuggestionAsked = true;
    this.chat.host.onChange();
  }

  openChange() {
    this.isChanging = true;
    this.chat.host.onChange();
  }

  closeChange() {
    this.isChanging = this.isSuggestionAsked = false;
    this.chat.host.onChange();
  }

  /** Submits name and e-mail address, which makes the visit a session. */
  async submit(contact: {name: string; email: string; locale: string}) {
    await this.requestMail('PUT', '/api/session/contact', contact);
  }

  async changeEmail(email: string) {
    await this.requestMail('PATCH', '/api/session', {email});
    this.closeChange();
  }

  /** Returns `soon` if the countdown shows when a link can be sent, and `later` after a long wait. */
  async resend(): Promise<'sent' | 'soon' | 'later'> {
    try {
      await this.requestMail('POST', '/api/session/verification');
      return 'sent';
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'rate_limited') throw error;
      const waitMs = error.retryAfterMs || RESEND_DELAY_MS;
      this.resendAt = Date.now() + waitMs;
      return waitMs < MAX_COUNTDOWN_MS ? 'soon' : 'later';
    }
  }

  startPolling() {
    if (this.polling) return;
    this.polling = new AbortController();
    void this.poll(this.polling.signal);
  }

  stopPolling() {
    this.polling?.abort();
    this.polling = null;
  }

  private async requestMail(method: string, path: string, body?: {email: string}) {
    const {session} = this.chat;
    const response = await session.call<Partial<ContactResponse> | undefined>(method, path, body);
    // Before a new e-mail address is confirmed, the response may have the old one.
    this.emailMasked = body ? mask(body.email) : (response?.email_masked ?? this.emailMasked);
    if (body) this.email = body.email;
    this.isDelayed = response?.delayed ?? false;
    this.isSuggestionAsked = false;
    this.resendAt = Date.now() + RESEND_DELAY_MS;
    this.chat.host.onChange();
  }

  private async poll(signal: AbortSignal) {
    for (let tick = 0; !signal.aborted; tick++) {
      const isDue = tick % 2 === 0 && !this.chat.session.isLive;
      const waitMs = isDue ? await this.pollOnce(signal) : TICK_MS;
      this.chat.host.onChange();
      await delay(waitMs, signal);
    }
  }

  private async pollOnce(signal: AbortSignal): Promise<number> {
    try {
      const session = await this.chat.session.call<Session>('GET', '/api/session');
      if (!signal.aborted) void this.chat.lifecycle.onSession(session);
      return TICK_MS;
    } catch (error) {
      if (!signal.aborted) this.chat.fail(error);
      return Math.max(PENDING_POLL_MS, retryAfterOf(error));
    }
  }
}

const mask = (email: string) => `${[...email][0]}•••${email.slice(email.lastIndexOf('@'))}`;

export const createVerification = (chat: VerificationDeps) => new EmailVerification(chat);
