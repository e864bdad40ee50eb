import {backend, button, inside, mountOpen, newSite, press, stored, until} from './helpers.js';

/** One question of each kind. */
export const KINDS = {
  text: {kind: 'text', text: 'Who is your employer?', autocomplete: 'organization', min_length: 3},
  long_text: {kind: 'long_text', text: 'Why do you apply?', max_length: 40},
  choice: {
    kind: 'choice',
    text: {en: 'Which position?', de: 'Welche Stelle?'},
    options: [
      {value: 'nurse', label: {en: 'Nurse', de: 'Pflegekraft'}},
      {value: 'doctor', label: {en: 'Doctor', de: 'Ärztin'}},
    ],
  },
  yes_no: {kind: 'yes_no', text: 'Do you have a car?'},
  number: {
    kind: 'number',
    text: 'How far can you drive?',
    min: 1,
    max: 2_000,
    decimals: 1,
    unit: {en: 'km'},
  },
  date: {kind: 'date', text: 'When can you begin?', min: '2030-01-01', max: '2030-12-31'},
  phone: {kind: 'phone', text: 'What is your telephone number?'},
  url: {kind: 'url', text: 'Where is your portfolio?'},
} as const;

/** A list, because it has more options than buttons. */
export const LANGUAGES = {
  kind: 'choice',
  text: 'Which languages do you speak?',
  multiple: true,
  min_choices: 2,
  max_choices: 3,
  other: true,
  options: ['en', 'de', 'fr', 'es'].map((value) => ({value, label: value.toUpperCase()})),
} as const;

export const ask = (field: string, question: object) => ({
  id: field,
  type: 'ask',
  field,
  ...question,
});

const END = [
  {id: 'name', type: 'ask', field: 'name'},
  {
    id: 'consent',
    type: 'consent',
    purpose: 'personal_data',
    next: [{when: {field: 'consents.personal_data', operator: 'is', value: false}, to: 'refused'}],
  },
  {id: 'email', type: 'ask', field: 'email'},
];
const VERIFY = {id: 'verify', type: 'verify_email'};
const LAST = [
  {id: 'complete', type: 'end', outcome: 'complete'},
  {id: 'refused', type: 'end', outcome: 'refused'},
];

/** These steps before the name, those after the e-mail address, and those after its confirmation. */
export const conversationWith = (steps: object[], after: object[] = [], late: object[] = []) => ({
  version: 1,
  steps: [...steps, ...END, ...after, VERIFY, ...late, ...LAST],
});

export const siteWith = async (steps: object[], after: object[] = []) => {
  const site = newSite();
  await backend.config(site, {conversation: conversationWith(steps, after)});
  return site;
};

export const openWith = async (steps: object[], after: object[] = [], lang = 'en') => {
  const site = await siteWith(steps, after);
  return {chat: await mountOpen(site, lang), site};
};

type Field = HTMLInputElement | HTMLTextAreaElement;

export const field = (chat: Element) =>
  until(() => inside<Field>(chat, '.question #answer'), 'the field of the question');

/** Types a text into the field of the question, and sends it. */
export const give = async (chat: Element, text: string) => {
  const input = await field(chat);
  input.value = text;
  input.dispatchEvent(new Event('input', {bubbles: true}));
  input.form!.requestSubmit();
};

export const fault = (chat: Element) => inside(chat, '.question p.error')?.textContent ?? '';

export const untilFault = (chat: Element, words: string) =>
  until(() => fault(chat) === words, `the fault “${words}”, not “${fault(chat)}”`);

export const untilStep = (chat: Element & {step: string | null}, id: string) =>
  until(() => chat.step === id, `the step ${id}`);

/** Chooses options of a list by their labels. */
export const tick = async (chat: Element, ...labels: string[]) => {
  const list = await until(() => inside(chat, '.question fieldset'), 'the list');
  for (const label of list.querySelectorAll('label'))
    if (labels.includes(label.textContent.trim())) label.querySelector('input')!.click();
};

export const kept = (site: string) =>
  (JSON.parse(stored(site, 'answers') ?? '{}') as {answers?: Record<string, unknown>}).answers;

/** Answers the name, the consent and the e-mail address. */
export const submitContact = async (chat: Element & {step: string | null}) => {
  await untilStep(chat, 'name');
  const form = (id: string) => inside<HTMLInputElement>(chat, `.tray input[type=${id}]`)!;
  form('text').value = 'Ana';
  form('text').form!.requestSubmit();
  await press(chat, 'I agree');
  await submitEmail(chat);
};

export const submitEmail = async (chat: Element & {step: string | null}) => {
  await untilStep(chat, 'email');
  const input = await until(() => inside<HTMLInputElement>(chat, 'input[type=email]'), 'the field');
  input.value = 'ana@example.com';
  input.form!.requestSubmit();
};

export const hasButton = (chat: Element, name: string) => button(chat, name) !== undefined;

/** Returns the body of the newest call. */
export const sent = async (site: string, method: string, path: string) =>
  (await backend.calls(site)).filter((one) => one.method === method && one.path === path).at(-1)
    ?.data;
