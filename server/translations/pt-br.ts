import type {Texts} from './texts.js';

export const ptBr: Texts = {
  language: 'pt-BR',
  direction: 'ltr',
  answerYes: 'Sim',
  answerNo: 'Não',
  mailSubject: 'Confirme seu endereço de e-mail',
  mailBody:
    'Este endereço de e-mail foi informado no chat de {site}. Se foi você, confirme-o para que possamos atender sua solicitação.',
  mailButton: 'Confirmar meu endereço de e-mail',
  mailExpires: 'Este link vale por {time}. Você pode abri-lo mais de uma vez.',
  mailNotMe: 'Não foi você? Você pode ignorar este e-mail ou nos avisar aqui:',
  mailNotMeLink: 'Não fui eu',
  confirmTitle: 'Confirme seu endereço de e‑mail',
  confirmBody: 'Pressione “Confirmar” para confirmar seu endereço de e‑mail para {site}.',
  confirmButton: 'Confirmar',
  doneTitle: 'Agradecemos! Seu endereço de e‑mail está confirmado',
  doneBody: 'Sua solicitação chegou. Você pode fechar esta página e voltar ao chat.',
  usedTitle: 'Seu endereço de e‑mail já está confirmado',
  usedBody: 'Você não precisa fazer mais nada. Pode fechar esta página.',
  expiredTitle: 'Este link não funciona mais',
  expiredBody:
    'Ele expirou, ou foi substituído ou cancelado. Use o link do e‑mail mais recente, ou volte ao chat e peça um novo.',
  unknownTitle: 'Não reconhecemos este link',
  unknownBody:
    'Talvez falte uma parte: copie o link inteiro do e‑mail. Se o e‑mail é antigo ou seus dados foram apagados, o link não funciona mais.',
  notMeTitle: 'Não foi você?',
  notMeBody: 'Pressione o botão para desativar o link desse e‑mail.',
  notMeButton: 'Não fui eu',
  notMeUsedTitle: 'Não foi você?',
  notMeUsedBody:
    'Este endereço de e‑mail já está confirmado, por isso não é possível desfazer isso aqui. Escreva para {site} a partir deste endereço de e‑mail, e os dados associados a ele serão corrigidos ou apagados.',
  notMeExpiredBody:
    'Ele não serve mais para confirmar seu endereço de e‑mail. Se você recebeu um e‑mail mais recente, use o link dele.',
  notMeDoneTitle: 'Agradecemos o aviso',
  notMeDoneBody: 'O link não funciona mais. Você não precisa fazer mais nada.',
  backToSite: 'Voltar para {site}',
  errorTitle: 'Algo deu errado',
  errorBody:
    'Ocorreu um erro, que já foi comunicado para ser investigado. Tente de novo mais tarde.',
  errorReference: 'Referência: {reference}',
  reopenBody: 'Abra de novo o link do e‑mail.',
  busyTitle: 'Aguarde um momento',
  busyBody: 'Recebemos solicitações demais. Aguarde um minuto e abra o link de novo.',
  headersTitle: 'Esta página não pode ser aberta agora',
  headersBody:
    'Seu navegador envia cookies demais a este site. Apague-os ou abra o link em uma janela privada.',
};
