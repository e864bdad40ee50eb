import {expect} from '@open-wc/testing';

import type {MariaChat} from '../element/maria-chat.js';
import {
  answer,
  every,
  inside,
  lines,
  newSite,
  pause,
  press,
  sitePage,
  start,
  until,
  untilSaid,
} from './helpers.js';

const main = (document: Document, text = 'The next page') => {
  const element = document.createElement('main');
  element.textContent = text;
  return element;
};

const nextTask = () => new Promise((resolve) => setTimeout(resolve));

/** The ways in which pages get rid of all that their body shows. */
const WAYS: Record<string, (document: Document) => unknown> = {
  'as text': ({body}) => (body.innerHTML = '<main>The next page</main>'),
  'node by node': (document) => {
    const {body} = document;
    while (body.firstChild) body.removeChild(body.firstChild);
    body.append(main(document));
  },
  'from the end': (document) => {
    const {body} = document;
    while (body.lastChild) body.lastChild.remove();
    body.append(main(document));
  },
  'each element by itself': (document) => {
    for (const element of [...document.body.children]) element.remove();
    document.body.append(main(document));
  },
  'one node in each task': async (document) => {
    for (const node of [...document.body.childNodes]) {
      node.remove();
      await nextTask();
    }
    document.body.append(main(document));
  },
  'one node in each task, the last first': async (document) => {
    for (const node of [...document.body.childNodes].reverse()) {
      node.remove();
      await nextTask();
    }
    document.body.append(main(document));
  },
  'after the next contents were added': async (document) => {
    document.body.append(main(document));
    await nextTask();
    for (const element of [...document.body.children])
      if (element.localName !== 'main') element.remove();
  },
  'but for what shows nothing': async (document) => {
    const {body} = document;
    const hidden = body.appendChild(document.createElement('div'));
    hidden.hidden = true;
    const empty = body.appendChild(document.createElement('div'));
    await nextTask();
    for (const element of [...body.children])
      if (element !== hidden && element !== empty) element.remove();
    body.append(main(document));
  },
  'with the whole body': (document) => {
    const body = document.createElement('body');
    body.append(main(document));
    document.body.replaceWith(body);
  },
  'with the whole document element': (document) => {
    const html = document.createElement('html');
    const body = document.createElement('body');
    body.append(main(document));
    html.append(document.createElement('head'), body);
    document.replaceChild(html, document.documentElement);
  },
  'with the document element, before there is another': async (document) => {
    document.documentElement.remove();
    await nextTask();
    const html = document.createElement('html');
    document.append(html);
    await nextTask();
    html.append(document.createElement('head'));
    const body = document.createElement('body');
    body.append(main(document));
    await nextTask();
    html.append(body);
  },
  'by writing another document': (document) => {
    document.open();
    document.write('<!doctype html><title>Next</title><body><main>The next page</main>');
    document.close();
  },
  'by writing another document, bit by bit': async (document) => {
    document.open();
    document.write('<!doctype html><title>Next</title>');
    await nextTask();
    document.write('<body><main>The next page</main>');
    await nextTask();
    document.close();
  },
};

/** The page is there, and so is what watches it. */
const watchedPage = async () => {
  const page = await sitePage(`site=${newSite()}`);
  const loaded = () =>
    page.window.performance.getEntriesByType('resource').some(({name}) => /host-page/.test(name));
  await until(loaded, 'the watching to begin');
  await pause(30);
  return page;
};

const untilBack = async (chat: Element, document: Document) => {
  await until(() => document.querySelector('main'), 'the next page');
  await until(() => chat.isConnected && chat.parentElement === document.body, 'the element');
  await pause(30);
  expect(document.querySelectorAll('maria-chat')).to.have.length(1);
};

const pressLauncher = (chat: Element) => inside(chat, '.launcher')!.click();

const nameField = (chat: Element) => inside<HTMLInputElement>(chat, 'input[name=answer]');

/** Goes through the first door of the panel that opens. */
const untilAtName = async (chat: Element & {isOpen: boolean}) => {
  await until(() => chat.isOpen, 'the panel');
  await start(chat);
  await until(() => nameField(chat), 'the first question');
};

const type = (field: HTMLInputElement, text: string) => {
  field.value = text;
  field.dispatchEvent(new Event('input', {bubbles: true}));
};

describe('a page that empties its body', () => {
  for (const [how, empty] of Object.entries(WAYS)) {
    it(`${how}: the launcher is back and opens the chat`, async () => {
      const {chat, document} = await watchedPage();
      await empty(document);
      await untilBack(chat, document);
      expect(inside(chat, '.launcher')!.getBoundingClientRect().width).to.equal(60);
      pressLauncher(chat);
      await untilAtName(chat);
    });

    it(`${how}: an open conversation goes on`, async () => {
      const {chat, document} = await watchedPage();
      pressLauncher(chat);
      await untilAtName(chat);
      type(nameField(chat)!, 'An');
      nameField(chat)!.focus();
      await empty(document);
      await untilBack(chat, document);
      await until(() => nameField(chat), 'the question');
      expect(chat.isOpen).to.equal(true);
      expect(nameField(chat)!.value).to.equal('An');
      await until(() => document.activeElement === chat, 'the focus');
      await answer(chat, 'Your name', 'Ana');
      await untilSaid(chat, 'May we store your name');
      await press(chat, 'I agree');
      await untilSaid(chat, 'train our AI assistant');
      expect(lines(chat).filter((line) => line === 'Ana')).to.have.length(1);
      await press(chat, 'Close chat');
      await until(() => !chat.isOpen, 'the panel to close');
      pressLauncher(chat);
      await until(() => chat.isOpen, 'the panel to open');
      expect(every(chat, '.panel')).to.have.length(1);
      pressEscape(chat);
      await until(() => !chat.isOpen, 'the panel to close');
    });
  }

  it('before what watches it has come: the launcher is back', async () => {
    const {chat, document} = await sitePage(`site=${newSite()}`);
    WAYS['node by node']!(document);
    await untilBack(chat, document);
  });

  it('a focus that the page has set meanwhile stays where it is', async () => {
    const {chat, document} = await watchedPage();
    pressLauncher(chat);
    await untilAtName(chat);
    document.body.innerHTML = '<main><input autofocus></main>';
    document.querySelector('input')!.focus();
    await untilBack(chat, document);
    expect(document.activeElement).to.equal(document.querySelector('input'));
  });

  it('an element that is removed without its neighbours stays away, until they go as well', async () => {
    const {chat, document} = await watchedPage();
    document.querySelector('script')!.remove();
    chat.remove();
    await pause(50);
    document.body.append(main(document, 'More'));
    await pause(50);
    expect(chat.isConnected).to.equal(false);
    document.querySelector('h1')!.remove();
    await pause(50);
    expect(chat.isConnected).to.equal(false);
    WAYS['one node in each task']!(document);
    await untilBack(chat, document);
  });

  it('a copy of the element that the page kept with its contents is removed again', async () => {
    const {chat, document} = await watchedPage();
    pressLauncher(chat);
    await until(() => chat.isOpen, 'the panel');
    const kept = document.body.cloneNode(true);
    document.body.replaceWith(document.createElement('body'));
    await until(() => chat.isConnected, 'the element on the new body');
    document.body.replaceWith(kept);
    await until(() => chat.parentElement === kept, 'the element on the old body');
    await until(() => document.querySelectorAll('maria-chat').length === 1, 'the copy to go');
    expect(document.querySelector('maria-chat')).to.equal(chat);
  });
});

const pressEscape = (chat: MariaChat) =>
  inside(chat, '.panel')!.dispatchEvent(
    new KeyboardEvent('keydown', {key: 'Escape', bubbles: true, composed: true}),
  );
