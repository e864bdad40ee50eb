/** Maria's messages when no responder replies. Every language has all of them. */
interface ReplyTexts {
  thanks: string;
  failed: string;
  unfinished: string;
  limited: string;
  person: string;
  leaveEmail: string;
  cut: string;
}

const TEXTS: Record<string, ReplyTexts> = {
  en: {
    thanks: 'Thank you for your message.',
    failed: 'I am sorry, I could not answer this.',
    unfinished: 'I am sorry, I could not finish this answer.',
    limited: 'I have answered as much as I may for now.',
    person: 'A person will read it and answer you by e-mail.',
    leaveEmail:
      'Please give your e-mail address here in the chat, so that a person can answer you.',
    cut: '(This answer was too long and ends here.)',
  },
  de: {
    thanks: 'Vielen Dank für Ihre Nachricht.',
    failed: 'Das konnte ich leider nicht beantworten.',
    unfinished: 'Diese Antwort konnte ich leider nicht zu Ende bringen.',
    limited: 'Ich habe fürs Erste so viel beantwortet, wie ich darf.',
    person: 'Ein Mensch wird sie lesen und Ihnen per E-Mail antworten.',
    leaveEmail:
      'Bitte geben Sie hier im Chat Ihre E-Mail-Adresse an, damit Ihnen ein Mensch antworten kann.',
    cut: '(Diese Antwort war zu lang und endet hier.)',
  },
  es: {
    thanks: 'Gracias por su mensaje.',
    failed: 'Lo siento, no he podido responder a esto.',
    unfinished: 'Lo siento, no he podido terminar esta respuesta.',
    limited: 'Por ahora he respondido todo lo que puedo.',
    person: 'Una persona lo leerá y le responderá por correo electrónico.',
    leaveEmail:
      'Indique su correo electrónico aquí en el chat para que una persona pueda responderle.',
    cut: '(Esta respuesta era demasiado larga y termina aquí.)',
  },
  fr: {
    thanks: 'Merci pour votre message.',
    failed: 'Je suis désolée, je n’ai pas pu répondre à cela.',
    unfinished: 'Je suis désolée, je n’ai pas pu terminer cette réponse.',
    limited: 'J’ai répondu autant que je le peux pour le moment.',
    person: 'Une personne le lira et vous répondra par e-mail.',
    leaveEmail:
      'Veuillez indiquer votre adresse e-mail ici dans le chat, afin qu’une personne puisse vous répondre.',
    cut: '(Cette réponse était trop longue et s’arrête ici.)',
  },
  'pt-br': {
    thanks: 'Obrigada pela sua mensagem.',
    failed: 'Sinto muito, não consegui responder a isso.',
    unfinished: 'Sinto muito, não consegui terminar esta resposta.',
    limited: 'Por enquanto, respondi tudo o que posso.',
    person: 'Uma pessoa vai ler e responder por e-mail.',
    leaveEmail: 'Informe seu e-mail aqui no chat para que uma pessoa possa responder a você.',
    cut: '(Esta resposta era longa demais e termina aqui.)',
  },
  ar: {
    thanks: 'شكرًا لك على رسالتك.',
    failed: 'عذرًا، لم أتمكن من الإجابة عن هذا.',
    unfinished: 'عذرًا، لم أتمكن من إكمال هذه الإجابة.',
    limited: 'أجبت عن كل ما يمكنني الإجابة عنه في الوقت الحالي.',
    person: 'سيقرؤها شخص ويجيبك عبر البريد الإلكتروني.',
    leaveEmail: 'يرجى كتابة بريدك الإلكتروني هنا في المحادثة حتى يتمكن شخص من الرد عليك.',
    cut: '(كانت هذه الإجابة طويلة جدًا وتنتهي هنا.)',
  },
};

const getTexts = (locale: string): ReplyTexts => {
  const wanted = locale.toLowerCase();
  const [language = 'en'] = wanted.split('-');
  const found =
    TEXTS[wanted] ?? TEXTS[language] ?? (language === 'pt' ? TEXTS['pt-br'] : undefined);
  return found ?? (TEXTS['en'] as ReplyTexts);
};

export interface EscalationRecipient {
  locale: string;
  /** If false, the text asks for an e-mail address. */
  hasEmail: boolean;
}

/** Returns a text that says what happened and who will answer. */
export const escalationText = (
  what: 'thanks' | 'failed' | 'unfinished' | 'limited',
  {locale, hasEmail}: EscalationRecipient,
): string => {
  const texts = getTexts(locale);
  return `${texts[what]} ${hasEmail ? texts.person : texts.leaveEmail}`;
};

export const getCutNotice = (locale: string): string => getTexts(locale).cut;
