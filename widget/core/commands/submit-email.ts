import type {Chat} from '../chat.js';
import {ClientError} from '../transport/api-client.js';
import type {Confirmation} from '../email/email-verification.js';
import {cleanEmail, looksLikeEmail} from '../email/email-address.js';
import {meantEmail} from '../email/email-suggestion.js';
import {MariaSubmittedEvent} from '../../events.js';

/** Hands over name and e-mail: from here on the session exists, and a link is on its way. */
export const giveEmail = (chat: Chat, email: string) => {
  const {answers, guide} = chat;
  const step = guide.step!;
  answers.email = cleanEmail(email);
  return send(chat, email, async (address) => {
    await submit(chat, address);
    chat.visitorName = answers.name;
    answers.handOver();
    chat.state = 'pending';
    chat.host.dispatchEvent(new MariaSubmittedEvent(chat.reference));
    chat.visitorSays(() => address);
    chat.drafts.clear();
    await guide.finish(step);
  });
};

export const changeEmail = (chat: Chat, email: string) =>
  send(chat, email, async (address) => {
    const {confirmation, guide, signs} = chat;
    await confirmation!.changeAddress(address);
    // Two e-mail addresses may look the same behind the mask.
    chat.visitorSays(() => address);
    chat.drafts.clear();
    signs.showToast(confirmation!.isDelayed ? 'pendingDelayed' : 'sent');
    if (guide.step) guide.say(guide.wordsOf(guide.step));
  });

/** What is no address goes nowhere, and what is probably a slip is asked about first, once. */
const send = (chat: Chat, email: string, work: (address: string) => Promise<void>) => {
  const {drafts, signs} = chat;
  const confirmation = chat.confirmation!;
  const address = cleanEmail(email);
  drafts.set('email', address);
  if (!looksLikeEmail(address)) return signs.blame('emailInvalid');
  if (confirmation.isDoubted || !meantEmail(address)) return chat.sending(() => work(address));
  confirmation.isDoubted = true;
  signs.blame(null);
};

const submit = async (chat: Chat, email: string) => {
  const {answers, outbox, signal} = chat;
  const contact = {name: answers.name ?? '', email, locale: chat.language.tag};
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

export const sendLinkAgain = (chat: Chat, confirmation: Confirmation) =>
  chat.sending(async () => {
    const outcome = await confirmation.resend();
    const sent = confirmation.isDelayed ? 'pendingDelayed' : 'sentAgain';
    if (outcome !== 'soon') chat.signs.showToast(outcome === 'sent' ? sent : 'sendAgainLater');
  });
