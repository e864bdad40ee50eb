import type {QuestionTexts} from './en.js';

const ptBr: QuestionTexts = {
  skip: 'Pular',
  other: 'Outra resposta',
  yes: 'Sim',
  no: 'Não',
  yourAnswers: 'Suas respostas',
  changed: 'Alterado: {answer}',
  missing: 'Responda a esta pergunta, por favor.',
  other_missing: 'Escreva sua própria resposta no campo.',
  wrong: 'Confira sua resposta, por favor.',
  answers_too_large: 'Suas respostas são longas demais no total. Encurte esta.',
  too_many_answers: 'Não podemos guardar mais respostas. Escreva para nós.',
  too_short: 'Escreva pelo menos {min} caracteres.',
  too_few_choices: 'Escolha no mínimo {min}.',
  too_many_choices: 'Escolha no máximo {max}.',
  not_a_number: 'Digite só o número, por exemplo 12.',
  whole_number: 'Digite um número inteiro.',
  too_many_decimals: 'Casas decimais: {max} no máximo.',
  too_small: 'Digite {min} ou mais.',
  too_large: 'Digite {max} ou menos.',
  not_a_date: 'Digite uma data completa.',
  too_early: 'Escolha {min} ou uma data posterior.',
  too_late: 'Escolha {max} ou uma data anterior.',
  not_a_phone: 'Digite um número de telefone de {min} a {max} dígitos, sem letras.',
  not_a_url: 'Digite um endereço da web sem espaços, como example.com.',
  not_http: 'Digite um endereço que comece com https:// ou http://.',
};

export default ptBr;
