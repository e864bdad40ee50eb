import type {ContactResponse, Session} from '../../../server/contract/sessions.js';
import {PENDING_POLL_MS} from '../../../server/contract/limits.js';

import type {Chat} from '../chat.js';
import {ClientError} from '../transport/api-client.js';
import type {Client} from '../transport/api-client.js';
import {pause} from '../transport/delay.js';
import type {VisitorSession} from '../session/session.js';

/** A longer pause is not worth counting down. */
const LONGEST_COUNTDOWN_MS = 120_000;
/** The countdown moves once a second, twice as often as the backend is asked. */
const TICK_MS = PENDING_POLL_MS / 2;
const RESEND_PAUSE_MS = 60_000;

export interface ConfirmationWatcher {
  onChange(): void;
  onSession(session: Session): void;
  onFailure(error: unknown): void;
  /** Whether whatever happens is told at once, without asking. */
  isTold(): boolean;
}

/** Waits for the visitor to open the mailed link; sends it again, or to another address. */
export class Confirmation {
  emailMasked = '';
  /** As it was typed on this page, and never written down: a mask hides slips. */
  address = '';
  /** The visitor has been asked whether the address has a slip in it, which is done once. */
  isDoubted = false;
  isChanging = false;
  /** The e-mail with the link has not been sent yet. */
  isDelayed = false;
  isSending = false;
  private resendAt = 0;
  private watching: AbortController | null = null;

  constructor(
    private readonly client: Client,
    private readonly session: VisitorSession,
    private readonly watcher: ConfirmationWatcher,
  ) {}

  get secondsToResend() {
    return Math.max(0, Math.ceil((this.resendAt - Date.now()) / 1000));
  }

  /** Hands over name and e-mail: from here on the session exists. */
  async submit(contact: {name: string; email: string; locale: string}) {
    await this.mail('PUT', '/api/session/contact', contact, contact.email);
  }

  async changeAddress(email: string) {
    await this.mail('PATCH', '/api/session', {email}, email);
    this.isChanging = false;
  }

  /** `soon`: the countdown tells when; `later`: no link for a while. */
  async resend(): Promise<'sent' | 'soon' | 'later'> {
    try {
      await this.mail('POST', '/api/session/verification');
      return 'sent';
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'rate_limited') throw error;
      const pauseMs = error.retryAfterMs || RESEND_PAUSE_MS;
      this.resendAt = Date.now() + pauseMs;
      return pauseMs < LONGEST_COUNTDOWN_MS ? 'soon' : 'later';
    }
  }

  watch() {
    if (this.watching) return;
    this.watching = new AbortController();
    void this.poll(this.watching.signal);
  }

  rest() {
    this.watching?.abort();
    this.watching = null;
  }

  private async mail(method: string, path: string, body?: object, email?: string) {
    this.isSending = true;
    this.watcher.onChange();
    try {
      const answer = await this.session.act(() =>
        this.client.call<Partial<ContactResponse> | undefined>(method, path, body),
      );
      // A new address counts only once it is confirmed; until then the answer may name the old one.
      this.emailMasked = email ? mask(email) : (answer?.email_masked ?? this.emailMasked);
      if (email) this.address = email;
      this.isDelayed = answer?.delayed ?? false;
      this.isDoubted = false;
      this.resendAt = Date.now() + RESEND_PAUSE_MS;
    } finally {
      this.isSending = false;
      this.watcher.onChange();
    }
  }

  private async poll(signal: AbortSignal) {
    for (let tick = 0; !signal.aborted; tick++) {
      const isToAsk = tick % 2 === 0 && !this.watcher.isTold();
      const pauseMs = isToAsk ? await this.look(signal) : TICK_MS;
      this.watcher.onChange();
      await pause(pauseMs, signal);
    }
  }

  private async look(signal: AbortSignal): Promise<number> {
    try {
      const session = await this.session.act(() =>
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

export const makeConfirmation = (chat: Chat) =>
  new Confirmation(chat.client, chat.session, {
    onChange: () => chat.host.requestUpdate(),
    onSession: (session) => void chat.onSession(session),
    onFailure: (error) => chat.fail(error),
    isTold: () => chat.talk?.isHeard ?? false,
  });

const mask = (email: string) => `${[...email][0]}•••${email.slice(email.lastIndexOf('@'))}`;
