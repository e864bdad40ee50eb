import type {Chat} from '../../core/chat.js';

/** On what is printed, and on all around it, until that is done. */
const MARK = 'data-maria-print';

/** What is on the screen, as a text that any device can open. */
export const saveTranscript = async ({language, reference, transcript, uploads}: Chat) => {
  // Imported here, what both use is no further file.
  const {formatTime, saveFile} = await import('./dialogs.js');
  const {texts} = language;
  const said = transcript.lines.map(({at, from, text: words}) => {
    const who = from === 'maria' ? texts.mariaSays : texts.youSay;
    const time = at ? `${formatTime(new Date(at), language)}\n` : '';
    return `${time}${who} ${words(language)}\n`;
  });
  const files = uploads?.rows.flatMap(({stored}) => stored?.name ?? []) ?? [];
  const about = [texts.log, `${texts.reference}: ${reference}`, ''];
  const text = [...about, ...said, texts.files, ...files].join('\n');
  saveFile(new Blob([text], {type: 'text/plain;charset=utf-8'}), `maria-${reference}.txt`);
};

/**
 * Without the page around it, which is as before when the paper is done. The path of an event from
 * within the panel leads through all that holds it: the page's own components hide what is in them.
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
