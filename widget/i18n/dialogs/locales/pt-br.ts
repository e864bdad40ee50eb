import type {DialogTexts} from './en.js';

const ptBr: DialogTexts = {
  startOver: 'Recomeçar',
  confirmDiscard: 'Suas respostas, mensagens e arquivos serão apagados.',
  confirmForget:
    'A conversa será removida deste dispositivo. Guardamos o que você nos enviou; anote sua referência.',

  myData: 'Meus dados',
  loading: 'Um momento…',
  onlyHere: 'Suas respostas ficam neste dispositivo até você enviar sua solicitação.',
  away: 'Não funcionou. Tente de novo em instantes.',
  change: 'Alterar',
  save: 'Salvar',
  personal_data: 'Guardar seus dados',
  ai_training: 'Treinamento do nosso assistente de IA com seus arquivos',
  ai_answers: 'Leitura dos seus arquivos por nosso assistente de IA',
  agreedOn: '✓ Aceito em {time}',
  declinedOn: '✗ Recusado em {time}',
  withdraw: 'Retirar o consentimento',
  messages: 'Suas mensagens',
  downloadFile: 'Baixar {name}',
  remove: 'Remover o arquivo',
  removeConsequence: 'Apagaremos {name}. Não é possível desfazer.',
  downloadAll: 'Baixar tudo (ZIP)',
  erase: 'Apagar tudo',
  eraseConsequence:
    'Apagaremos seus dados, arquivos e mensagens, neste dispositivo e em nossos servidores, e encerraremos sua solicitação. Não é possível desfazer.',
  erased: 'Tudo foi apagado. Sua referência {reference} não vale mais. Até logo!',
  keep: 'Salvar a conversa',
  print: 'Imprimir',
  language: 'Idioma',
  textSize: 'Tamanho do texto',
  sound: 'Som quando Maria escreve',
};

export default ptBr;
