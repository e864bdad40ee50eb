import {expect} from '@open-wc/testing';
import {sendKeys, setViewport} from '@web/test-runner-commands';

import {
  backend,
  button,
  choose,
  every,
  inside,
  lines,
  mount,
  mountOpen,
  newSite,
  pause,
  pdf,
  press,
  reachFiles,
  replace,
  stored,
  until,
  untilCalled,
} from './helpers.js';

interface Marked {
  mariaChat?: number;
  route?: string;
}

const state = () => history.state as Marked | null;
const scrolls = () => getComputedStyle(document.documentElement).overflow !== 'hidden';

const narrow = () => setViewport({width: 390, height: 780});
const wide = () => setViewport({width: 1000, height: 760});

const pressInMenuThere = async (chat: Element, name: string) => {
  const item = () => every(chat, '.item').find((one) => one.textContent.trim() === name);
  (await until(item, `“${name}” in the menu`)).click();
};

/** What a visitor on a phone opens: the panel fills the screen. */
const openNarrow = async () => {
  await narrow();
  const chat = await mountOpen();
  await until(() => state()?.mariaChat, 'the entry');
  return chat;
};

describe('the back button and the page below', () => {
  it('closes a panel that fills the screen, and leaves the page its own state', async () => {
    history.replaceState({route: 'cart'}, '');
    const chat = await openNarrow();
    expect(state()).to.deep.equal({route: 'cart', mariaChat: 1});
    history.back();
    await until(() => !chat.isOpen, 'the panel to close');
    expect(state()).to.deep.equal({route: 'cart'});
  });

  it('closes a dialog first, then the panel', async () => {
    history.replaceState({route: 'cart'}, '');
    const chat = await openNarrow();
    await press(chat, 'More');
    await until(() => inside(chat, '.dialog'), 'the menu');
    expect(state()).to.deep.equal({route: 'cart', mariaChat: 2});
    await pressInMenuThere(chat, 'Start over');
    await until(() => inside(chat, '[role=alertdialog]'), 'the question');
    expect(state()?.mariaChat).to.equal(2);
    history.back();
    await until(() => !inside(chat, '.dialog'), 'the dialog to close');
    await pause(150);
    expect(chat.isOpen).to.equal(true);
    expect(state()).to.deep.equal({route: 'cart', mariaChat: 1});
    history.back();
    await until(() => !chat.isOpen, 'the panel to close');
    expect(state()).to.deep.equal({route: 'cart'});
  });

  it('a dialog closed in another way takes its entry back, with the panel or without', async () => {
    history.replaceState({route: 'cart'}, '');
    const chat = await openNarrow();
    const {length} = history;
    for (let time = 0; time < 2; time++) {
      await press(chat, 'More');
      await until(() => state()?.mariaChat === 2, 'the entry of the menu');
      await press(chat, 'Dismiss');
      await until(() => state()?.mariaChat === 1, 'it to go');
    }
    await press(chat, 'More');
    await until(() => state()?.mariaChat === 2, 'the entry of the menu');
    await press(chat, 'Dismiss');
    await chat.close();
    await until(() => !state()?.mariaChat, 'both entries to go');
    expect(state()).to.deep.equal({route: 'cart'});
    expect(history.length).to.equal(length + 1);
    await chat.open();
    await press(chat, 'More');
    await until(() => state()?.mariaChat === 2, 'the entry of the menu');
    await chat.close();
    await until(() => !state()?.mariaChat, 'both entries to go at once');
  });

  it('closed in another way, it takes its entry back', async () => {
    history.replaceState({route: 'cart'}, '');
    const chat = await openNarrow();
    const {length} = history;
    await chat.close();
    await until(() => !state()?.mariaChat, 'the entry to go');
    expect(state()).to.deep.equal({route: 'cart'});
    for (let time = 0; time < 3; time++) {
      await chat.open();
      await chat.close();
      await until(() => !state()?.mariaChat, 'the entry to go again');
    }
    expect(history.length).to.equal(length);
  });

  it('opened again before the browser has taken the entry back, it stays open', async () => {
    history.replaceState({route: 'cart'}, '');
    const chat = await openNarrow();
    await chat.close();
    await chat.open();
    await pause(150);
    expect(chat.isOpen).to.equal(true);
    expect(state()).to.deep.equal({route: 'cart', mariaChat: 1});
    history.back();
    await until(() => !chat.isOpen, 'the panel to close');
  });

  it('two chats that close at once go back once, so that the page is not left', async () => {
    history.replaceState({route: 'start'}, '');
    history.pushState({route: 'cart'}, '');
    const chats = [await openNarrow(), await mountOpen()];
    const calls: unknown[] = [];
    const go = history.go.bind(history);
    const restore = replace(history, 'go', ((steps: number) => {
      calls.push(steps);
      go(steps);
    }) as () => unknown);
    try {
      await Promise.all(chats.map((chat) => chat.close()));
      await until(() => !state()?.mariaChat, 'the entry to go');
    } finally {
      restore();
    }
    expect(calls).to.deep.equal([-1]);
    expect(state()).to.deep.equal({route: 'cart'});
  });

  it('what the page has put into the history meanwhile stays', async () => {
    const chat = await openNarrow();
    history.pushState({route: 'next'}, '');
    await chat.close();
    await pause(150);
    expect(state()).to.deep.equal({route: 'next'});
    history.go(-2);
    await until(() => !state()?.mariaChat && state()?.route !== 'next', 'the way back');
  });

  it('taken from the page while it is open, it takes its entry along', async () => {
    const chat = await openNarrow();
    chat.remove();
    await until(() => !state()?.mariaChat, 'the entry to go');
    expect(scrolls()).to.equal(true);
  });

  it('taken from the page, it locks nothing any more, whatever the backend still says', async () => {
    const site = newSite();
    await narrow();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await backend.fault(site, {path: '/upload', delayMs: 400});
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await untilCalled(site, 'POST', '/upload');
    await backend.end(stored(site, 'session_uuid')!);
    chat.remove();
    await until(() => chat.state === 'visit' && lines(chat).length < 3, 'the end to be heard');
    expect(scrolls()).to.equal(true);
  });

  it('two steps back at once close the dialog and the panel', async () => {
    history.replaceState({route: 'cart'}, '');
    const chat = await openNarrow();
    await press(chat, 'More');
    await until(() => state()?.mariaChat === 2, 'the entry of the menu');
    history.go(-2);
    await until(() => !chat.isOpen, 'the panel to close');
    await pause(100);
    expect(inside(chat, '.dialog')).to.equal(null);
    expect(state()).to.deep.equal({route: 'cart'});
  });

  it('moved, it has one entry still', async () => {
    const chat = await openNarrow();
    const {length} = history;
    for (let move = 0; move < 3; move++) document.body.append(chat);
    await pause(50);
    expect(history.length).to.equal(length);
    expect(state()?.mariaChat).to.equal(1);
    expect(scrolls()).to.equal(false);
    await chat.close();
    await until(() => !state()?.mariaChat, 'the entry to go');
  });

  it('on a wide screen the history is the page’s alone', async () => {
    await wide();
    const {length} = history;
    const chat = await mountOpen();
    expect(history.length).to.equal(length);
    expect(scrolls()).to.equal(true);
    history.pushState({route: 'other'}, '');
    history.back();
    await until(() => state()?.route !== 'other', 'the way back');
    await pause(50);
    expect(chat.isOpen).to.equal(true);
  });

  it('the page below stands still meanwhile, and is where it was afterwards', async () => {
    await narrow();
    const long = document.createElement('div');
    long.style.height = '4000px';
    document.body.append(long);
    document.documentElement.style.overflow = 'auto';
    window.scrollTo(0, 700);
    const chat = await mountOpen();
    expect(scrolls()).to.equal(false);
    await wide();
    await until(scrolls, 'the page to scroll beside the panel');
    await narrow();
    await until(() => !scrolls(), 'it to stand still again');
    await chat.close();
    expect(scrolls()).to.equal(true);
    expect(window.scrollY).to.equal(700);
    expect(document.documentElement.style.overflow).to.equal('auto');
    document.documentElement.style.overflow = '';
    long.remove();
  });

  it('the Tab key goes round inside, in both directions', async () => {
    const chat = await openNarrow();
    const focused = () => chat.shadowRoot!.activeElement as HTMLElement | null;
    inside(chat, '.ask')!.focus();
    await sendKeys({press: 'Tab'});
    expect(focused()!.ariaLabel).to.equal('More');
    await sendKeys({down: 'Shift'});
    await sendKeys({press: 'Tab'});
    await sendKeys({up: 'Shift'});
    expect(focused()!.className).to.equal('link ask');
    await chat.close();
  });

  it('hidden while it is open, it closes, and the focus is not lost in it', async () => {
    await wide();
    const chat = await mountOpen();
    await chat.hide();
    expect(chat.isOpen).to.equal(false);
    expect(getComputedStyle(inside(chat, '.launcher')!).display).to.equal('none');
    expect(document.activeElement === chat).to.equal(false);
    await chat.show();
    expect(getComputedStyle(inside(chat, '.launcher')!).display).to.not.equal('none');
  });

  it('one button alone is called “Close chat”', async () => {
    await wide();
    const chat = await mountOpen();
    const names = every(chat, 'button').map(({ariaLabel}) => ariaLabel);
    expect(names.filter((name) => name === 'Close chat')).to.have.length(1);
    const launcher = button(chat, 'Open chat')!;
    expect(launcher.ariaExpanded).to.equal('true');
    await chat.close();
    expect(launcher.ariaExpanded).to.equal('false');
    expect((await mount()).isOpen).to.equal(false);
  });
});
