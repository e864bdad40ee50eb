import type {MariaChat} from '../index.js';
import {fill, press, wait} from './every-state.js';
import type {Look} from './every-state.js';
import {backend, inside, pdf, start, stored, until} from './helpers.js';
import {type, untilListening, write} from './talking.js';

const STEPS = [
  {id: 'name', type: 'ask', field: 'name'},
  {id: 'storing', type: 'consent', purpose: 'personal_data'},
  {id: 'training', type: 'consent', purpose: 'ai_training'},
  {id: 'ask', type: 'assistant'},
  {id: 'files', type: 'upload'},
];
const ANSWER = `A **scan** is enough, in *colour*:

- all corners, see [the list](https://example.com/list)
- \`passport.pdf\`

1. first

\`\`\`
passport.pdf
\`\`\``;

/** What is written and answered, in every state. */
export const visitTalk = async (chat: MariaChat, look: Look) => {
  const {site} = chat;
  await backend.config(site, {conversation: {version: 1, steps: STEPS}});
  await chat.open();
  await start(chat);
  await fill(chat, 'Ana');
  await press(chat, '.consent .choice');
  await wait(chat, '.ask');
  await look('question offered');
  await press(chat, '.ask');
  await wait(chat, 'textarea');
  await look('field beside a question');
  await press(chat, '.consent .choice', 1);
  await until(() => chat.step === 'ask', 'the assistant');
  await look('assistant');
  await visitAnswer(chat, look);
  await visitFiles(chat, look);
  await visitFaults(chat, look);
};

const visitAnswer = async (chat: MariaChat, look: Look) => {
  const uuid = stored(chat.site, 'session_uuid')!;
  await untilListening(chat.site);
  const {id} = await backend.say(uuid, {role: 'maria', body: 'A **sc', state: 'running'});
  await wait(chat, '.stop');
  await look('answer on its way');
  await backend.complete(uuid, {id, body: ANSWER});
  await wait(chat, '.bubble pre');
  await look('answer');
};

const visitFiles = async (chat: MariaChat, look: Look) => {
  await backend.fault(chat.site, {path: '/upload', delayMs: 1_500, times: 1});
  const picker = (await wait(chat, '.talk .picker')) as HTMLInputElement;
  const list = new DataTransfer();
  for (const file of [pdf('a.pdf'), new File(['x'], 'b.pdf')]) list.items.add(file);
  picker.files = list.files;
  picker.dispatchEvent(new Event('change'));
  await wait(chat, '.talk .attached.uploading');
  await wait(chat, '.talk .attached.error');
  await look('files on their way');
  await press(chat, '.talk .attached.error .icon');
  await wait(chat, '.talk .attached.success');
  await write(chat, 'Here it is');
  await wait(chat, '.bubble .attached');
  await backend.fault(chat.site, {path: '/download', status: 500});
  await press(chat, '.bubble .attached .link');
  await wait(chat, '.bubble .attached.error');
  await look('file that could not be fetched');
};

const visitFaults = async (chat: MariaChat, look: Look) => {
  await backend.fault(chat.site, {path: '/api/messages', method: 'POST', drop: true});
  await write(chat, 'Are you there?');
  await wait(chat, '.delivery .link');
  await look('not sent');
  type(chat, 'a'.repeat(4_001));
  await until(() => inside(chat, '#message-error')?.textContent, 'the fault');
  await look('too long');
  await backend.heal(chat.site);
};
