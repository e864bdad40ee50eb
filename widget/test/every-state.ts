import type {MariaChat} from '../index.js';
import {backend, choose, every, inside, pdf, start, stored, until} from './helpers.js';

/** Told the name of each state while the panel is in it. */
export type Look = (state: string) => Promise<void>;

export const wait = (chat: Element, selector: string) =>
  until(() => inside(chat, selector), selector);

export const fill = async (chat: Element, text: string) => {
  const input = await wait(chat, 'input[name=answer]');
  (input as HTMLInputElement).value = text;
  (input.closest('form') as HTMLFormElement).requestSubmit();
};

/** By its place, since its words are in the visitor's language. */
export const press = async (chat: Element, selector: string, at = 0) => {
  const button = await until(
    () => every(chat, `${selector}:enabled`)[at] as HTMLButtonElement | undefined,
    `${selector} number ${at}`,
  );
  button.click();
};

/** Through the whole conversation, in any language, by way of everything it can show. */
export const visitEveryState = async (chat: MariaChat, look: Look) => {
  const {site} = chat;
  await look('closed');
  await chat.open();
  await start(chat);
  await wait(chat, 'input[name=answer]');
  await look('name');
  await fill(chat, '');
  await until(() => inside(chat, 'p.error')?.textContent, 'the fault');
  await look('name missing');
  await fill(chat, 'Ana');
  await wait(chat, '.consent');
  await look('consent');
  await press(chat, '.consent .choice');
  await until(() => chat.step === 'consent_ai_training', 'the second consent');
  await press(chat, '.consent .choice', 1);
  await visitFiles(chat, look);
  await visitEmail(chat, look);
  await backend.confirm(stored(site, 'session_uuid')!);
  await until(() => inside(chat, '.reference'), 'the end', 8_000);
  await look('complete');
};

const visitFiles = async (chat: MariaChat, look: Look) => {
  const {site} = chat;
  await wait(chat, '.picker');
  await look('no files yet');
  await choose(chat, pdf('a.pdf'));
  await press(chat, '.files > .pair > button');
  await wait(chat, '.file.success');
  await backend.fault(site, {path: '/upload', delayMs: 60_000, times: 1});
  await choose(chat, pdf('b.pdf'));
  await wait(chat, '.file.queued');
  await press(chat, '.files > .pair > button');
  await wait(chat, '.file.uploading');
  await choose(chat, pdf('c.pdf'), new File(['x'], 'd.pdf'));
  await wait(chat, '.file.error');
  await wait(chat, '.file.queued');
  await look('files in every state');
  await press(chat, '.file.uploading .icon');
  await press(chat, '.file.queued .icon');
  await until(() => !inside(chat, '.file.queued, .file.uploading'), 'the upload to be cancelled');
  await press(chat, '.files > .pair > .primary');
  await wait(chat, '.files p.error');
  await look('files that are left out');
  await press(chat, '.files > .pair > .primary');
};

const visitEmail = async (chat: MariaChat, look: Look) => {
  await wait(chat, 'input[type=email]');
  await look('e-mail');
  await fill(chat, 'nonsense');
  await until(() => inside(chat, 'p.error')?.textContent, 'the fault');
  await look('e-mail with a fault');
  await fill(chat, 'ana@example.com');
  await wait(chat, '.card');
  await look('pending');
  await press(chat, '.tray .pair .choice:last-child');
  await wait(chat, 'input[type=email]');
  await look('another address');
  await press(chat, '.tray .link');
  await wait(chat, '.card');
  await press(chat, '.header .icon');
  await wait(chat, '.item');
  await look('menu');
  await press(chat, '.item');
  await until(() => every(chat, '.item').length === 0 && inside(chat, '.dialog'), 'my data');
  await look('my data');
  await press(chat, '.dialog .icon');
  await until(() => !inside(chat, '.dialog'), 'my data to close');
  await press(chat, '.header .icon');
  await press(chat, '.item', 3);
  await wait(chat, '[role=alertdialog]');
  await look('start over?');
  await press(chat, '.dialog .choice');
};

/** What does not lie on the way of somebody who agrees, and has a line. */
export const visitByways = async (chat: MariaChat, look: Look) => {
  const {site} = chat;
  await backend.fault(site, {path: '/progress', drop: true});
  await chat.open();
  await start(chat);
  await fill(chat, 'Ana');
  await wait(chat, '.notice');
  await look('no line');
  await backend.heal(site);
  await wait(chat, '.consent');
  await press(chat, '.consent .choice', 1);
  await wait(chat, '.tray .primary');
  await look('refused');
};
