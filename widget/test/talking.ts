import {
  backend,
  every,
  inside,
  mountAtDoors,
  mountOpen,
  newSite,
  press,
  reachFiles,
  sitePage,
  stored,
  until,
  untilAsked,
} from './helpers.js';

export const field = (chat: Element) => inside<HTMLTextAreaElement>(chat, 'textarea');
export const uuidOf = (site: string) => stored(site, 'session_uuid')!;

export const type = (chat: Element, text: string) => {
  const area = field(chat)!;
  area.value = text;
  area.dispatchEvent(new Event('input', {bubbles: true}));
};

export const key = (chat: Element, init: KeyboardEventInit) =>
  field(chat)!.dispatchEvent(
    new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...init}),
  );

export const write = async (chat: Element, text: string) => {
  type(chat, text);
  await (chat as Element & {updateComplete: Promise<unknown>}).updateComplete;
  key(chat, {});
};

/** At the files, with the field to write in. */
export const openTalk = async (site = newSite(), lang = 'en') => {
  const chat = await mountOpen(site, lang);
  await reachFiles(chat);
  await press(chat, 'Ask a question');
  await until(() => field(chat), 'the field');
  return {chat, site};
};

/** Adds files to the message in the field, and waits for their uploads. */
export const attach = async (chat: Element, ...files: File[]) => {
  const picker = await until(() => inside<HTMLInputElement>(chat, '.talk .picker'), 'the clip');
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  picker.files = list.files;
  picker.dispatchEvent(new Event('change'));
  const settled = () => every(chat, '.talk .attached:is(.success, .error)').length;
  await until(() => settled() === files.length, 'the uploads');
};

export const untilListening = (site: string) =>
  untilAsked(
    async () => (await backend.visit(uuidOf(site))).readers > 0,
    'the conversation to be listened to',
  );

export const untilSent = (chat: Element) =>
  until(() => !inside(chat, '.delivery'), 'it to be sent');

export const said = (chat: Element) => every(chat, '.bubble').map((one) => one.textContent.trim());

export const eventCalls = async (site: string) =>
  (await backend.calls(site)).filter(({path}) => path.startsWith('/api/events')).length;

/** Another tab of the same visitor, who may write there as well. */
export const openBeside = async (site: string) => {
  const page = await sitePage(`site=${site}`);
  inside(page.chat, '.launcher')!.click();
  await press(page.chat, 'Continue');
  // Maria has said what she had to say by then.
  await until(() => page.chat.step && field(page.chat), 'the field');
  return page;
};

/** Asks a question at the doors, and refuses the consent that it needs. */
export const refuseQuestion = async (site = newSite()) => {
  const chat = await mountAtDoors(site);
  await write(chat, 'Is a copy enough?');
  await press(chat, 'I do not agree');
  const refused = async () =>
    (await backend.visit(uuidOf(site)))?.consents.some(({granted}) => !granted);
  await untilAsked(refused, 'the refusal to be recorded');
  await until(() => inside(chat, '.doors'), 'the doors');
  return {chat, site};
};
