import type {Texts} from './texts.js';

export const fr: Texts = {
  language: 'fr',
  direction: 'ltr',
  answerYes: 'Oui',
  answerNo: 'Non',
  mailSubject: 'Veuillez confirmer votre adresse e-mail',
  mailBody:
    'Cette adresse e-mail a été saisie dans le chat de {site}. Si c’était vous, veuillez la confirmer afin que nous puissions traiter votre demande.',
  mailButton: 'Confirmer mon adresse e-mail',
  mailExpires: 'Ce lien est valable {time}. Vous pouvez l’ouvrir plusieurs fois.',
  mailNotMe: 'Ce n’était pas vous ? Vous pouvez ignorer cet e-mail, ou nous le signaler :',
  mailNotMeLink: 'Ce n’était pas moi',
  confirmTitle: 'Confirmez votre adresse e‑mail',
  confirmBody: 'Appuyez sur « Confirmer » pour confirmer votre adresse e‑mail auprès de {site}.',
  confirmButton: 'Confirmer',
  doneTitle: 'Merci, votre adresse e‑mail est confirmée',
  doneBody: 'Votre demande est bien arrivée. Vous pouvez fermer cette page et revenir au chat.',
  usedTitle: 'Votre adresse e‑mail est déjà confirmée',
  usedBody: 'Vous n’avez rien d’autre à faire. Vous pouvez fermer cette page.',
  expiredTitle: 'Ce lien ne fonctionne plus',
  expiredBody:
    'Il a expiré, ou il a été remplacé ou annulé. Utilisez le lien de l’e‑mail le plus récent, ou revenez au chat pour en demander un nouveau.',
  unknownTitle: 'Nous ne reconnaissons pas ce lien',
  unknownBody:
    'Il en manque peut-être une partie : veuillez copier le lien entier depuis l’e‑mail. Si l’e‑mail est ancien ou si vos données ont été effacées, le lien ne fonctionne plus.',
  notMeTitle: 'Ce n’était pas vous ?',
  notMeBody: 'Appuyez sur le bouton pour désactiver le lien de cet e‑mail.',
  notMeButton: 'Ce n’était pas moi',
  notMeUsedTitle: 'Ce n’était pas vous ?',
  notMeUsedBody:
    'Cette adresse e‑mail est déjà confirmée : il n’est plus possible de l’annuler ici. Veuillez écrire à {site} depuis cette adresse e‑mail : les données qui y sont associées seront corrigées ou effacées.',
  notMeExpiredBody:
    'Il ne permet plus de confirmer votre adresse e‑mail. Si vous avez reçu un e‑mail plus récent, utilisez le lien qu’il contient.',
  notMeDoneTitle: 'Merci de nous l’avoir signalé',
  notMeDoneBody: 'Le lien ne fonctionne plus. Vous n’avez rien d’autre à faire.',
  backToSite: 'Retour à {site}',
  errorTitle: 'Un problème est survenu',
  errorBody:
    'Une erreur s’est produite et a été signalée pour examen. Merci de réessayer plus tard.',
  errorReference: 'Référence : {reference}',
  reopenBody: 'Veuillez rouvrir le lien de l’e‑mail.',
  busyTitle: 'Un instant, s’il vous plaît',
  busyBody: 'Nous avons reçu trop de requêtes. Veuillez attendre une minute, puis rouvrir le lien.',
  headersTitle: 'Cette page ne peut pas s’ouvrir pour le moment',
  headersBody:
    'Votre navigateur envoie trop de cookies à ce site. Veuillez les supprimer, ou ouvrir le lien dans une fenêtre privée.',
};
