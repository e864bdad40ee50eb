import type {DialogTexts} from './en.js';

const de: DialogTexts = {
  confirmDiscard: 'Ihre Antworten, Nachrichten und Dateien werden gelöscht.',
  confirmForget:
    'Dieses Gerät vergisst das Gespräch. Was Sie eingereicht haben, bleibt bei uns; bewahren Sie Ihre Referenz auf.',

  myData: 'Meine Daten',
  loading: 'Einen Moment…',
  onlyHere: 'Ihr Name bleibt auf diesem Gerät, bis Sie Ihr Anliegen einreichen.',
  away: 'Wir sind gerade nicht erreichbar. Bitte versuchen Sie es später.',
  change: 'Ändern',
  save: 'Speichern',
  personal_data: 'Speichern Ihrer Daten',
  ai_training: 'Training unseres KI-Agenten mit Ihren Dateien',
  ai_answers: 'Lesen Ihrer Dateien durch unseren KI-Assistenten',
  withdraw: 'Einwilligung widerrufen',
  messages: 'Ihre Nachrichten',
  downloadFile: '{name} herunterladen',
  downloadAll: 'Alles herunterladen (ZIP)',
  erase: 'Alles löschen',
  eraseConsequence:
    'Ihre Angaben, Dateien und Nachrichten werden gelöscht, hier und bei uns, und Ihr Anliegen endet. Das lässt sich nicht rückgängig machen.',
  erased:
    'Ihre Angaben und Dateien sind gelöscht, hier und bei uns. Die Referenz {reference} gilt nicht mehr.',
  print: 'Drucken',
  language: 'Sprache',
  textSize: 'Schriftgröße',
  sound: 'Ton, wenn Maria schreibt',
};

export default de;
