/** Texts for visitors outside the widget: the confirmation e-mail and the pages of its links. */
export interface Texts {
  language: string;
  direction: 'ltr' | 'rtl';
  /** Answers to a question of the site, in the words of the widget's buttons. */
  answerYes: string;
  answerNo: string;
  mailSubject: string;
  mailBody: string;
  mailButton: string;
  mailExpires: string;
  mailNotMe: string;
  mailNotMeLink: string;
  confirmTitle: string;
  confirmBody: string;
  confirmButton: string;
  doneTitle: string;
  doneBody: string;
  usedTitle: string;
  usedBody: string;
  expiredTitle: string;
  expiredBody: string;
  unknownTitle: string;
  unknownBody: string;
  notMeTitle: string;
  notMeBody: string;
  notMeButton: string;
  notMeUsedTitle: string;
  notMeUsedBody: string;
  notMeExpiredBody: string;
  notMeDoneTitle: string;
  notMeDoneBody: string;
  backToSite: string;
  errorTitle: string;
  errorBody: string;
  errorReference: string;
  /** Advice after an error that opening the link again can solve. */
  reopenBody: string;
  busyTitle: string;
  busyBody: string;
  headersTitle: string;
  headersBody: string;
}
