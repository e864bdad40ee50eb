import type {Texts} from './texts.js';

export const en: Texts = {
  language: 'en',
  direction: 'ltr',
  mailSubject: 'Please confirm your e-mail address',
  mailBody:
    'Somebody entered this address in the chat of {site}. If that was you, please confirm it, so that your request can be handled.',
  mailButton: 'Confirm my address',
  mailExpires: 'The link works for {time}. Pressing it twice does no harm.',
  mailNotMe: 'This was not you? Then do nothing, or tell us here:',
  mailNotMeLink: 'This was not me',
  confirmTitle: 'Confirm your e‑mail address',
  confirmBody: 'Press the button to confirm your address for {site}.',
  confirmButton: 'Confirm',
  doneTitle: 'Thank you, your address is confirmed',
  doneBody: 'Your request has arrived. You can close this page and go back to the chat.',
  usedTitle: 'Your address is already confirmed',
  usedBody: 'There is nothing left to do. You can close this page.',
  expiredTitle: 'This link does not work any more',
  expiredBody:
    'It has expired, or a newer one was sent. Use the newest mail, or go back to the chat and choose “Send again”.',
  unknownTitle: 'This link is not known',
  unknownBody:
    'Perhaps it was cut in the mail: copy it whole. If your data has been erased, its links are gone too.',
  notMeTitle: 'This was not you?',
  notMeBody: 'Press the button, and the link in the mail will stop working.',
  notMeButton: 'This was not me',
  notMeUsedTitle: 'This was not you?',
  notMeUsedBody:
    'The address has been confirmed already, so this link cannot take it back. Please write to {site} from this address: whatever was stored under it can be corrected or erased.',
  notMeExpiredBody:
    'Nobody can confirm your address with it. If you got a newer mail, use the link in that one.',
  notMeDoneTitle: 'Thank you for telling us',
  notMeDoneBody: 'The link does not work any more. You need not do anything else.',
  backToSite: 'Back to {site}',
  errorTitle: 'Something went wrong',
  errorBody:
    'The system has encountered an error, which has been notified to the administrator to investigate. Please try again later.',
  errorReference: 'Reference: {reference}',
  busyTitle: 'Please wait a moment',
  busyBody:
    'There were too many requests in a short time. Wait a minute, then open the link again.',
  headersTitle: 'This page cannot be opened right now',
  headersBody:
    'Your browser sends too many cookies to this site. Delete them, or open the link in a private window.',
};
