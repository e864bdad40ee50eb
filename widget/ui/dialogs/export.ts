import type {Chat} from '../../core/chat.js';
import {formatTime} from '../../i18n/dialogs/dialog-texts.js';
import {saveFile} from './save-file.js';

/** Marks the printed element, and all elements around it, until the print has ended. */
const MARK = 'data-maria-print';

/** Saves the lines on the screen as a text that any device can open. */
export const saveTranscript = ({language, reference, transcript, uploads}: Chat) => {
  const {texts} = language;
  const lines = transcript.lines.map(({at, from, text}) => {
    const speaker = from === 'maria' ? texts.mariaSays : texts.youSay;
    const time = at ? `${formatTime(at, language)}\n` : '';
    return `${time}${speaker} ${text(language)}\n`;
  });
  const files = uploads?.rows.flatMap(({stored}) => stored?.name ?? []) ?? [];
  const heading = [texts.log, `${texts.reference}: ${reference}`, ''];
  const text = [...heading, ...lines, texts.files, ...files].join('\n');
  saveFile(new Blob([text], {type: 'text/plain;charset=utf-8'}), `maria-${reference}.txt`);
};

/**
 * Prints the conversation without the page around it. The path of an event from the panel leads
 * through all elements that contain it. Those may be the page's components, which hide their contents.
 */
export const printConversation = (_chat: Chat, path: EventTarget[]) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@media print{:not([${MARK}],maria-chat[${MARK}] *){display:none!important}}`);
  const around = path.slice(path.findIndex((one) => one instanceof ShadowRoot) + 1);
  const mark = (isOn: boolean) => {
    for (const one of around) {
      if (one instanceof Element) one.toggleAttribute(MARK, isOn);
      if (!(one instanceof Document || one instanceof ShadowRoot)) continue;
      const others = one.adoptedStyleSheets.filter((other) => other !== sheet);
      one.adoptedStyleSheets = isOn ? [...others, sheet] : others;
    }
  };
  mark(true);
  // Phones return at once and print later.
  window.addEventListener('afterprint', () => mark(false), {once: true});
  window.print();
};
