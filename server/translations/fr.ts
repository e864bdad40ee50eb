import type {Texts} from './texts.js';

export const fr: Texts = {
  language: 'fr',
  direction: 'ltr',
  mailSubject: 'Veuillez confirmer votre adresse e-mail',
  mailBody:
    'Cette adresse a été saisie dans le chat de {site}. Si c’était vous, confirmez-la afin que votre demande puisse être traitée.',
  mailButton: 'Confirmer mon adresse',
  mailExpires:
    'Le lien est valable pendant {time}. Appuyer deux fois dessus ne pose aucun problème.',
  mailNotMe: 'Ce n’était pas vous ? Ne faites rien, ou dites-le-nous ici :',
  mailNotMeLink: 'Ce n’était pas moi',
  confirmTitle: 'Confirmez votre adresse e‑mail',
  confirmBody: 'Appuyez sur le bouton pour confirmer votre adresse pour {site}.',
  confirmButton: 'Confirmer',
  doneTitle: 'Merci, votre adresse est confirmée',
  doneBody: 'Votre demande est arrivée. Vous pouvez fermer cette page et revenir au chat.',
  usedTitle: 'Votre adresse est déjà confirmée',
  usedBody: 'Il n’y a plus rien à faire. Vous pouvez fermer cette page.',
  expiredTitle: 'Ce lien ne fonctionne plus',
  expiredBody:
    'Il a expiré, ou un plus récent a été envoyé. Utilisez le dernier e-mail, ou revenez au chat et choisissez « Renvoyer ».',
  unknownTitle: 'Ce lien est inconnu',
  unknownBody:
    'Il a peut-être été coupé dans l’e-mail : copiez-le en entier. Si vos données ont été effacées, leurs liens le sont aussi.',
  notMeTitle: 'Ce n’était pas vous ?',
  notMeBody: 'Appuyez sur le bouton, et le lien de l’e-mail cessera de fonctionner.',
  notMeButton: 'Ce n’était pas moi',
  notMeUsedTitle: 'Ce n’était pas vous ?',
  notMeUsedBody:
    'L’adresse a déjà été confirmée : ce lien ne peut plus l’annuler. Écrivez à {site} depuis cette adresse : ce qui y est associé peut être corrigé ou effacé.',
  notMeExpiredBody:
    'Personne ne peut confirmer votre adresse avec ce lien. Si vous avez reçu un e-mail plus récent, utilisez le lien qu’il contient.',
  notMeDoneTitle: 'Merci de nous l’avoir dit',
  notMeDoneBody: 'Le lien ne fonctionne plus. Vous n’avez rien d’autre à faire.',
  backToSite: 'Retour à {site}',
  errorTitle: 'Un problème est survenu',
  errorBody:
    'Le système a rencontré une erreur, signalée à l’administrateur pour examen. Merci de réessayer plus tard.',
  errorReference: 'Référence : {reference}',
  busyTitle: 'Un instant, s’il vous plaît',
  busyBody:
    'Il y a eu trop de demandes en peu de temps. Attendez une minute, puis rouvrez le lien.',
  headersTitle: 'Cette page ne peut pas s’ouvrir pour le moment',
  headersBody:
    'Votre navigateur envoie trop de cookies à ce site. Supprimez-les, ou ouvrez le lien dans une fenêtre privée.',
};
