import type {DialogTexts} from './en.js';

const ptBr: DialogTexts = {
  confirmDiscard: 'Suas respostas, mensagens e arquivos serão apagados.',
  confirmForget:
    'Este dispositivo esquece a conversa. O que você entregou fica conosco; guarde sua referência.',

  myData: 'Meus dados',
  loading: 'Um momento…',
  onlyHere: 'Seu nome fica neste dispositivo até você entregar o pedido.',
  away: 'Não conseguimos acessar nosso sistema. Tente de novo em instantes.',
  change: 'Alterar',
  save: 'Salvar',
  personal_data: 'Guardar seus dados',
  ai_training: 'Treinar nosso agente de IA com seus arquivos',
  ai_answers: 'Leitura dos seus arquivos por nosso assistente de IA',
  withdraw: 'Retirar o consentimento',
  messages: 'Suas mensagens',
  downloadFile: 'Baixar {name}',
  downloadAll: 'Baixar tudo (ZIP)',
  erase: 'Apagar tudo',
  eraseConsequence:
    'Seus dados, arquivos e mensagens serão apagados, aqui e em nosso sistema, e seu pedido termina. Não é possível desfazer.',
  erased:
    'Seus dados e arquivos foram apagados, aqui e em nosso sistema. A referência {reference} não vale mais. Até logo.',
  print: 'Imprimir',
  language: 'Idioma',
  textSize: 'Tamanho do texto',
  sound: 'Som quando Maria escreve',
};

export default ptBr;
