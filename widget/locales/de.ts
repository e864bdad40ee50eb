import type {Texts} from './en.js';

const de: Texts = {
  dir: 'ltr',
  subtitle: 'Ihre Assistentin',
  stepOf: 'Schritt {index} von {total}',
  open: 'Chat öffnen',
  openUnread: 'Chat öffnen, neue Nachrichten: {count}',
  close: 'Chat schließen',
  menu: 'Mehr',
  startOver: 'Neu beginnen',
  log: 'Gespräch mit Maria',
  typing: 'Maria schreibt',
  maria: 'Maria',
  mariaSays: 'Maria:',
  youSay: 'Sie:',
  footnote: 'Ihre Daten werden nur so verwendet, wie Sie zustimmen.',
  privacy: 'Datenschutzerklärung',

  welcome:
    'Guten Tag, ich bin Maria. Ich helfe Ihnen, Ihre Unterlagen einzureichen. Das dauert etwa zwei Minuten.',
  askName: 'Wie heißen Sie?',
  nameLabel: 'Ihr Name',
  nameRequired: 'Bitte nennen Sie mir Ihren Namen.',
  nameInvalid: 'Bitte höchstens {count} Zeichen für den Namen.',
  send: 'Senden',
  niceToMeet: 'Schön, Sie kennenzulernen, {name}.',

  consentPersonalData:
    'Dürfen wir Ihren Namen, Ihre E‑Mail-Adresse und Ihre hochgeladenen Dateien speichern, um Ihr Anliegen zu bearbeiten? Ohne das können wir Ihre Unterlagen nicht annehmen.',
  consentAiTraining:
    'Dürfen wir Ihre hochgeladenen Dateien außerdem nutzen, um unseren KI-Agenten zu trainieren? Das ist freiwillig und ändert nichts an Ihrem Anliegen.',
  consentAiAnswers:
    'Darf unser KI-Assistent Ihre hochgeladenen Dateien lesen, um Ihre Fragen dazu zu beantworten? Das ist freiwillig.',
  yourChoice: 'Ihre Entscheidung',
  agree: 'Ich stimme zu',
  disagree: 'Ich stimme nicht zu',
  changeAnswer: 'Ändern: {answer}',

  askFiles: 'Bitte fügen Sie Ihre Unterlagen hinzu.',
  dropHere: 'PDF-Dateien hier ablegen',
  filesLater: 'In diesem Schritt sind keine Dateien nötig.',
  chooseFiles: 'PDF-Dateien auswählen',
  orDrop: 'oder hier ablegen',
  addMore: 'Weitere Dateien',
  fileCount: 'Dateien: {count} von {limit}',
  upload: 'Dateien hochladen',
  done: 'Fertig & weiter',
  skipFiles: 'Ohne Dateien weiter',
  fileLimits: 'Nur PDF. Dateien: bis zu {count}. Größe: je bis zu {size}.',
  files: 'Ihre Dateien',
  queued: 'Bereit zum Hochladen',
  twin: 'Sieht aus wie {name}.',
  uploading: 'Wird hochgeladen, {percent}',
  timeLeft: 'noch {time}',
  success: 'Hochgeladen',
  cancelFile: 'Hochladen abbrechen: {name}',
  retryFile: 'Noch einmal versuchen: {name}',
  retryAll: 'Alle noch einmal versuchen',
  removeFile: '{name} entfernen',
  fileRemoved: 'Die Datei ist entfernt.',
  filesDone: 'Hochgeladene Dateien: {count}',
  filesAgain: 'Gewählte, nicht gesendete Dateien: {count}. Bitte wählen Sie sie noch einmal.',
  fileProgress: '{name}: {percent}',

  file_too_large: 'Größer als {size}. Bitte wählen Sie eine kleinere Datei.',
  not_a_pdf: 'Das ist keine PDF-Datei.',
  empty_file: 'Diese Datei ist leer.',
  too_many_files: 'Die Höchstzahl ist erreicht. Entfernen Sie eine Datei, um diese hinzuzufügen.',
  file_infected: 'Der Virenscanner hat diese Datei abgelehnt.',
  active_content: 'Dieses PDF enthält Skripte oder Programme; das wird nicht angenommen.',
  too_slow: 'Die Verbindung war zu langsam. Bitte versuchen Sie es noch einmal.',
  cancelled: 'Abgebrochen.',
  size_mismatch: 'Die Datei hat sich inzwischen geändert. Bitte fügen Sie sie neu hinzu.',
  fileOffline: 'Wartet auf die Verbindung. Es geht von selbst weiter.',
  fileBusy: 'Unser System ist ausgelastet. Es geht von selbst weiter.',
  fileFailed: 'Das Hochladen ist fehlgeschlagen. Bitte versuchen Sie es noch einmal.',

  askEmail: 'Wie erreichen wir Sie? Wir senden Ihnen einen Link, um Ihre Adresse zu bestätigen.',
  emailLabel: 'Ihre E-Mail-Adresse',
  emailInvalid: 'Bitte prüfen Sie die E-Mail-Adresse. Sie sieht aus wie name@example.com.',
  didYouMean: 'Meinten Sie {email}?',

  pending:
    'Wir haben einen Link an {email} geschickt. Bitte öffnen Sie ihn, um Ihre Adresse zu bestätigen.',
  pendingTitle: 'Bitte sehen Sie in Ihr Postfach',
  pendingHint:
    'Dieses Fenster merkt es von selbst. Keine Mail? Sehen Sie auch im Spam-Ordner nach.',
  sendAgain: 'Erneut senden',
  sendAgainIn: 'Erneut senden ({seconds} s)',
  sent: 'Wir haben den Link geschickt.',
  sentAgain: 'Wir haben den Link erneut geschickt.',
  sendAgainLater: 'Das war vorerst der letzte Link. Bitte versuchen Sie es später.',
  changeAddress: 'Adresse ändern',
  newAddress: 'Neue E-Mail-Adresse',
  keepAddress: 'Adresse behalten',

  complete: 'Vielen Dank! Ihre Adresse ist bestätigt, Ihre Unterlagen sind angekommen.',
  completeNamed:
    'Vielen Dank, {name}! Ihre Adresse ist bestätigt, Ihre Unterlagen sind angekommen.',
  reference: 'Ihre Referenz',
  copy: 'Referenz kopieren',
  copied: 'Kopiert',
  notCopied: 'Kopieren ist hier gesperrt. Bitte markieren Sie die Referenz.',
  refused:
    'Kein Problem. Ihre Eingaben sind nirgends gespeichert, und was Sie hochgeladen haben, wird gelöscht. Sie können jederzeit wiederkommen.',
  keep: 'Gespräch sichern',
  newRequest: 'Neues Anliegen beginnen',
  changedMind: 'Ich habe es mir anders überlegt',

  returning: 'Willkommen zurück, {name}. Möchten Sie dort weitermachen, wo Sie aufgehört haben?',
  returningUnnamed: 'Willkommen zurück. Möchten Sie dort weitermachen, wo Sie aufgehört haben?',
  goOn: 'Weitermachen',
  discard: 'Verwerfen und neu beginnen',
  goesOn: 'Gut, weiter geht’s.',
  hello: 'Hallo {name}, schön, Sie wiederzusehen. Ihre Unterlagen liegen uns vor.',
  helloUnnamed: 'Hallo, schön, Sie wiederzusehen. Ihre Unterlagen liegen uns vor.',
  notYou: 'Nicht Sie? Auf diesem Gerät vergessen',

  gone: 'Ihr letzter Besuch ist eine Weile her, wir haben ihn gelöscht. Beginnen wir neu.',
  reset:
    'Ihre Sitzung wurde wegen eines technischen Problems zurückgesetzt. Bitte beginnen Sie noch einmal.',
  error:
    'Im System ist ein Fehler aufgetreten; der Administrator wurde benachrichtigt, um ihn zu untersuchen. Bitte versuchen Sie es später noch einmal.',
  notHere:
    'Leider bin ich auf dieser Seite gerade nicht zu erreichen. Bitte nutzen Sie ihre anderen Kontakte.',
  offline: 'Sie sind wohl offline. Machen Sie ruhig weiter; wir holen alles nach.',
  busy: 'Gerade ist viel los. Machen Sie ruhig weiter; wir holen alles gleich nach.',
  slow: 'Das dauert länger als sonst. Wir versuchen es weiter.',
  notKept:
    'Ihr Browser sperrt den Speicher: Dieses Gespräch ist beim Verlassen der Seite verloren.',
  dismiss: 'Ausblenden',
  retry: 'Noch einmal versuchen',
  cancel: 'Abbrechen',
};

export default de;
