import type {DialogTexts} from './en.js';

const de: DialogTexts = {
  startOver: 'Neu beginnen',
  confirmDiscard: 'Ihre Antworten, Nachrichten und Dateien werden gelöscht.',
  confirmForget:
    'Das Gespräch wird von diesem Gerät entfernt. Was Sie eingereicht haben, behalten wir; bitte notieren Sie Ihre Referenz.',

  myData: 'Meine Daten',
  loading: 'Einen Moment …',
  onlyHere: 'Ihre Antworten bleiben auf diesem Gerät, bis Sie Ihr Anliegen einreichen.',
  away: 'Das hat nicht geklappt. Bitte versuchen Sie es gleich erneut.',
  change: 'Ändern',
  save: 'Speichern',
  personal_data: 'Speichern Ihrer Daten',
  ai_training: 'Training unseres KI-Assistenten mit Ihren Dateien',
  ai_answers: 'Lesen Ihrer Dateien durch unseren KI-Assistenten',
  agreedOn: '✓ Zugestimmt am {time}',
  declinedOn: '✗ Abgelehnt am {time}',
  withdraw: 'Einwilligung widerrufen',
  messages: 'Ihre Nachrichten',
  downloadFile: '{name} herunterladen',
  remove: 'Datei entfernen',
  removeConsequence: 'Wir löschen {name}. Das lässt sich nicht rückgängig machen.',
  downloadAll: 'Alles herunterladen (ZIP)',
  erase: 'Alles löschen',
  eraseConsequence:
    'Wir löschen Ihre Angaben, Dateien und Nachrichten, auf diesem Gerät und bei uns, und schließen Ihr Anliegen. Das lässt sich nicht rückgängig machen.',
  erased: 'Alles ist gelöscht. Ihre Referenz {reference} gilt nicht mehr. Alles Gute!',
  keep: 'Gespräch speichern',
  print: 'Drucken',
  language: 'Sprache',
  textSize: 'Schriftgröße',
  sound: 'Ton, wenn Maria schreibt',
};

export default de;
