import type {Texts} from './en.js';

const de: Texts = {
  dir: 'ltr',
  subtitle: 'Ihre Assistentin',
  stepOf: 'Schritt {index} von {total}',
  open: 'Chat öffnen',
  openUnread: 'Chat öffnen, neue Nachrichten: {count}',
  close: 'Chat schließen',
  menu: 'Mehr',
  log: 'Gespräch mit Maria',
  typing: 'Maria schreibt',
  maria: 'Maria',
  mariaSays: 'Maria:',
  youSay: 'Sie:',
  footnote: 'Wir verwenden Ihre Daten nur so, wie Sie es erlauben.',
  privacy: 'Datenschutzerklärung',

  welcome:
    'Guten Tag, ich bin Maria. Ich helfe Ihnen, Ihr Anliegen einzureichen. Das dauert etwa zwei Minuten.',
  askName: 'Wie heißen Sie?',
  nameLabel: 'Ihr Name',
  nameRequired: 'Bitte nennen Sie mir Ihren Namen.',
  tooLong: 'Bitte verwenden Sie höchstens {count} Zeichen.',
  send: 'Senden',
  niceToMeet: 'Freut mich, {name}.',

  consentPersonalData:
    'Dürfen wir Ihren Namen, Ihre E‑Mail-Adresse, Ihre Antworten, Ihre Nachrichten und Ihre Dateien speichern, um Ihr Anliegen zu bearbeiten? Sonst können wir es nicht annehmen.',
  consentAiTraining:
    'Dürfen wir Ihre Dateien außerdem nutzen, um unseren KI-Assistenten zu trainieren? Das ist freiwillig und ändert nichts an Ihrem Anliegen.',
  consentAiAnswers:
    'Darf unser KI-Assistent Ihre Dateien lesen, um Ihre Fragen dazu zu beantworten? Das ist freiwillig.',
  yourChoice: 'Ihre Entscheidung',
  agree: 'Ich stimme zu',
  disagree: 'Ich lehne ab',
  changeAnswer: 'Ändern: {answer}',

  askFiles: 'Bitte fügen Sie Ihre Unterlagen hinzu. Wenn Sie weitermachen, laden wir sie hoch.',
  dropHere: 'PDF-Dateien hier ablegen',
  filesLater: 'In diesem Schritt brauchen Sie keine Dateien.',
  chooseFiles: 'PDF-Dateien auswählen',
  orDrop: 'oder hier ablegen',
  addMore: 'Weitere Dateien',
  upload: 'Dateien hochladen',
  done: 'Fertig & weiter',
  skipFiles: 'Ohne Dateien weiter',
  fileLimits: 'Nur PDF-Dateien: bis zu {count}, jede bis zu {size}.',
  files: 'Ihre Dateien',
  queued: 'Bereit zum Hochladen',
  attached: 'Anhang Ihrer Nachricht',
  duplicate: 'Das scheint dieselbe Datei zu sein wie {name}.',
  uploadStarts: 'Wird hochgeladen …',
  uploading: 'Wird hochgeladen, {percent}',
  removing: 'Wird entfernt …',
  notRemoved: 'Nicht entfernt. Bitte versuchen Sie es erneut.',
  success: 'Hochgeladen',
  cancelFile: 'Hochladen abbrechen: {name}',
  retryFile: 'Erneut versuchen: {name}',
  removeFile: '{name} entfernen',
  fileRemoved: 'Datei entfernt.',
  filesDone: 'Hochgeladene Dateien: {count}',
  filesAgain: 'Nicht hochgeladene Dateien: {count}. Bitte wählen Sie sie erneut aus.',

  file_too_large: 'Diese Datei ist größer als {size}. Bitte wählen Sie eine kleinere.',
  not_a_pdf: 'Das ist keine PDF-Datei. Bitte speichern Sie das Dokument als PDF.',
  empty_file: 'Diese Datei ist leer. Bitte wählen Sie eine andere.',
  too_many_files: 'Höchstzahl erreicht. Entfernen Sie zuerst eine Datei.',
  file_infected:
    'Die Sicherheitsprüfung hat diese Datei beanstandet. Bitte wählen Sie eine andere.',
  active_content:
    'PDFs mit Programmen können wir nicht annehmen. Bitte drucken Sie es neu als PDF.',
  too_slow: 'Das Hochladen dauerte zu lange. Bitte versuchen Sie es erneut.',
  cancelled: 'Abgebrochen.',
  unreadable: 'Die Datei wurde geändert. Bitte fügen Sie sie erneut hinzu.',
  fileOffline: 'Keine Verbindung. Es geht automatisch weiter.',
  fileBusy: 'Gerade ist viel los. Es geht automatisch weiter.',
  fileFailed: 'Das Hochladen ist fehlgeschlagen. Bitte versuchen Sie es erneut.',
  filesFailed:
    'Einige Dateien wurden nicht hochgeladen. Drücken Sie erneut, um ohne sie weiterzumachen.',

  askEmail: 'Wie erreichen wir Sie? Wir senden Ihnen einen Link, um Ihre Adresse zu bestätigen.',
  emailLabel: 'Ihre E-Mail-Adresse',
  emailInvalid: 'Bitte geben Sie eine vollständige E‑Mail-Adresse ein, etwa name@example.com.',
  didYouMean: 'Meinten Sie {email}?',
  useAnyway: '{email} trotzdem verwenden',

  pending:
    'Wir haben einen Link an {email} gesendet. Bitte öffnen Sie ihn, um Ihre Adresse zu bestätigen.',
  pendingLater:
    'Wir senden einen Link an {email}. Bitte öffnen Sie ihn, um Ihre Adresse zu bestätigen.',
  pendingTitle: 'Bitte schauen Sie in Ihr Postfach',
  pendingHint:
    'Sobald Sie bestätigt haben, sehen Sie es hier. Keine E‑Mail? Bitte schauen Sie in den Spam-Ordner.',
  pendingDelayed: 'Der Link kann etwas später ankommen.',
  sendAgain: 'Erneut senden',
  sendAgainIn: 'Erneut senden ({seconds} s)',
  sent: 'Link gesendet.',
  sendAgainLater: 'Gerade können wir keinen Link senden. Bitte versuchen Sie es später erneut.',
  changeAddress: 'Adresse ändern',

  complete: 'Vielen Dank! Ihre E‑Mail-Adresse ist bestätigt, Ihr Anliegen ist angekommen.',
  completeNamed:
    'Vielen Dank, {name}! Ihre E‑Mail-Adresse ist bestätigt, Ihr Anliegen ist angekommen.',
  whatNext: 'Falls wir Fragen haben, schreiben wir Ihnen per E‑Mail.',
  reference: 'Ihre Referenz',
  copy: 'Referenz kopieren',
  copied: 'Kopiert',
  notCopied: 'Bitte kopieren Sie die Referenz selbst.',
  refused:
    'Kein Problem. Wir behalten weder Ihre Angaben noch Dateien. Kommen Sie jederzeit wieder.',
  newRequest: 'Neues Anliegen beginnen',
  changedMind: 'Ich habe es mir anders überlegt',

  returning: 'Willkommen zurück, {name}. Möchten Sie dort weitermachen, wo Sie aufgehört haben?',
  returningUnnamed: 'Willkommen zurück. Möchten Sie dort weitermachen, wo Sie aufgehört haben?',
  goOn: 'Weitermachen',
  discard: 'Von vorn beginnen',
  goesOn: 'Gut, weiter geht’s.',
  hello: 'Hallo {name}, schön, Sie wiederzusehen. Ihr Anliegen liegt uns vor.',
  helloUnnamed: 'Hallo, schön, Sie wiederzusehen. Ihr Anliegen liegt uns vor.',
  notYou: 'Nicht Sie? Von diesem Gerät entfernen',

  gone: 'Ihr Besuch ist eine Weile her. Wir haben Ihre Angaben gelöscht. Bitte beginnen Sie neu.',
  reset:
    'Wir mussten das Gespräch wegen eines technischen Problems zurücksetzen. Bitte beginnen Sie neu.',
  error:
    'Leider ist ein Fehler aufgetreten und wurde gemeldet. Bitte versuchen Sie es später erneut.',
  notHere: 'Leider bin ich hier gerade nicht erreichbar. Bitte kontaktieren Sie uns anders.',
  offline: 'Sie sind anscheinend offline. Machen Sie ruhig weiter; wir speichern alles später.',
  unreachable:
    'Der Chat hat gerade keine Verbindung. Machen Sie ruhig weiter; wir versuchen es weiter.',
  busy: 'Gerade ist viel los. Machen Sie ruhig weiter; wir speichern gleich alles.',
  slow: 'Das dauert etwas länger. Wir versuchen es weiter.',
  notLoaded: 'Das konnte nicht geladen werden. Bitte versuchen Sie es erneut.',
  notKept: 'Dieses Gespräch geht verloren, wenn Sie die Seite verlassen.',
  dismiss: 'Ausblenden',
  retry: 'Erneut versuchen',
  cancel: 'Abbrechen',

  message: 'Nachricht schreiben',
  stop: 'Stopp',
  sending: 'Wird gesendet …',
  notSent: 'Noch nicht gesendet.',
  downloadReady: 'Bereit. Bitte erneut drücken.',
  askQuestion: 'Frage stellen',
  toAsk: 'Für Ihre Frage brauche ich Ihre Zustimmung.',
  start: 'Beginnen',
  continueSteps: 'Weiter mit meinem Anliegen',
  leaveEmail: 'E-Mail-Adresse hinterlassen',
  verified: 'Ihre E‑Mail-Adresse ist bestätigt.',
  askAssistant: 'Wie lautet Ihre Frage?',
};

export default de;
