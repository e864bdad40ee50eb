import type {Texts} from './texts.js';

export const es: Texts = {
  language: 'es',
  direction: 'ltr',
  mailSubject: 'Confirma tu dirección de correo',
  mailBody:
    'Alguien ha escrito esta dirección en el chat de {site}. Si has sido tú, confírmala para que podamos atender tu solicitud.',
  mailButton: 'Confirmar mi dirección',
  mailExpires: 'El enlace es válido durante {time}. Pulsarlo dos veces no causa ningún problema.',
  mailNotMe: '¿No has sido tú? No hagas nada, o dínoslo aquí:',
  mailNotMeLink: 'No he sido yo',
  confirmTitle: 'Confirma tu dirección de correo',
  confirmBody: 'Pulsa el botón para confirmar tu dirección para {site}.',
  confirmButton: 'Confirmar',
  doneTitle: 'Gracias, tu dirección está confirmada',
  doneBody: 'Tu solicitud ha llegado. Puedes cerrar esta página y volver al chat.',
  usedTitle: 'Tu dirección ya está confirmada',
  usedBody: 'No queda nada por hacer. Puedes cerrar esta página.',
  expiredTitle: 'Este enlace ya no sirve',
  expiredBody:
    'Ha caducado o se envió uno más reciente. Usa el último correo, o vuelve al chat y elige «Enviar de nuevo».',
  unknownTitle: 'No conocemos este enlace',
  unknownBody:
    'Quizá se cortó en el correo: cópialo entero. Si tus datos se han borrado, sus enlaces también.',
  notMeTitle: '¿No has sido tú?',
  notMeBody: 'Pulsa el botón y el enlace del correo dejará de funcionar.',
  notMeButton: 'No he sido yo',
  notMeUsedTitle: '¿No has sido tú?',
  notMeUsedBody:
    'La dirección ya se ha confirmado, así que este enlace no puede deshacerlo. Escribe a {site} desde esta dirección: lo que se haya guardado con ella se puede corregir o borrar.',
  notMeExpiredBody:
    'Nadie puede confirmar tu dirección con él. Si has recibido un correo más reciente, usa el enlace de ese.',
  notMeDoneTitle: 'Gracias por avisarnos',
  notMeDoneBody: 'El enlace ya no sirve. No tienes que hacer nada más.',
  backToSite: 'Volver a {site}',
  errorTitle: 'Algo ha ido mal',
  errorBody:
    'El sistema ha encontrado un error y se ha avisado al administrador para que lo investigue. Inténtalo más tarde.',
  errorReference: 'Referencia: {reference}',
  busyTitle: 'Espera un momento',
  busyBody:
    'Ha habido demasiadas solicitudes en poco tiempo. Espera un minuto y vuelve a abrir el enlace.',
  headersTitle: 'Esta página no se puede abrir ahora',
  headersBody:
    'Tu navegador envía demasiadas cookies a este sitio. Bórralas o abre el enlace en una ventana privada.',
};
