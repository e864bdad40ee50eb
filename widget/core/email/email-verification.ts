import {PENDING_POLL_MS} from '../../../server/contract/limits.js';
import type {ContactResponse, Session, SubmitContact} from '../../../server/contract/sessions.js';

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
export type EmailVerification = ReturnType<typeof createVerification>;

export const createVerification = (chat: VerificationDeps) => {
  const {host, session} = chat;
  let emailMasked = '';
  let email = '';
  let isSuggestionAsked = false;
  let isChanging = false;
  let isDelayed = false;
  let resendAt = 0;
  let polling: AbortController | null = null;

  const closeChange = () => {
    isChanging = isSuggestionAsked = false;
    host.onChange();
  };

  const requestMail = async (method: string, path: string, body?: {email: string}) => {
    const response = await session.call<Partial<ContactResponse> | undefined>(method, path, body);
    // Before a new e-mail address is confirmed, the response may have the old one.
    emailMasked = body ? mask(body.email) : (response?.email_masked ?? emailMasked);
    if (body) email = body.email;
    isDelayed = response?.delayed ?? false;
    isSuggestionAsked = false;
    resendAt = Date.now() + RESEND_DELAY_MS;
    host.onChange();
  };

  const poll = async (signal: AbortSignal) => {
    for (let tick = 0; !signal.aborted; tick++) {
      const isDue = tick % 2 === 0 && !session.isLive;
      const waitMs = isDue ? await pollOnce(signal) : TICK_MS;
      host.onChange();
      await delay(waitMs, signal);
    }
  };

  const pollOnce = async (signal: AbortSignal): Promise<number> => {
    try {
      const found = await session.call<Session>('GET', '/api/session');
      if (!signal.aborted) void chat.lifecycle.onSession(found);
      return TICK_MS;
    } catch (error) {
      if (!signal.aborted) chat.fail(error);
      return Math.max(PENDING_POLL_MS, retryAfterOf(error));
    }
  };

  return {
    /** The e-mail address as the backend shows it. */
    get emailMasked() {
      return emailMasked;
    },
    /** The e-mail address as typed on this page. It is never stored, and shows errors that the mask hides. */
    get email() {
      return email;
    },
    /** True after the visitor was asked whether another e-mail address was meant, which happens once. */
    get isSuggestionAsked() {
      return isSuggestionAsked;
    },
    /** True while the visitor is changing the e-mail address. */
    get isChanging() {
      return isChanging;
    },
    /** True if the e-mail with the link has not been sent yet. */
    get isDelayed() {
      return isDelayed;
    },
    get secondsToResend() {
      return Math.max(0, Math.ceil((resendAt - Date.now()) / 1000));
    },
    /** Takes over the e-mail address and its state from the backend. */
    update({delayed, email_masked, pending_email_masked}: Session) {
      emailMasked = pending_email_masked ?? email_masked ?? '';
      isDelayed = delayed;
    },
    askSuggestion() {
      isSuggestionAsked = true;
      host.onChange();
    },
    openChange() {
      isChanging = true;
      host.onChange();
    },
    closeChange,
    /** Submits name and e-mail address, which makes the visit a session. */
    submit: (contact: SubmitContact) => requestMail('PUT', '/api/session/contact', contact),
    async changeEmail(typed: string) {
      await requestMail('PATCH', '/api/session', {email: typed});
      closeChange();
    },
    /** Returns `soon` if the countdown shows when a link can be sent, and `later` after a long wait. */
    async resend(): Promise<'sent' | 'soon' | 'later'> {
      try {
        await requestMail('POST', '/api/session/verification');
        return 'sent';
      } catch (error) {
        if (!(error instanceof ClientError) || error.code !== 'rate_limited') throw error;
        const waitMs = error.retryAfterMs || RESEND_DELAY_MS;
        resendAt = Date.now() + waitMs;
        return waitMs < MAX_COUNTDOWN_MS ? 'soon' : 'later';
      }
    },
    startPolling() {
      if (polling) return;
      polling = new AbortController();
      void poll(polling.signal);
    },
    stopPolling() {
      polling?.abort();
      polling = null;
    },
  };
};

const mask = (email: string) => `${[...email][0]}•••${email.slice(email.lastIndexOf('@'))}`;
