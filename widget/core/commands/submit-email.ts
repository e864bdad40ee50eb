import type {Chat} from '../chat.js';
import {cleanEmail, looksLikeEmail} from '../email/email-address.js';
import {suggestEmail} from '../email/email-suggestion.js';
import {ClientError} from '../transport/api-client.js';

/** Submits name and e-mail address: the session exists from here on, and a link is sent. */
export const submitEmail = (chat: Chat, email: string) => {
  const {answers, drafts, flow, lifecycle} = chat;
  const step = flow.step!;
  answers.setEmail(cleanEmail(email));
  return submitAddress(chat, email, async (address) => {
    await submitContact(chat, address);
    lifecycle.onSubmitted();
    chat.addAnswer(() => address);
    drafts.clear();
    await flow.complete(step);
  });
};

export const changeEmail = (chat: Chat, email: string) =>
  submitAddress(chat, email, async (address) => {
    const {drafts, flow, status} = chat;
    const verification = chat.verification!;
    await verification.changeAddress(address);
    // Two e-mail addresses may look the same behind the mask.
    chat.addAnswer(() => address);
    drafts.clear();
    status.showToast(verification.isDelayed ? 'pendingDelayed' : 'sent');
    if (flow.step) flow.say(flow.promptFor(flow.step));
  });

/** Asks once about an address that has a likely typing error. */
const submitAddress = (chat: Chat, text: string, work: (address: string) => Promise<void>) => {
  const {drafts, status} = chat;
  const verification = chat.verification!;
  const address = cleanEmail(text);
  drafts.set('email', address);
  if (!looksLikeEmail(address)) return status.setFieldError('emailInvalid');
  if (verification.isSuggestionAsked || !suggestEmail(address)) {
    return chat.submit(() => work(address));
  }
  verification.askSuggestion();
  status.setFieldError(null);
};

const submitContact = async (chat: Chat, email: string) => {
  const {answers, outbox, retrier, signal} = chat;
  const contact = {name: answers.name ?? '', email, locale: chat.language.tag};
  const attempt = async () => {
    await outbox.flush();
    await chat.verification!.submit(contact);
  };
  try {
    await retrier.run(attempt, signal);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'consent_required') throw error;
    answers.markAllUnrecorded();
    await retrier.run(attempt, signal);
  }
};

export const resendLink = (chat: Chat) =>
  chat.submit(async () => {
    const verification = chat.verification!;
    const outcome = await verification.resend();
    const sent = verification.isDelayed ? 'pendingDelayed' : 'sentAgain';
    if (outcome !== 'soon') chat.status.showToast(outcome === 'sent' ? sent : 'sendAgainLater');
  });
