import type {Texts} from './texts.js';

export const de: Texts = {
  language: 'de',
  direction: 'ltr',
  answerYes: 'Ja',
  answerNo: 'Nein',
  mailSubject: 'Bitte bestätigen Sie Ihre E-Mail-Adresse',
  mailBody:
    'Diese E-Mail-Adresse wurde im Chat von {site} angegeben. Wenn Sie das waren, bestätigen Sie sie bitte, damit wir Ihr Anliegen bearbeiten können.',
  mailButton: 'Meine E-Mail-Adresse bestätigen',
  mailExpires: 'Der Link ist {time} gültig. Sie können ihn auch mehrmals öffnen.',
  mailNotMe: 'Das waren nicht Sie? Dann müssen Sie nichts tun. Oder geben Sie uns Bescheid:',
  mailNotMeLink: 'Das war ich nicht',
  confirmTitle: 'Bestätigen Sie Ihre E‑Mail-Adresse',
  confirmBody: 'Bitte bestätigen Sie mit der Schaltfläche Ihre E‑Mail-Adresse für {site}.',
  confirmButton: 'Bestätigen',
  doneTitle: 'Danke, Ihre E‑Mail-Adresse ist bestätigt',
  doneBody:
    'Ihr Anliegen ist angekommen. Sie können diese Seite schließen und zum Chat zurückkehren.',
  usedTitle: 'Ihre E‑Mail-Adresse ist bereits bestätigt',
  usedBody: 'Sie müssen nichts weiter tun. Sie können diese Seite schließen.',
  expiredTitle: 'Dieser Link gilt nicht mehr',
  expiredBody:
    'Er ist abgelaufen, oder er wurde ersetzt oder gesperrt. Bitte nehmen Sie den Link aus der neuesten E‑Mail, oder lassen Sie sich im Chat einen neuen schicken.',
  unknownTitle: 'Diesen Link kennen wir nicht',
  unknownBody:
    'Vielleicht fehlt ein Teil. Bitte kopieren Sie den ganzen Link aus der E‑Mail. Wenn die E‑Mail älter ist oder Ihre Daten gelöscht wurden, gilt der Link nicht mehr.',
  notMeTitle: 'Das waren nicht Sie?',
  notMeBody: 'Mit der Schaltfläche sperren Sie den Link aus der E‑Mail.',
  notMeButton: 'Das war ich nicht',
  notMeUsedTitle: 'Das waren nicht Sie?',
  notMeUsedBody:
    'Diese E‑Mail-Adresse ist bereits bestätigt, deshalb lässt sich das hier nicht mehr rückgängig machen. Bitte schreiben Sie von dieser E‑Mail-Adresse aus an {site}: Dort werden die dazu gespeicherten Daten berichtigt oder gelöscht.',
  notMeExpiredBody:
    'Damit lässt sich Ihre E‑Mail-Adresse nicht mehr bestätigen. Falls Sie eine neuere E‑Mail bekommen haben, nehmen Sie bitte den Link aus dieser.',
  notMeDoneTitle: 'Danke für den Hinweis',
  notMeDoneBody: 'Der Link gilt nicht mehr. Sie müssen nichts weiter tun.',
  backToSite: 'Zurück zu {site}',
  errorTitle: 'Etwas ist schiefgegangen',
  errorBody:
    'Leider ist bei uns ein Fehler aufgetreten. Er wurde zur Prüfung gemeldet. Bitte versuchen Sie es später erneut.',
  errorReference: 'Referenz: {reference}',
  reopenBody: 'Bitte öffnen Sie den Link in der E‑Mail erneut.',
  busyTitle: 'Bitte warten Sie einen Moment',
  busyBody:
    'Es kamen gerade zu viele Anfragen. Bitte warten Sie eine Minute und öffnen Sie den Link erneut.',
  headersTitle: 'Diese Seite lässt sich gerade nicht öffnen',
  headersBody:
    'Ihr Browser sendet dieser Website zu viele Cookies. Bitte löschen Sie die Cookies, oder öffnen Sie den Link in einem privaten Fenster.',
};
