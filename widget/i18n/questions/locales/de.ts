import type {QuestionTexts} from './en.js';

const de: QuestionTexts = {
  skip: 'Überspringen',
  other: 'Andere Antwort',
  yes: 'Ja',
  no: 'Nein',
  yourAnswers: 'Ihre Antworten',
  changed: 'Geändert: {answer}',
  missing: 'Bitte beantworten Sie diese Frage.',
  other_missing: 'Bitte schreiben Sie Ihre eigene Antwort in das Feld.',
  wrong: 'Bitte prüfen Sie Ihre Antwort.',
  answers_too_large: 'Ihre Antworten sind zusammen zu lang. Bitte kürzen Sie diese.',
  too_many_answers:
    'Wir können keine weiteren Antworten speichern. Bitte schreiben Sie uns stattdessen.',
  too_short: 'Bitte schreiben Sie mindestens {min} Zeichen.',
  too_few_choices: 'Bitte wählen Sie mindestens {min} aus.',
  too_many_choices: 'Bitte wählen Sie höchstens {max} aus.',
  not_a_number: 'Bitte geben Sie nur die Zahl ein, zum Beispiel 12.',
  whole_number: 'Bitte geben Sie eine ganze Zahl ein.',
  too_many_decimals: 'Nachkommastellen: höchstens {max}.',
  too_small: 'Bitte geben Sie {min} oder mehr ein.',
  too_large: 'Bitte geben Sie {max} oder weniger ein.',
  not_a_date: 'Bitte geben Sie ein vollständiges Datum ein.',
  too_early: 'Bitte wählen Sie den {min} oder einen späteren Tag.',
  too_late: 'Bitte wählen Sie den {max} oder einen früheren Tag.',
  not_a_phone:
    'Bitte geben Sie eine Telefonnummer mit {min} bis {max} Ziffern ein, ohne Buchstaben.',
  not_a_url: 'Bitte geben Sie eine Webadresse ohne Leerzeichen ein, zum Beispiel example.com.',
  not_http: 'Bitte geben Sie eine Adresse ein, die mit https:// oder http:// beginnt.',
};

export default de;
