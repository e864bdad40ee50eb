import type {Chat} from '../chat.js';
import {ClientError} from '../transport/api-client.js';
import type {EmailVerification} from '../email/email-verification.js';
import {cleanEmail, looksLikeEmail} from '../email/email-address.js';
import {suggestEmail} from '../email/email-suggestion.js';
import {MariaSubmittedEvent} from '../../events.js';

/** Hands over name and e-mail: from here on the session exists, and a link is on its way. */
export const submitEmail = (chat: Chat, email: string) => {
  const {answers, flow} = chat;
  const step = flow.step!;
  answers.email = cleanEmail(email);
  return send(chat, email, async (address) => {
    await submit(chat, address);
    chat.visitorName = answers.name;
    answers.markSubmitted();
    chat.state = 'pending';
    chat.host.dispatchEvent(new MariaSubmittedEvent(chat.reference));
    chat.addVisitorLine(() => address);
    chat.drafts.clear();
    await flow.complete(step);
  });
};

export const changeEmail = (chat: Chat, email: string) =>
  send(chat, email, async (address) => {
    const {verification, flow, status} = chat;
    await verification!.changeAddress(address);
    // Two e-mail addresses may look the same behind the mask.
    chat.addVisitorLine(() => address);
    chat.drafts.clear();
    status.showToast(verification!.isDelayed ? 'pendingDelayed' : 'sent');
    if (flow.step) flow.say(flow.promptFor(flow.step));
  });

/** What is no address goes nowhere, and what is probably a slip is asked about first, once. */
const send = (chat: Chat, email: string, work: (address: string) => Promise<void>) => {
  const {drafts, status} = chat;
  const verification = chat.verification!;
  const address = cleanEmail(email);
  drafts.set('email', address);
  if (!looksLikeEmail(address)) return status.setFieldError('emailInvalid');
  if (verification.isSuggestionAsked || !suggestEmail(address))
    return chat.submit(() => work(address));
  verification.isSuggestionAsked = true;
  status.setFieldError(null);
};

const submit = async (chat: Chat, email: string) => {
  const {answers, outbox, signal} = chat;
  const contact = {name: answers.name ?? '', email, locale: chat.language.tag};
  const attempt = async () => {
    await outbox.flush();
    await chat.verification!.submit(contact);
  };
  try {
    await chat.retrier.run(attempt, signal);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'consent_required') throw error;
    answers.markAllUnrecorded();
    await chat.retrier.run(attempt, signal);
  }
};

export const resendLink = (chat: Chat, verification: EmailVerification) =>
  chat.submit(async () => {
    const outcome = await verification.resend();
    const sent = verification.isDelayed ? 'pendingDelayed' : 'sentAgain';
    if (outcome !== 'soon') chat.status.showToast(outcome === 'sent' ? sent : 'sendAgainLater');
  });
