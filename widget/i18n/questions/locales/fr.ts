import type {QuestionTexts} from './en.js';

const fr: QuestionTexts = {
  skip: 'Passer',
  other: 'Autre réponse',
  yes: 'Oui',
  no: 'Non',
  yourAnswers: 'Vos réponses',
  changed: 'Modifié : {answer}',
  missing: 'Merci de répondre à cette question.',
  other_missing: 'Merci d’écrire votre propre réponse dans le champ.',
  wrong: 'Merci de vérifier votre réponse.',
  answers_too_large: 'Vos réponses sont trop longues au total. Merci de raccourcir celle-ci.',
  too_many_answers: 'Nous ne pouvons plus enregistrer de réponses. Merci de nous écrire.',
  too_short: 'Merci d’écrire au moins {min} caractères.',
  too_few_choices: 'Merci d’en choisir au moins {min}.',
  too_many_choices: 'Merci d’en choisir {max} au plus.',
  not_a_number: 'Merci d’indiquer seulement le nombre, par exemple 12.',
  whole_number: 'Merci d’indiquer un nombre entier.',
  too_many_decimals: 'Décimales : {max} au plus.',
  too_small: 'Merci d’indiquer {min} ou plus.',
  too_large: 'Merci d’indiquer {max} ou moins.',
  not_a_date: 'Merci d’indiquer une date complète.',
  too_early: 'Merci de choisir le {min} ou une date ultérieure.',
  too_late: 'Merci de choisir le {max} ou une date antérieure.',
  not_a_phone: 'Merci d’indiquer un numéro de téléphone de {min} à {max} chiffres, sans lettres.',
  not_a_url: 'Merci d’indiquer une adresse web sans espaces, comme example.com.',
  not_http: 'Merci d’indiquer une adresse qui commence par https:// ou http://.',
};

export default fr;
