import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';

import {inside, mountOpen, newSite, reachFiles, sitePage, start, until} from './helpers.js';

const KEY_EVENTS = ['keydown', 'keypress', 'keyup'];

/** Listens like a page with keyboard shortcuts, until the test is over. */
const listenTo = (types: string[], target: EventTarget = document) => {
  const seen: Event[] = [];
  const listening = new AbortController();
  for (const type of types)
    target.addEventListener(type, (event) => seen.push(event), {signal: listening.signal});
  return {seen, stop: () => listening.abort()};
};

const nameField = async (chat: Element) => {
  await start(chat);
  const field = await until(() => inside<HTMLInputElement>(chat, 'input[name=answer]'), 'a field');
  field.focus();
  return field;
};

const writeField = async (chat: Element) => {
  const ask = await until(() => inside(chat, '.ask'), 'the way to write');
  ask.click();
  const field = await until(() => inside<HTMLTextAreaElement>(chat, 'textarea'), 'the field');
  field.focus();
  return field;
};

describe('keys of the page', () => {
  it('a shortcut without a modifier takes nothing from what is typed', async () => {
    const search = document.createElement('input');
    document.body.append(search);
    const listening = new AbortController();
    const {signal} = listening;
    const takeSlash = (event: Event) => {
      const {key, target} = event as KeyboardEvent;
      if (key !== '/' || /INPUT|TEXTAREA/.test((target as Element).tagName)) return;
      event.preventDefault();
      search.focus();
    };
    for (const owner of [document, window]) owner.addEventListener('keydown', takeSlash, {signal});
    const heard = listenTo(KEY_EVENTS, window);
    const chat = await mountOpen();

    const name = await nameField(chat);
    await sendKeys({type: 'and/or'});
    expect(name.value).to.equal('and/or');
    await reachFiles(chat);
    const message = await writeField(chat);
    await sendKeys({type: 'this/that'});
    expect(message.value).to.equal('this/that');
    expect(chat.shadowRoot!.activeElement).to.equal(message);
    expect(heard.seen.map(({type}) => type)).to.deep.equal([]);

    search.focus();
    await sendKeys({press: 'x'});
    expect(heard.seen.map(({type}) => type)).to.deep.equal(KEY_EVENTS);
    listening.abort();
    heard.stop();
    search.remove();
  });

  it('a shortcut with a modifier still reaches the page, and so does Tab', async () => {
    const chat = await mountOpen();
    await nameField(chat);
    const heard = listenTo(['keydown'], window);
    await sendKeys({down: 'Control'});
    await sendKeys({press: 'k'});
    await sendKeys({up: 'Control'});
    await sendKeys({press: 'Tab'});
    const keys = heard.seen.map((event) => (event as KeyboardEvent).key);
    expect(keys).to.deep.equal(['Control', 'k', 'Tab']);
    heard.stop();
  });

  it('a character typed with AltGr is text, not a shortcut', async () => {
    const chat = await mountOpen();
    const field = await nameField(chat);
    const heard = listenTo(['keydown'], window);
    const press = (modifierAltGraph: boolean) =>
      field.dispatchEvent(
        new KeyboardEvent('keydown', {
          key: '@',
          ctrlKey: true,
          altKey: true,
          modifierAltGraph,
          bubbles: true,
          composed: true,
        }),
      );
    press(true);
    expect(heard.seen).to.have.length(0);
    press(false);
    expect(heard.seen).to.have.length(1);
    heard.stop();
  });

  it('a character typed with the Option key of a Mac is text, and a letter with Alt a shortcut', async () => {
    const chat = await mountOpen();
    const field = await nameField(chat);
    const heard = listenTo(['keydown'], window);
    const press = (key: string) =>
      field.dispatchEvent(
        new KeyboardEvent('keydown', {key, altKey: true, bubbles: true, composed: true}),
      );
    for (const key of '[]|{}@/\\~') press(key);
    expect(heard.seen).to.have.length(0);
    press('s');
    press('ArrowLeft');
    expect(heard.seen).to.have.length(2);
    heard.stop();
  });

  it('Space and Enter press our buttons, whatever the page does with these keys', async () => {
    const listening = new AbortController();
    document.addEventListener('keydown', (event) => event.preventDefault(), listening);
    document.addEventListener('keyup', (event) => event.preventDefault(), listening);
    const chat = await mountOpen();
    for (const key of [' ', 'Enter']) {
      const more = await until(() => inside(chat, '.header .icon'), 'the menu button');
      more.focus();
      await sendKeys({press: key});
      await until(() => inside(chat, '.dialog'), 'the menu');
      await sendKeys({press: 'Escape'});
      await until(() => !inside(chat, '.dialog'), 'the menu to close');
    }
    listening.abort();
  });

  it('the page sees neither text nor clipboard of our fields', async () => {
    const types = ['beforeinput', 'input', 'paste', 'copy', 'cut', 'compositionstart'];
    const chat = await mountOpen();
    const field = await nameField(chat);
    const heard = listenTo(types, window);
    await sendKeys({type: 'Ana'});
    expect(field.value).to.equal('Ana');
    for (const type of types) field.dispatchEvent(new Event(type, {bubbles: true, composed: true}));
    expect(heard.seen.map(({type}) => type)).to.deep.equal([]);
    heard.stop();
  });

  it('a page that forbids to copy or to select, or scrolls by itself, does nothing in here', async () => {
    const types =
      'copy selectstart contextmenu dragstart mousedown touchstart touchmove wheel mousewheel DOMMouseScroll MozMousePixelScroll'.split(
        ' ',
      );
    const listening = new AbortController();
    for (const type of types)
      document.addEventListener(type, (event) => event.preventDefault(), {
        signal: listening.signal,
        passive: false,
      });
    const chat = await mountOpen();
    const line = await until(() => inside(chat, '.bubble'), 'a line');
    for (const type of types) {
      const event = new Event(type, {bubbles: true, composed: true, cancelable: true});
      expect(line.dispatchEvent(event), type).to.equal(true);
    }
    listening.abort();
  });

  it('keys on the launcher are as safe before the chat has been loaded', async () => {
    const {chat, document} = await sitePage(`site=${newSite()}`);
    document.addEventListener('keydown', (event) => event.preventDefault());
    const launcher = inside(chat, '.launcher')!;
    const press = () =>
      launcher.dispatchEvent(
        new KeyboardEvent('keydown', {
          key: 'Enter',
          bubbles: true,
          composed: true,
          cancelable: true,
        }),
      );
    await until(press, 'the event to stay inside');
    expect(document.defaultView!.customElements.get('maria-chat')).to.equal(undefined);
  });
});
