import type {Texts} from './en.js';

const es: Texts = {
  dir: 'ltr',
  subtitle: 'Su asistente',
  stepOf: 'Paso {index} de {total}',
  open: 'Abrir el chat',
  openUnread: 'Abrir el chat, mensajes nuevos: {count}',
  close: 'Cerrar el chat',
  startOver: 'Empezar de nuevo',
  log: 'Conversación con Maria',
  typing: 'Maria está escribiendo',
  mariaSays: 'Maria:',
  youSay: 'Usted:',
  footnote: 'Envío cifrado. Solo se usa para su solicitud.',
  privacy: 'Política de privacidad',

  welcome: 'Hola, soy Maria. Le ayudo a entregar sus documentos. Tardaremos unos dos minutos.',
  askName: '¿Cómo se llama?',
  nameLabel: 'Su nombre',
  nameRequired: 'Por favor, dígame su nombre.',
  nameInvalid: 'El nombre puede tener como máximo {count} caracteres.',
  send: 'Enviar',
  niceToMeet: 'Encantada de conocerle, {name}.',

  consentPersonalData:
    '¿Podemos guardar su nombre, su correo electrónico y los archivos que suba para tramitar su solicitud? Sin ello no podemos aceptar sus documentos.',
  consentAiTraining:
    '¿Podemos usar también sus archivos para entrenar a nuestro agente de IA? La decisión es libre y no cambia nada en su solicitud.',
  consentAiAnswers:
    '¿Puede nuestro asistente de IA leer sus archivos para responder a sus preguntas sobre ellos? La decisión es libre.',
  yourChoice: 'Su decisión',
  agree: 'Acepto',
  disagree: 'No acepto',

  askFiles: 'Añada sus documentos, por favor.',
  dropHere: 'Suelte aquí los PDF',
  chooseFiles: 'Elegir archivos PDF',
  orDrop: 'o suéltelos aquí',
  addMore: 'Añadir más archivos',
  upload: 'Subir archivos',
  done: 'Listo, continuar',
  skipFiles: 'Continuar sin archivos',
  fileLimits: 'Solo PDF. Archivos: hasta {count}. Tamaño: hasta {size} cada uno.',
  files: 'Sus archivos',
  queued: 'Listo para subir',
  uploading: 'Subiendo, {percent}',
  success: 'Subido',
  cancelFile: 'Cancelar la subida de {name}',
  retryFile: 'Intentar de nuevo: {name}',
  removeFile: 'Quitar {name}',
  filesDone: 'Archivos subidos: {count}',
  fileProgress: '{name}: {percent}',

  file_too_large: 'Supera {size}. Elija un archivo más pequeño.',
  not_a_pdf: 'No es un archivo PDF.',
  empty_file: 'El archivo está vacío.',
  too_many_files: 'Se alcanzó el límite. Quite un archivo para añadir este.',
  file_infected: 'El antivirus ha rechazado este archivo.',
  active_content: 'Este PDF contiene scripts o programas, que no se aceptan.',
  too_slow: 'La conexión era demasiado lenta. Inténtelo de nuevo.',
  cancelled: 'Cancelado.',
  size_mismatch: 'El archivo ha cambiado. Añádalo de nuevo.',
  fileOffline: 'Sin conexión. La subida seguirá cuando vuelva.',
  fileBusy: 'El sistema está ocupado. Inténtelo en un momento.',
  fileFailed: 'La subida ha fallado. Inténtelo de nuevo.',

  askEmail: '¿Dónde podemos escribirle? Le enviaremos un enlace para confirmar su dirección.',
  emailLabel: 'Su correo electrónico',
  emailInvalid: 'Revise la dirección de correo.',

  pending: 'Hemos enviado un enlace a {email}. Ábralo para confirmar su dirección.',
  pendingTitle: 'Revise su bandeja de entrada',
  pendingHint: 'Esta ventana lo notará sola. ¿No llega? Mire también en el correo no deseado.',
  sendAgain: 'Enviar otra vez',
  sendAgainIn: 'Enviar otra vez ({seconds} s)',
  sentAgain: 'Hemos vuelto a enviar el enlace.',
  sendAgainLater: 'De momento no podemos enviar más. Inténtelo más tarde.',
  changeAddress: 'Cambiar la dirección',
  newAddress: 'Nuevo correo electrónico',
  keepAddress: 'Conservar la dirección',

  complete: '¡Gracias! Su dirección está confirmada y sus documentos han llegado.',
  completeNamed: '¡Gracias, {name}! Su dirección está confirmada y sus documentos han llegado.',
  reference: 'Su referencia',
  copy: 'Copiar la referencia',
  copied: 'Copiada',
  notCopied: 'Aquí no se puede copiar. Seleccione la referencia.',
  refused:
    'No pasa nada. No hemos guardado lo que escribió y estamos borrando lo que haya subido. Puede volver cuando quiera.',
  newRequest: 'Nueva solicitud',

  returning: 'Bienvenido de nuevo, {name}. ¿Quiere continuar donde lo dejó?',
  returningUnnamed: 'Bienvenido de nuevo. ¿Quiere continuar donde lo dejó?',
  goOn: 'Continuar',
  discard: 'Descartar y empezar',
  goesOn: 'Bien, sigamos.',
  hello: 'Hola, {name}, qué alegría verle de nuevo. Tenemos sus documentos.',
  helloUnnamed: 'Hola, qué alegría verle de nuevo. Tenemos sus documentos.',
  notYou: '¿No es usted? Olvidar en este dispositivo',

  gone: 'Su última visita fue hace tiempo y la hemos borrado. Empecemos de nuevo.',
  reset: 'Su sesión se ha reiniciado por un problema técnico. Por favor, empiece de nuevo.',
  error:
    'El sistema ha encontrado un error y se ha avisado al administrador para que lo investigue. Inténtelo más tarde.',
  offline: 'Parece que no tiene conexión. Puede seguir; nos pondremos al día cuando vuelva.',
  busy: 'Ahora mismo hay mucha actividad. Puede seguir; nos pondremos al día enseguida.',
  notKept:
    'Su navegador bloquea el almacenamiento: esta conversación se perderá al salir de la página.',
  dismiss: 'Ocultar',

  confirmTitle: '¿Empezar de nuevo?',
  confirmDiscard: 'Se borrarán sus respuestas y los archivos subidos.',
  confirmForget:
    'Este dispositivo olvida la conversación. Lo que ha entregado sigue con nosotros; guarde su referencia.',
  cancel: 'Cancelar',
};

export default es;
