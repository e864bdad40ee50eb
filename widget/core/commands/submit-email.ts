import type {Chat} from '../chat.js';
import type {EmailVerification} from '../email/email-verification.js';
import {cleanEmail, looksLikeEmail} from '../email/email-address.js';
import {suggestEmail} from '../email/email-suggestion.js';
import {ClientError} from '../transport/api-client.js';

/** Submits name and e-mail address: the session exists from here on, and a link is sent. */
export const submitEmail = (chat: Chat, text: string) => {
  const {answers, drafts, flow, lifecycle} = chat;
  const step = flow.step!;
  answers.setEmail(cleanEmail(text));
  return submitChecked(chat, text, async (email) => {
    await submitContact(chat, email);
    lifecycle.onSubmitted();
    chat.addAnswer(() => email);
    drafts.set('email');
    await flow.complete(step);
  });
};

export const changeEmail = (chat: Chat, text: string) =>
  submitChecked(chat, text, async (email) => {
    const {drafts, flow} = chat;
    await chat.verification!.changeEmail(email);
    // Two e-mail addresses may look the same behind the mask.
    chat.addAnswer(() => email);
    drafts.set('email');
    if (flow.step) flow.say(flow.promptFor(flow.step));
  });

/** Asks once about an e-mail address that has a likely typing error. */
const submitChecked = (chat: Chat, text: string, work: (email: string) => Promise<void>) => {
  const {drafts, status} = chat;
  const verification = chat.verification!;
  const email = cleanEmail(text);
  drafts.set('email', email);
  if (!looksLikeEmail(email)) return status.setFieldError('emailInvalid');
  if (verification.isSuggestionAsked || !suggestEmail(email)) {
    return chat.submit(() => work(email));
  }
  verification.askSuggestion();
  status.setFieldError(null);
};

const submitContact = async (chat: Chat, email: string) => {
  const {answers, outbox, questions, retrier, signal} = chat;
  const contact = {
    name: answers.name ?? '',
    email,
    locale: chat.language.tag,
    ...questions?.collect(),
  };
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

const sentText = ({isDelayed}: Readonly<EmailVerification>) =>
  isDelayed ? 'pendingDelayed' : 'sent';

export const resendLink = (chat: Chat) =>
  chat.submit(async () => {
    const verification = chat.verification!;
    const outcome = await verification.resend();
    const text = outcome === 'sent' ? sentText(verification) : 'sendAgainLater';
    if (outcome !== 'soon') chat.status.showToast(text);
  });
