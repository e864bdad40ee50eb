import type {Texts} from './texts.js';

export const de: Texts = {
  language: 'de',
  direction: 'ltr',
  mailSubject: 'Bitte bestätigen Sie Ihre E-Mail-Adresse',
  mailBody:
    'Diese Adresse wurde im Chat von {site} angegeben. Wenn Sie das waren, bestätigen Sie sie bitte, damit Ihr Anliegen bearbeitet werden kann.',
  mailButton: 'Meine Adresse bestätigen',
  mailExpires: 'Der Link ist {time} lang gültig. Ihn zweimal zu drücken, schadet nicht.',
  mailNotMe: 'Das waren nicht Sie? Dann tun Sie nichts, oder sagen Sie es uns hier:',
  mailNotMeLink: 'Das war ich nicht',
  confirmTitle: 'Ihre E‑Mail-Adresse bestätigen',
  confirmBody: 'Drücken Sie den Knopf, um Ihre Adresse für {site} zu bestätigen.',
  confirmButton: 'Bestätigen',
  doneTitle: 'Danke, Ihre Adresse ist bestätigt',
  doneBody:
    'Ihr Anliegen ist angekommen. Sie können diese Seite schließen und zum Chat zurückkehren.',
  usedTitle: 'Ihre Adresse ist bereits bestätigt',
  usedBody: 'Es ist nichts mehr zu tun. Sie können diese Seite schließen.',
  expiredTitle: 'Dieser Link gilt nicht mehr',
  expiredBody:
    'Er ist abgelaufen, oder es wurde ein neuerer geschickt. Nehmen Sie die neueste E-Mail, oder wählen Sie im Chat „Erneut senden“.',
  unknownTitle: 'Dieser Link ist nicht bekannt',
  unknownBody:
    'Vielleicht wurde er in der E-Mail abgeschnitten: kopieren Sie ihn ganz. Wurden Ihre Daten gelöscht, gelten auch die Links nicht mehr.',
  notMeTitle: 'Das waren nicht Sie?',
  notMeBody: 'Drücken Sie den Knopf, dann gilt der Link in der E-Mail nicht mehr.',
  notMeButton: 'Das war ich nicht',
  notMeUsedTitle: 'Das waren nicht Sie?',
  notMeUsedBody:
    'Die Adresse wurde bereits bestätigt, deshalb kann dieser Link es nicht mehr zurücknehmen. Bitte schreiben Sie von dieser Adresse aus an {site}: Was dazu gespeichert ist, kann berichtigt oder gelöscht werden.',
  notMeExpiredBody:
    'Niemand kann Ihre Adresse damit bestätigen. Falls Sie eine neuere E-Mail bekommen haben, nehmen Sie den Link in dieser.',
  notMeDoneTitle: 'Danke für den Hinweis',
  notMeDoneBody: 'Der Link gilt nicht mehr. Sie müssen nichts weiter tun.',
  backToSite: 'Zurück zu {site}',
  errorTitle: 'Etwas ist schiefgegangen',
  errorBody:
    'Im System ist ein Fehler aufgetreten; der Administrator wurde benachrichtigt, um ihn zu untersuchen. Bitte versuchen Sie es später noch einmal.',
  errorReference: 'Kennzeichen: {reference}',
  busyTitle: 'Bitte warten Sie einen Moment',
  busyBody:
    'Es kamen zu viele Anfragen in kurzer Zeit. Warten Sie eine Minute und öffnen Sie dann den Link noch einmal.',
  headersTitle: 'Die Seite lässt sich gerade nicht öffnen',
  headersBody:
    'Ihr Browser sendet dieser Website zu viele Cookies. Löschen Sie diese, oder öffnen Sie den Link in einem privaten Fenster.',
};
