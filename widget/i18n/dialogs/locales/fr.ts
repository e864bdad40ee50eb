import type {DialogTexts} from './en.js';

const fr: DialogTexts = {
  confirmDiscard: 'Vos réponses, messages et fichiers seront supprimés.',
  confirmForget:
    'Cet appareil oublie la conversation. Ce que vous avez déposé reste chez nous ; gardez votre référence.',

  myData: 'Mes données',
  loading: 'Un instant…',
  onlyHere: 'Votre nom reste sur cet appareil jusqu’au dépôt de votre demande.',
  away: 'Notre système est injoignable. Veuillez réessayer dans un instant.',
  change: 'Modifier',
  save: 'Enregistrer',
  personal_data: 'Conservation de vos données',
  ai_training: 'Entraînement de notre agent d’IA avec vos fichiers',
  ai_answers: 'Lecture de vos fichiers par notre assistant d’IA',
  withdraw: 'Retirer le consentement',
  messages: 'Vos messages',
  downloadFile: 'Télécharger {name}',
  downloadAll: 'Tout télécharger (ZIP)',
  erase: 'Tout effacer',
  eraseConsequence:
    'Vos données, fichiers et messages seront effacés, ici et chez nous, et votre demande prend fin. C’est irréversible.',
  erased:
    'Vos données et fichiers sont effacés, ici et chez nous. La référence {reference} n’est plus valable. Au revoir.',
  print: 'Imprimer',
  language: 'Langue',
  textSize: 'Taille du texte',
  sound: 'Son quand Maria écrit',
};

export default fr;
