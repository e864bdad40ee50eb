import type {Texts} from './texts.js';

export const en: Texts = {
  language: 'en',
  direction: 'ltr',
  answerYes: 'Yes',
  answerNo: 'No',
  mailSubject: 'Please confirm your e-mail address',
  mailBody:
    'This e-mail address was entered in the {site} chat. If that was you, please confirm it so that we can handle your request.',
  mailButton: 'Confirm my e-mail address',
  mailExpires: 'This link is valid for {time}. You can open it more than once.',
  mailNotMe: 'Not you? You can ignore this e-mail, or let us know:',
  mailNotMeLink: 'This wasn’t me',
  confirmTitle: 'Confirm your e‑mail address',
  confirmBody: 'Press “Confirm” to confirm your e‑mail address for {site}.',
  confirmButton: 'Confirm',
  doneTitle: 'Thank you, your e‑mail address is confirmed',
  doneBody: 'Your request has arrived. You can close this page and go back to the chat.',
  usedTitle: 'Your e‑mail address is already confirmed',
  usedBody: 'You don’t need to do anything else. You can close this page.',
  expiredTitle: 'This link no longer works',
  expiredBody:
    'It has expired, or it was replaced or cancelled. Please use the link in the newest e‑mail, or go back to the chat to get a new one.',
  unknownTitle: 'We don’t recognise this link',
  unknownBody:
    'Part of it may be missing: please copy the whole link from the e‑mail. If the e‑mail is old or your data was erased, the link no longer works.',
  notMeTitle: 'Wasn’t this you?',
  notMeBody: 'Press the button to disable the link in that e‑mail.',
  notMeButton: 'This wasn’t me',
  notMeUsedTitle: 'Wasn’t this you?',
  notMeUsedBody:
    'This e‑mail address is already confirmed, so it can’t be undone here. Please write to {site} from this e‑mail address, and they’ll correct or erase the data stored under it.',
  notMeExpiredBody:
    'It can no longer be used to confirm your e‑mail address. If you got a newer e‑mail, please use the link in that one.',
  notMeDoneTitle: 'Thank you for telling us',
  notMeDoneBody: 'The link no longer works. You don’t need to do anything else.',
  backToSite: 'Back to {site}',
  errorTitle: 'Something went wrong',
  errorBody:
    'The system has encountered an error, which has been notified to the administrator to investigate. Please try again later.',
  errorReference: 'Reference: {reference}',
  reopenBody: 'Please open the link in the e‑mail again.',
  busyTitle: 'Please wait a moment',
  busyBody: 'We’ve had too many requests. Please wait a minute and open the link again.',
  headersTitle: 'This page can’t be opened right now',
  headersBody:
    'Your browser sends too many cookies to this site. Please delete them, or open the link in a private window.',
};
