import type {DialogTexts} from './en.js';

const es: DialogTexts = {
  confirmDiscard: 'Se borrarán sus respuestas, mensajes y archivos.',
  confirmForget:
    'Este dispositivo olvida la conversación. Lo que ha entregado sigue con nosotros; guarde su referencia.',

  myData: 'Mis datos',
  loading: 'Un momento…',
  onlyHere: 'Su nombre queda en este dispositivo hasta que entregue su solicitud.',
  away: 'No podemos conectar con nuestro sistema. Inténtelo de nuevo en un momento.',
  change: 'Cambiar',
  save: 'Guardar',
  personal_data: 'Guardar sus datos',
  ai_training: 'Entrenar a nuestro agente de IA con sus archivos',
  ai_answers: 'Lectura de sus archivos por nuestro asistente de IA',
  withdraw: 'Retirar el consentimiento',
  messages: 'Sus mensajes',
  downloadFile: 'Descargar {name}',
  downloadAll: 'Descargar todo (ZIP)',
  erase: 'Borrar todo',
  eraseConsequence:
    'Se borrarán sus datos, archivos y mensajes, aquí y en nuestro sistema, y su solicitud termina. No se puede deshacer.',
  erased:
    'Sus datos y archivos se han borrado, aquí y en nuestro sistema. La referencia {reference} ya no vale. Hasta pronto.',
  print: 'Imprimir',
  language: 'Idioma',
  textSize: 'Tamaño del texto',
  sound: 'Sonido cuando escribe Maria',
};

export default es;
