import type {Texts} from './texts.js';

export const es: Texts = {
  language: 'es',
  direction: 'ltr',
  answerYes: 'Sí',
  answerNo: 'No',
  mailSubject: 'Confirme su dirección de correo electrónico',
  mailBody:
    'Esta dirección de correo electrónico se ha indicado en el chat de {site}. Si ha sido usted, confírmela para que podamos atender su solicitud.',
  mailButton: 'Confirmar mi dirección de correo electrónico',
  mailExpires: 'Este enlace es válido durante {time}. Puede abrirlo más de una vez.',
  mailNotMe: '¿No ha sido usted? Puede ignorar este correo o avisarnos aquí:',
  mailNotMeLink: 'No he sido yo',
  confirmTitle: 'Confirme su dirección de correo electrónico',
  confirmBody: 'Pulse «Confirmar» para confirmar su dirección de correo electrónico para {site}.',
  confirmButton: 'Confirmar',
  doneTitle: 'Gracias, su dirección de correo electrónico está confirmada',
  doneBody: 'Su solicitud ha llegado. Puede cerrar esta página y volver al chat.',
  usedTitle: 'Su dirección de correo electrónico ya está confirmada',
  usedBody: 'No tiene que hacer nada más. Puede cerrar esta página.',
  expiredTitle: 'Este enlace ya no funciona',
  expiredBody:
    'Ha caducado, o se ha sustituido o anulado. Use el enlace del correo más reciente, o vuelva al chat y pida uno nuevo.',
  unknownTitle: 'No reconocemos este enlace',
  unknownBody:
    'Puede que falte una parte: copie el enlace completo del correo. Si el correo es antiguo o sus datos se han borrado, el enlace ya no funciona.',
  notMeTitle: '¿No ha sido usted?',
  notMeBody: 'Pulse el botón para anular el enlace de ese correo.',
  notMeButton: 'No he sido yo',
  notMeUsedTitle: '¿No ha sido usted?',
  notMeUsedBody:
    'Esta dirección de correo electrónico ya está confirmada, así que no se puede deshacer aquí. Escriba a {site} desde esta dirección de correo electrónico, y corregirán o borrarán los datos guardados con ella.',
  notMeExpiredBody:
    'Ya no sirve para confirmar su dirección de correo electrónico. Si ha recibido un correo más reciente, use el enlace de ese correo.',
  notMeDoneTitle: 'Gracias por avisarnos',
  notMeDoneBody: 'El enlace ya no funciona. No tiene que hacer nada más.',
  backToSite: 'Volver a {site}',
  errorTitle: 'Algo ha ido mal',
  errorBody:
    'Se ha producido un error y lo hemos comunicado para que se investigue. Inténtelo más tarde.',
  errorReference: 'Referencia: {reference}',
  reopenBody: 'Vuelva a abrir el enlace del correo.',
  busyTitle: 'Espere un momento',
  busyBody: 'Hemos recibido demasiadas peticiones. Espere un minuto y vuelva a abrir el enlace.',
  headersTitle: 'Esta página no se puede abrir ahora',
  headersBody:
    'Su navegador envía demasiadas cookies a este sitio. Bórrelas o abra el enlace en una ventana privada.',
};
