import {fixture, html} from '@open-wc/testing';
import {emulateMedia} from '@web/test-runner-commands';

import '../index.js';
import type {MariaChat} from '../index.js';

declare global {
  function describe(name: string, run: () => void): void;
  function it(name: string, run: () => unknown): void;
}

export interface Fault {
  method?: string;
  path?: string;
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  times?: number;
  delayMs?: number;
  drop?: boolean;
  /** The call has its effect. Its response is sent when the backend is healed. */
  isHeld?: boolean;
}

export interface Call {
  method: string;
  path: string;
  uuid: string;
  data: Record<string, unknown> | null;
  type: string | null;
  /** Its `Idempotency-Key`. */
  key: string | null;
}

export interface Visit {
  state: string;
  token: string;
  name: string | null;
  email: string | null;
  newEmail?: string;
  ended?: string;
  consents: {purpose: string; granted: boolean; wording: string; locale: string}[];
  answers: Record<string, unknown>;
  files: {id: string; name: string; size: number; sha256: string}[];
  steps: string[];
  messages: {id: number; client_id: string; role: string; body: string; files: {name: string}[]}[];
  readers: number;
  stopped: number;
}

const steer = async <T>(what: string, body: object): Promise<T> => {
  const response = await fetch(`/test/${what}`, {method: 'POST', body: JSON.stringify(body)});
  return (await response.json()) as T;
};

/** What the test server is told, and what it saw. */
export const backend = {
  fault: (site: string, fault: Fault) => steer('fault', {site, ...fault}),
  heal: (site: string) => steer('heal', {site}),
  config: (site: string, config: object) => steer('config', {site, config}),
  /** Serves the site as the first release did. */
  old: (site: string) => steer('old', {site}),
  confirm: (uuid: string) => steer('confirm', {uuid}),
  deliver: (uuid: string) => steer('deliver', {uuid}),
  end: (uuid: string) => steer('end', {uuid}),
  put: (uuid: string, visit: object) => steer('visit', {uuid, ...visit}),
  calls: (site: string) => steer<Call[]>('calls', {site}),
  visit: (uuid: string) => steer<Visit>('state', {uuid}),
  say: (uuid: string, message: object) => steer<{id: number}>('say', {uuid, ...message}),
  complete: (uuid: string, message: object) => steer('complete', {uuid, ...message}),
  tell: (uuid: string, event: object) => steer('tell', {uuid, ...event}),
  cut: (uuid: string) => steer('cut', {uuid}),
};

let sites = 0;
/** Each test has a site of its own, and with it its own storage and its own backend behaviour. */
export const newSite = () => `site-${Date.now().toString(36)}-${++sites}`;

export const stored = (site: string, key: string) =>
  localStorage.getItem(`maria-chat:${site}:${key}`);

export const store = (site: string, key: string, value: string) =>
  localStorage.setItem(`maria-chat:${site}:${key}`, value);

export const storedKeys = (site: string) =>
  Object.keys(localStorage).filter((key) => key.startsWith(`maria-chat:${site}:`));

/** Makes this a new tab for the site: a visitor who comes back is asked whether to continue. */
export const openNewTab = (site: string) => sessionStorage.removeItem(`maria-chat:${site}:active`);

/** In a new tab, closed, and with nobody waiting for Maria to type. */
export const mount = async (site = newSite(), lang = 'en') => {
  openNewTab(site);
  await emulateMedia({reducedMotion: 'reduce'});
  const chat = await fixture<MariaChat>(
    html`<maria-chat site=${site} lang=${lang} open="false"></maria-chat>`,
  );
  await until(() => inside(chat, '.launcher'), 'the launcher');
  return chat;
};

/** Opens the panel, and waits for the two doors of a new visitor. */
export const mountAtDoors = async (site = newSite(), lang = 'en') => {
  const chat = await mount(site, lang);
  await chat.open();
  await until(() => inside(chat, '.tray > *, .done'), 'something to answer, or the end');
  return chat;
};

/** Opens the panel, and starts the steps if the visitor has the choice. */
export const mountOpen = async (site = newSite(), lang = 'en') => {
  const chat = await mountAtDoors(site, lang);
  await start(chat);
  return chat;
};

/** Goes through the first door, if there are doors. */
export const start = async (chat: Element) => {
  await until(() => inside(chat, '.tray > *'), 'something to answer');
  const door = inside(chat, '.doors button');
  if (!door) return;
  door.click();
  await until(() => !inside(chat, '.doors') && inside(chat, '.tray > *'), 'the first step');
};

export const until = async <T>(look: () => T, what: string, withinMs = 60_000) => {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
};

/** As `until`, for something that is asked for. */
export const untilAsked = async <T>(ask: () => Promise<T>, what: string, withinMs = 60_000) => {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited ${withinMs} ms in vain for ${what}`);
    await pause(20);
  }
};

export const untilCalled = (site: string, method: string, path: string) =>
  untilAsked(async () => {
    const calls = await backend.calls(site);
    return calls.find((one) => one.method === method && one.path.includes(path));
  }, `the call ${method} ${path}`);

/** The backend knows how far the visitor is: nothing more is under way. */
export const untilRecorded = (uuid: string, step: string) =>
  untilAsked(
    async () => (await backend.visit(uuid)).steps.includes(step),
    `the step ${step} to be recorded`,
  );

/** Nothing is under way any more; answers how many calls there were. */
export const untilQuiet = async (site: string): Promise<number> => {
  for (let quiet = 0; quiet < 20; quiet++) {
    const {length} = await backend.calls(site);
    await pause(300);
    if ((await backend.calls(site)).length === length) return length;
  }
  throw new Error('Calls went on and on.');
};

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const inside = <T extends HTMLElement>(chat: Element, selector: string) =>
  chat.shadowRoot!.querySelector<T>(selector);

export const every = (chat: Element, selector: string) => [
  ...chat.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];

const nameOf = (element: HTMLElement) =>
  (element.getAttribute('aria-label') ?? element.textContent).trim();

/** By its accessible name, as a screen reader finds it. */
export const button = (chat: Element, name: string) =>
  every(chat, 'button').find((one) => nameOf(one) === name) as HTMLButtonElement | undefined;

export const press = async (chat: Element, name: string) => {
  const found = await until(() => button(chat, name), `the button “${name}”`);
  await until(() => !found.disabled, `the button “${name}” to be usable`);
  found.click();
};

export const lines = (chat: Element) =>
  every(chat, '.bubble > span:last-child').map((one) => one.textContent.trim());

/** What stands in the menu of the header. */
export const pressInMenu = async (chat: Element, name: string) => {
  await press(chat, 'More');
  const inMenu = () => every(chat, '.item').find((one) => nameOf(one) === name);
  (await until(inMenu, `“${name}” in the menu`)).click();
};

export const untilSaid = (chat: Element, words: string) =>
  until(() => lines(chat).some((line) => line.includes(words)), `the line “${words}”`);

/** Fills in the field of a step. A new visitor goes through the first door before. */
export const answer = async (chat: Element, label: string, text: string) => {
  const labelOf = (form: Element) => form.querySelector('label')!.textContent.trim();
  const find = () => every(chat, 'form').find((form) => labelOf(form) === label);
  if (!find()) await start(chat);
  const form = await until(find, `the field “${label}”`);
  form.querySelector('input')!.value = text;
  (form as HTMLFormElement).requestSubmit();
};

export const pdf = (name: string, bytes = 2_000) =>
  new File(['%PDF-1.7\n', new Uint8Array(Math.max(0, bytes - 9))], name, {
    type: 'application/pdf',
  });

export const choose = async (chat: Element, ...files: File[]) => {
  const picker = await until(() => inside<HTMLInputElement>(chat, '.picker'), 'the file picker');
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  picker.files = list.files;
  picker.dispatchEvent(new Event('change'));
};

export const rows = (chat: Element) =>
  every(chat, '.file').map((row) => ({
    name: row.querySelector('.name')!.textContent,
    state: [...row.classList].find((name) => name !== 'file'),
    says: row.querySelector('.state')!.textContent.trim(),
  }));

/** Takes the place of one of the browser's own functions; what it answers puts that back. */
export const replace = (
  owner: object,
  name: string,
  stub: (this: HTMLAnchorElement) => unknown,
) => {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, {value: stub, configurable: true, writable: true});
  return () =>
    before ? Object.defineProperty(owner, name, before) : Reflect.deleteProperty(owner, name);
};

/** A page of somebody else's site with our script tag in it. */
export const sitePage = async (query: string) => {
  openNewTab(new URLSearchParams(query).get('site')!);
  const frame = await fixture<HTMLIFrameElement>(
    html`<iframe src="/pages/site.html?${query}" width="900" height="700"></iframe>`,
  );
  const chat = await until(
    () => frame.contentDocument?.querySelector<MariaChat>('maria-chat'),
    'the element',
  );
  await until(() => inside(chat, '.launcher'), 'the launcher');
  return {chat, window: frame.contentWindow!, document: frame.contentDocument!};
};

/** Up to the files, by a visitor who agrees to both. */
export const reachFiles = async (chat: Element, name = 'Ana') => {
  await answer(chat, 'Your name', name);
  await press(chat, 'I agree');
  await untilSaid(chat, 'train our AI assistant');
  await press(chat, 'I agree');
  await until(() => inside(chat, '.picker'), 'the file picker');
};

export const reachEmail = async (chat: Element) => {
  await reachFiles(chat);
  await choose(chat, pdf('contract.pdf'));
  await press(chat, 'Done & continue');
  await until(() => inside(chat, 'input[type=email]'), 'the e-mail field');
};

export const reachPending = async (chat: Element) => {
  await reachEmail(chat);
  await answer(chat, 'Your e-mail address', 'ana@example.com');
  await until(() => inside(chat, '.card'), 'the pending card');
};

/** Simulates a browser that has lost its network, or has it again. */
export const setOnline = (isOnline: boolean) => {
  if (isOnline) Reflect.deleteProperty(navigator, 'onLine');
  else Object.defineProperty(navigator, 'onLine', {configurable: true, value: false});
  window.dispatchEvent(new Event(isOnline ? 'online' : 'offline'));
};
