import type {Chat} from '../chat.js';
import {ClientError} from '../client.js';
import type {Confirmation} from '../confirmation.js';
import {looksLikeEmail} from '../email-check.js';
import {meantEmail} from '../email-slips.js';
import {MariaSubmittedEvent} from '../events.js';

/** Hands over name and e-mail: from here on the session exists, and a link is on its way. */
export const giveEmail = async (chat: Chat, email: string) => {
  const {answers, guide} = chat;
  const step = guide.step!;
  const address = email.trim();
  answers.email = address;
  if (!isReady(chat, address)) return;
  await chat.sending(async () => {
    await submit(chat, address);
    chat.visitorName = answers.name;
    chat.typed = {};
    answers.handOver();
    chat.state = 'pending';
    chat.host.dispatchEvent(new MariaSubmittedEvent(chat.reference));
    chat.visitorSays(() => address);
    await guide.finish(step);
  });
};

/** False for what is no address, and the first time for what is probably a slip. */
const isReady = (chat: Chat, address: string) => {
  const {signs, typed} = chat;
  const confirmation = chat.confirmation!;
  const isAddress = looksLikeEmail(address);
  const isDoubtful = isAddress && !confirmation.isDoubted && meantEmail(address) !== null;
  typed.email = address;
  if (isDoubtful) confirmation.isDoubted = true;
  signs.blame(isAddress ? null : 'emailInvalid');
  return isAddress && !isDoubtful;
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
  const address = email.trim();
  if (!isReady(chat, address)) return;
  await chat.sending(async () => {
    await confirmation.changeAddress(address);
    chat.typed = {};
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
