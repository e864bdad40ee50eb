import type {DialogTexts} from './en.js';

const es: DialogTexts = {
  startOver: 'Empezar de nuevo',
  confirmDiscard: 'Se borrarán sus respuestas, mensajes y archivos.',
  confirmForget:
    'La conversación se quitará de este dispositivo. Conservamos lo que nos ha enviado; anote su referencia.',

  myData: 'Mis datos',
  loading: 'Un momento…',
  onlyHere: 'Sus respuestas quedan en este dispositivo hasta que envíe su solicitud.',
  away: 'No ha funcionado. Inténtelo de nuevo en un momento.',
  change: 'Cambiar',
  save: 'Guardar',
  personal_data: 'Guardar sus datos',
  ai_training: 'Entrenamiento de nuestro asistente de IA con sus archivos',
  ai_answers: 'Lectura de sus archivos por nuestro asistente de IA',
  agreedOn: '✓ Aceptado el {time}',
  declinedOn: '✗ Rechazado el {time}',
  withdraw: 'Retirar el consentimiento',
  messages: 'Sus mensajes',
  downloadFile: 'Descargar {name}',
  remove: 'Quitar el archivo',
  removeConsequence: 'Borraremos {name}. No se puede deshacer.',
  downloadAll: 'Descargar todo (ZIP)',
  erase: 'Borrar todo',
  eraseConsequence:
    'Borraremos sus datos, archivos y mensajes, en este dispositivo y en nuestros servidores, y cerraremos su solicitud. No se puede deshacer.',
  erased: 'Se ha borrado todo. Su referencia {reference} ya no es válida. ¡Hasta pronto!',
  keep: 'Guardar la conversación',
  print: 'Imprimir',
  language: 'Idioma',
  textSize: 'Tamaño del texto',
  sound: 'Sonido cuando escribe Maria',
};

export default es;
