import type {Chat} from '../chat.js';
import {ClientError} from '../client.js';
import type {Confirmation} from '../confirmation.js';
import {looksLikeEmail} from '../email-check.js';
import {MariaSubmittedEvent} from '../events.js';

/** Hands over name and e-mail: from here on the session exists, and a link is on its way. */
export const giveEmail = async (chat: Chat, email: string) => {
  const {answers, guide, signs} = chat;
  const step = guide.step!;
  const address = email.trim();
  answers.email = address;
  if (!looksLikeEmail(address)) return signs.blame('emailInvalid');
  await chat.sending(async () => {
    await submit(chat, address);
    chat.visitorName = answers.name;
    answers.handOver();
    chat.state = 'pending';
    chat.host.dispatchEvent(new MariaSubmittedEvent(chat.reference));
    chat.visitorSays(() => address);
    await guide.finish(step);
  });
};

const submit = async (chat: Chat, email: string) => {
  const {answers, outbox, signal} = chat;
  const contact = {name: answers.name ?? '', email, locale: chat.host.language.tag};
  const attempt = async () => {
    await outbox.flush();
    await chat.confirmation!.submit(contact);
  };
  try {
    await chat.patience.insist(attempt, signal);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'consent_required') throw error;
    answers.markAllUnrecorded();
    await chat.patience.insist(attempt, signal);
  }
};

export const changeEmail = async (chat: Chat, confirmation: Confirmation, email: string) => {
  const {guide, signs} = chat;
  if (!looksLikeEmail(email.trim())) return signs.blame('emailInvalid');
  await chat.sending(async () => {
    await confirmation.changeAddress(email.trim());
    signs.showToast('sent');
    if (guide.step) guide.say(guide.wordsOf(guide.step));
  });
};

export const sendLinkAgain = (chat: Chat, confirmation: Confirmation) =>
  chat.sending(async () => {
    const outcome = await confirmation.resend();
    if (outcome !== 'soon')
      chat.signs.showToast(outcome === 'sent' ? 'sentAgain' : 'sendAgainLater');
  });
