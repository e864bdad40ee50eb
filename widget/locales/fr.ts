import type {Texts} from './en.js';

const fr: Texts = {
  dir: 'ltr',
  subtitle: 'Votre assistante',
  stepOf: 'Étape {index} sur {total}',
  open: 'Ouvrir le chat',
  openUnread: 'Ouvrir le chat, nouveaux messages : {count}',
  close: 'Fermer le chat',
  startOver: 'Recommencer',
  log: 'Conversation avec Maria',
  typing: 'Maria écrit',
  mariaSays: 'Maria :',
  youSay: 'Vous :',
  footnote: 'Vos données servent uniquement comme vous l’acceptez.',
  privacy: 'Politique de confidentialité',

  welcome:
    'Bonjour, je suis Maria. Je vous aide à déposer vos documents. Cela prend environ deux minutes.',
  askName: 'Comment vous appelez-vous ?',
  nameLabel: 'Votre nom',
  nameRequired: 'Merci de m’indiquer votre nom.',
  nameInvalid: 'Le nom peut compter {count} caractères au plus.',
  send: 'Envoyer',
  niceToMeet: 'Enchantée, {name}.',

  consentPersonalData:
    'Pouvons-nous enregistrer votre nom, votre adresse e-mail et vos fichiers pour traiter votre demande ? Sans cela, nous ne pouvons pas recevoir vos documents.',
  consentAiTraining:
    'Pouvons-nous aussi utiliser vos fichiers pour entraîner notre agent d’IA ? Vous êtes libre de refuser, cela ne change rien à votre demande.',
  consentAiAnswers:
    'Notre assistant d’IA peut-il lire vos fichiers pour répondre à vos questions ? Vous êtes libre de refuser.',
  yourChoice: 'Votre choix',
  agree: 'J’accepte',
  disagree: 'Je refuse',

  askFiles: 'Merci d’ajouter vos documents.',
  dropHere: 'Déposez vos PDF ici',
  chooseFiles: 'Choisir des fichiers PDF',
  orDrop: 'ou déposez-les ici',
  addMore: 'Ajouter des fichiers',
  upload: 'Envoyer les fichiers',
  done: 'Terminer et continuer',
  skipFiles: 'Continuer sans fichier',
  fileLimits: 'PDF uniquement. Fichiers : {count} au plus. Taille : {size} au plus chacun.',
  files: 'Vos fichiers',
  queued: 'Prêt à envoyer',
  uploading: 'Envoi en cours, {percent}',
  success: 'Envoyé',
  cancelFile: 'Annuler l’envoi de {name}',
  retryFile: 'Réessayer : {name}',
  removeFile: 'Retirer {name}',
  filesDone: 'Fichiers envoyés : {count}',
  fileProgress: '{name} : {percent}',

  file_too_large: 'Plus de {size}. Choisissez un fichier plus petit.',
  not_a_pdf: 'Ce n’est pas un fichier PDF.',
  empty_file: 'Ce fichier est vide.',
  too_many_files: 'La limite est atteinte. Retirez un fichier pour ajouter celui-ci.',
  file_infected: 'L’antivirus a refusé ce fichier.',
  active_content: 'Ce PDF contient des scripts ou des programmes, ce qui n’est pas accepté.',
  too_slow: 'La connexion était trop lente. Réessayez.',
  cancelled: 'Annulé.',
  size_mismatch: 'Le fichier a changé entre-temps. Ajoutez-le à nouveau.',
  fileOffline: 'Pas de connexion. L’envoi reprendra à votre retour en ligne.',
  fileBusy: 'Notre système est très sollicité. L’envoi reprendra seul.',
  fileFailed: 'L’envoi a échoué. Réessayez.',

  askEmail: 'Où pouvons-nous vous écrire ? Vous recevrez un lien pour confirmer votre adresse.',
  emailLabel: 'Votre adresse e-mail',
  emailInvalid: 'Merci de vérifier l’adresse e-mail.',

  pending: 'Nous avons envoyé un lien à {email}. Ouvrez-le pour confirmer votre adresse.',
  pendingTitle: 'Consultez votre messagerie',
  pendingHint:
    'Cette fenêtre le saura d’elle-même. Rien reçu ? Regardez aussi dans les indésirables.',
  sendAgain: 'Renvoyer',
  sendAgainIn: 'Renvoyer ({seconds} s)',
  sent: 'Le lien a été envoyé.',
  sentAgain: 'Le lien a été renvoyé.',
  sendAgainLater: 'C’était le dernier lien pour l’instant. Réessayez plus tard.',
  changeAddress: 'Changer d’adresse',
  newAddress: 'Nouvelle adresse e-mail',
  keepAddress: 'Garder l’adresse',

  complete: 'Merci ! Votre adresse est confirmée et vos documents sont arrivés.',
  completeNamed: 'Merci, {name} ! Votre adresse est confirmée et vos documents sont arrivés.',
  reference: 'Votre référence',
  copy: 'Copier la référence',
  copied: 'Copiée',
  notCopied: 'La copie est bloquée ici. Sélectionnez la référence.',
  refused:
    'Aucun problème. Rien de ce que vous avez écrit n’est conservé et vos envois sont supprimés. Revenez quand vous voulez.',
  newRequest: 'Nouvelle demande',

  returning: 'Bon retour, {name}. Voulez-vous reprendre où vous en étiez ?',
  returningUnnamed: 'Bon retour. Voulez-vous reprendre où vous en étiez ?',
  goOn: 'Reprendre',
  discard: 'Effacer et recommencer',
  goesOn: 'Très bien, continuons.',
  hello: 'Bonjour {name}, ravie de vous revoir. Nous avons bien vos documents.',
  helloUnnamed: 'Bonjour, ravie de vous revoir. Nous avons bien vos documents.',
  notYou: 'Ce n’est pas vous ? Oublier sur cet appareil',

  gone: 'Votre dernière visite remonte à un moment, nous l’avons effacée. Recommençons.',
  reset: 'Votre session a été réinitialisée à cause d’un problème technique. Merci de recommencer.',
  error:
    'Le système a rencontré une erreur, signalée à l’administrateur pour examen. Merci de réessayer plus tard.',
  notHere: 'Ce chat n’est pas disponible sur cette page.',
  offline: 'Vous semblez hors ligne. Continuez ; nous rattraperons dès le retour de la connexion.',
  busy: 'Il y a beaucoup d’activité. Continuez ; nous rattraperons sous peu.',
  notKept: 'Votre navigateur bloque le stockage : la conversation sera perdue en quittant la page.',
  dismiss: 'Masquer',
  retry: 'Réessayer',

  confirmTitle: 'Recommencer ?',
  confirmDiscard: 'Vos réponses et les fichiers envoyés seront supprimés.',
  confirmForget:
    'Cet appareil oublie la conversation. Ce que vous avez déposé reste chez nous ; gardez votre référence.',
  cancel: 'Annuler',
};

export default fr;
