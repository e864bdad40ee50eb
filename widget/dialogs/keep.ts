import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';
import {offer} from './offer.js';
import {formatTime} from './format-time.js';

/** What is on the screen, as a text that any device can open. */
export const saveTranscript = ({reference, transcript, uploads}: Chat, language: Language) => {
  const {texts} = language;
  const said = transcript.lines.map(({at, from, words}) => {
    const who = from === 'maria' ? texts.mariaSays : texts.youSay;
    const time = at ? `${formatTime(new Date(at), language)}\n` : '';
    return `${time}${who} ${words(language)}\n`;
  });
  const files = uploads?.rows.flatMap(({stored}) => stored?.name ?? []) ?? [];
  const about = [texts.log, `${texts.reference}: ${reference}`, ''];
  const text = [...about, ...said, texts.files, ...files].join('\n');
  offer(new Blob([text], {type: 'text/plain;charset=utf-8'}), `maria-${reference}.txt`);
};

/** Without the page around it, which is as before when the paper is done. */
export const printConversation = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    '@media print{body *:not(maria-chat):not(:has(maria-chat)){display:none!important}}',
  );
  document.adoptedStyleSheets.push(sheet);
  // Phones return at once and print later.
  const restore = () =>
    (document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet));
  window.addEventListener('afterprint', restore, {once: true});
  window.print();
};
