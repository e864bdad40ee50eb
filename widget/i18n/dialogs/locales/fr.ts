import type {DialogTexts} from './en.js';

const fr: DialogTexts = {
  startOver: 'Recommencer',
  confirmDiscard: 'Vos réponses, messages et fichiers seront supprimés.',
  confirmForget:
    'La conversation sera retirée de cet appareil. Nous gardons ce que vous avez envoyé ; notez votre référence.',

  myData: 'Mes données',
  loading: 'Un instant…',
  onlyHere: 'Vos réponses restent sur cet appareil jusqu’à l’envoi de votre demande.',
  away: 'Cela n’a pas fonctionné. Réessayez dans un instant.',
  change: 'Modifier',
  save: 'Enregistrer',
  personal_data: 'Conservation de vos données',
  ai_training: 'Entraînement de notre assistant IA avec vos fichiers',
  ai_answers: 'Lecture de vos fichiers par notre assistant IA',
  agreedOn: '✓ Accepté le {time}',
  declinedOn: '✗ Refusé le {time}',
  withdraw: 'Retirer le consentement',
  messages: 'Vos messages',
  downloadFile: 'Télécharger {name}',
  remove: 'Retirer le fichier',
  removeConsequence: 'Nous effacerons {name}. C’est irréversible.',
  downloadAll: 'Tout télécharger (ZIP)',
  erase: 'Tout effacer',
  eraseConsequence:
    'Nous effacerons vos données, fichiers et messages, sur cet appareil et sur nos serveurs, et clôturerons votre demande. C’est irréversible.',
  erased: 'Tout est effacé. Votre référence {reference} n’est plus valable. Au revoir !',
  keep: 'Enregistrer la conversation',
  print: 'Imprimer',
  language: 'Langue',
  textSize: 'Taille du texte',
  sound: 'Son quand Maria écrit',
};

export default fr;
