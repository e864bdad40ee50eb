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
    failed: 'Sorry, I couldn’t answer this.',
    unfinished: 'Sorry, I couldn’t finish this answer.',
    limited: 'Sorry, I can’t answer more questions right now.',
    person: 'One of our team will read your message and reply by e‑mail.',
    leaveEmail: 'Please leave your e‑mail address so that one of our team can reply.',
    cut: '(This answer was shortened.)',
  },
  de: {
    thanks: 'Vielen Dank für Ihre Nachricht.',
    failed: 'Das konnte ich leider nicht beantworten.',
    unfinished: 'Leider konnte ich diese Antwort nicht abschließen.',
    limited: 'Mehr kann ich im Moment leider nicht beantworten.',
    person: 'Jemand aus unserem Team liest Ihre Nachricht und antwortet Ihnen per E‑Mail.',
    leaveEmail:
      'Bitte hinterlassen Sie Ihre E‑Mail-Adresse, damit Ihnen jemand aus unserem Team antworten kann.',
    cut: '(Diese Antwort wurde gekürzt.)',
  },
  es: {
    thanks: 'Gracias por su mensaje.',
    failed: 'Lo siento, no he podido responder a esto.',
    unfinished: 'Lo siento, no he podido terminar esta respuesta.',
    limited: 'Lo siento, ahora mismo no puedo responder a más preguntas.',
    person: 'Alguien de nuestro equipo leerá su mensaje y le responderá por correo electrónico.',
    leaveEmail: 'Deje su correo electrónico para que alguien de nuestro equipo pueda responderle.',
    cut: '(Esta respuesta se ha acortado.)',
  },
  fr: {
    thanks: 'Merci pour votre message.',
    failed: 'Désolée, je n’ai pas pu répondre à cela.',
    unfinished: 'Désolée, je n’ai pas pu terminer cette réponse.',
    limited: 'Désolée, je ne peux pas répondre à d’autres questions pour l’instant.',
    person: 'Une personne de notre équipe lira votre message et vous répondra par e‑mail.',
    leaveEmail:
      'Merci de laisser votre adresse e‑mail afin qu’une personne de notre équipe puisse vous répondre.',
    cut: '(Cette réponse a été abrégée.)',
  },
  'pt-br': {
    thanks: 'Obrigada pela sua mensagem.',
    failed: 'Desculpe, não consegui responder a isso.',
    unfinished: 'Desculpe, não consegui terminar esta resposta.',
    limited: 'Desculpe, não posso responder a mais perguntas no momento.',
    person: 'Alguém da nossa equipe vai ler sua mensagem e responder por e‑mail.',
    leaveEmail: 'Deixe seu e‑mail para que alguém da nossa equipe possa responder.',
    cut: '(Esta resposta foi encurtada.)',
  },
  ar: {
    thanks: 'شكرًا لك على رسالتك.',
    failed: 'عذرًا، لم أتمكن من الإجابة عن هذا.',
    unfinished: 'عذرًا، لم أتمكن من إكمال هذه الإجابة.',
    limited: 'عذرًا، لا يمكنني الإجابة عن أسئلة أخرى الآن.',
    person: 'سيقرأ أحد أعضاء فريقنا رسالتك ويرد عليك عبر البريد الإلكتروني.',
    leaveEmail: 'يرجى ترك عنوان بريدك الإلكتروني حتى يتمكن أحد أعضاء فريقنا من الرد عليك.',
    cut: '(اختُصرت هذه الإجابة.)',
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
