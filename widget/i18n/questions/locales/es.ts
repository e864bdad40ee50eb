import type {QuestionTexts} from './en.js';

const es: QuestionTexts = {
  skip: 'Omitir',
  other: 'Otra respuesta',
  yes: 'Sí',
  no: 'No',
  yourAnswers: 'Sus respuestas',
  changed: 'Cambiado: {answer}',
  missing: 'Responda a esta pregunta, por favor.',
  other_missing: 'Escriba su propia respuesta en el campo.',
  wrong: 'Revise su respuesta, por favor.',
  answers_too_large: 'Sus respuestas son demasiado largas en conjunto. Acorte esta.',
  too_many_answers: 'No podemos guardar más respuestas. Escríbanos un mensaje.',
  too_short: 'Escriba al menos {min} caracteres.',
  too_few_choices: 'Elija {min} como mínimo.',
  too_many_choices: 'Elija {max} como máximo.',
  not_a_number: 'Escriba solo el número, por ejemplo 12.',
  whole_number: 'Escriba un número entero.',
  too_many_decimals: 'Decimales: {max} como máximo.',
  too_small: 'Escriba {min} o más.',
  too_large: 'Escriba {max} o menos.',
  not_a_date: 'Escriba una fecha completa.',
  too_early: 'Elija el {min} o una fecha posterior.',
  too_late: 'Elija el {max} o una fecha anterior.',
  not_a_phone: 'Escriba un número de teléfono de {min} a {max} dígitos, sin letras.',
  not_a_url: 'Escriba una dirección web sin espacios, como example.com.',
  not_http: 'Escriba una dirección que empiece por https:// o http://.',
};

export default es;
