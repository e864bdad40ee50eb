import type {Texts} from './texts.js';

export const ptBr: Texts = {
  language: 'pt-BR',
  direction: 'ltr',
  mailSubject: 'Confirme seu endereço de e-mail',
  mailBody:
    'Alguém informou este endereço no chat de {site}. Se foi você, confirme-o para que sua solicitação seja atendida.',
  mailButton: 'Confirmar meu endereço',
  mailExpires: 'O link vale por {time}. Pressioná-lo duas vezes não causa nenhum problema.',
  mailNotMe: 'Não foi você? Não faça nada, ou avise-nos aqui:',
  mailNotMeLink: 'Não fui eu',
  confirmTitle: 'Confirme seu endereço de e‑mail',
  confirmBody: 'Pressione o botão para confirmar seu endereço para {site}.',
  confirmButton: 'Confirmar',
  doneTitle: 'Obrigado, seu endereço está confirmado',
  doneBody: 'Sua solicitação chegou. Você pode fechar esta página e voltar ao chat.',
  usedTitle: 'Seu endereço já está confirmado',
  usedBody: 'Não há mais nada a fazer. Você pode fechar esta página.',
  expiredTitle: 'Este link não funciona mais',
  expiredBody:
    'Ele expirou ou um mais novo foi enviado. Use o e-mail mais recente, ou volte ao chat e escolha “Enviar novamente”.',
  unknownTitle: 'Este link não é conhecido',
  unknownBody:
    'Talvez ele tenha sido cortado no e-mail: copie-o inteiro. Se seus dados foram apagados, os links também foram.',
  notMeTitle: 'Não foi você?',
  notMeBody: 'Pressione o botão e o link do e-mail deixará de funcionar.',
  notMeButton: 'Não fui eu',
  notMeUsedTitle: 'Não foi você?',
  notMeUsedBody:
    'O endereço já foi confirmado, por isso este link não pode mais desfazer isso. Escreva para {site} a partir deste endereço: o que foi armazenado com ele pode ser corrigido ou apagado.',
  notMeExpiredBody:
    'Ninguém pode confirmar seu endereço com ele. Se você recebeu um e-mail mais novo, use o link desse.',
  notMeDoneTitle: 'Obrigado por avisar',
  notMeDoneBody: 'O link não funciona mais. Você não precisa fazer mais nada.',
  backToSite: 'Voltar para {site}',
  errorTitle: 'Algo deu errado',
  errorBody:
    'O sistema encontrou um erro e o administrador foi avisado para investigar. Tente de novo mais tarde.',
  errorReference: 'Referência: {reference}',
  busyTitle: 'Aguarde um momento',
  busyBody: 'Houve pedidos demais em pouco tempo. Espere um minuto e abra o link de novo.',
  headersTitle: 'Esta página não pode ser aberta agora',
  headersBody:
    'Seu navegador envia cookies demais a este site. Apague-os ou abra o link em uma janela privada.',
};
