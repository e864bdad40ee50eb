import {expect, fixture, html} from '@open-wc/testing';

import {
  button,
  choose,
  every,
  inside,
  lines,
  mountOpen,
  newSite,
  pdf,
  reachFiles,
  rows,
  sitePage,
  start,
  until,
} from './helpers.js';
import type {MariaChat} from '../index.js';

const page = (attributes: Record<string, string>) =>
  sitePage(new URLSearchParams({site: newSite(), ...attributes}).toString());

const isLoaded = ({customElements}: {customElements: CustomElementRegistry}) =>
  customElements.get('maria-chat') !== undefined;

const place = (chat: Element) => inside(chat, '.launcher')!.getBoundingClientRect();

describe('attributes', () => {
  it('distances, layer and roundness are the page’s to choose', async () => {
    const {chat, window} = await page({
      'offset-x': '40',
      'offset-y': '2rem',
      'z-index': '7',
      radius: '4',
    });
    const {right, bottom} = place(chat);
    expect(window.innerWidth - right).to.equal(40);
    expect(window.innerHeight - bottom).to.equal(32);
    expect(window.getComputedStyle(chat).zIndex).to.equal('7');
    await chat.ownerDocument.defaultView!.MariaChat!.open();
    const panel = await until(() => inside(chat, '.panel'), 'the panel');
    expect(window.getComputedStyle(panel).borderRadius).to.equal('4px');
  });

  it('no distance at all is a distance', async () => {
    const {chat, window} = await page({'offset-x': '0', 'offset-y': '0'});
    const {right, bottom} = place(chat);
    expect([right, bottom]).to.deep.equal([window.innerWidth, window.innerHeight]);
  });

  it('what is meant for others in the page stays away from the element', async () => {
    const {chat} = await page({style: 'color: red', onload: 'x', hidden: 'true', id: 'cookies'});
    const names = chat.getAttributeNames().filter((name) => name !== 'data-turbo-permanent');
    expect(names.sort()).to.deep.equal(['api', 'site']);
    expect(chat.style.color).to.equal('');
  });

  for (const attributes of [{}, {mode: 'inline'}, {launcher: 'none'}] as Record<string, string>[]) {
    it(`what cannot be fetched is said, with ${JSON.stringify(attributes)}`, async () => {
      const {chat, window} = await page({...attributes, api: 'http://127.0.0.1:9'});
      await window.MariaChat!.open().catch(() => undefined);
      const excuse = await until(() => inside(chat, 'output'), 'the excuse');
      expect(excuse.textContent).to.equal('Chat unavailable. Please try again.');
      expect(excuse.getBoundingClientRect().width).to.be.greaterThan(100);
    });
  }

  it('a second press shows what cannot be fetched for as long as the first', async () => {
    const {chat, window} = await page({api: 'http://127.0.0.1:9'});
    const shown: number[] = [];
    const begin = window.setTimeout.bind(window);
    const end = window.clearTimeout.bind(window);
    window.setTimeout = ((...timer: Parameters<typeof begin>) => {
      const id = begin(...timer);
      if (timer[1] === 8_000) shown.push(id);
      return id;
    }) as typeof begin;
    const ended: unknown[] = [];
    window.clearTimeout = (id) => {
      ended.push(id);
      end(id);
    };
    for (let press = 0; press < 2; press++) await window.MariaChat!.open().catch(() => undefined);
    expect(shown).to.have.length(2);
    expect(ended).to.include(shown[0]).and.not.include(shown[1]);
    expect(every(chat, 'output')).to.have.length(1);
  });

  it('what is no CSS value falls back', async () => {
    const {chat, window} = await page({'offset-x': 'auto', accent: 'nice', 'z-index': 'top'});
    expect(window.innerWidth - place(chat).right).to.equal(20);
    expect(window.getComputedStyle(chat).zIndex).to.equal('2147483000');
    expect(window.getComputedStyle(inside(chat, '.launcher')!).backgroundColor).to.equal(
      'rgb(86, 70, 223)',
    );
  });

  it('the page’s own button opens and closes, and takes the focus back', async () => {
    const {chat, window, document} = await page({
      launcher: 'none',
      'launcher-selector': '.help b',
    });
    expect(window.getComputedStyle(inside(chat, '.launcher')!).display).to.equal('none');
    document.body.insertAdjacentHTML('beforeend', '<button class="help"><b>Help</b></button>');
    const help = document.querySelector<HTMLButtonElement>('.help')!;
    help.focus();
    help.querySelector('b')!.click();
    await start(chat);
    await until(() => chat.isOpen && inside(chat, 'input[name=answer]'), 'the first question');
    await chat.close();
    expect(document.activeElement?.className).to.equal('help');
  });

  it('a selector that is none does no harm', async () => {
    const {document, window} = await page({'launcher-selector': '::nonsense::'});
    const failed: unknown[] = [];
    window.addEventListener('error', (event) => failed.push(event));
    document.body.click();
    expect(failed).to.deep.equal([]);
  });

  it('a label is shown, and is the button’s name', async () => {
    const {chat} = await page({'launcher-label': 'Send documents'});
    expect(inside(chat, '.launcher')!.textContent).to.equal('Send documents');
    expect(button(chat, 'Send documents')).to.exist;
    await chat.ownerDocument.defaultView!.MariaChat!.open();
    await chat.close();
    expect(button(chat, 'Send documents')).to.exist;
  });

  for (const [load, expected] of [
    ['eager', true],
    ['idle', true],
    ['interaction', false],
  ] as const) {
    it(`load=${load} ${expected ? 'fetches' : 'does not fetch'} the rest by itself`, async () => {
      const {chat, window} = await page({load});
      if (expected) await until(() => isLoaded(window), 'the element');
      else await new Promise((resolve) => setTimeout(resolve, 300));
      expect(isLoaded(window)).to.equal(expected);
      expect(chat.isOpen ?? false).to.equal(false);
    });
  }

  it('inline it is part of the page: open, without a launcher, and without the focus', async () => {
    const {chat, window, document} = await page({mode: 'inline', target: '#place'});
    const panel = await until(() => inside(chat, '.panel'), 'the panel');
    await start(chat);
    await until(() => inside(chat, 'input[name=answer]'), 'the first question');
    expect(chat.parentElement?.id).to.equal('place');
    expect(window.getComputedStyle(inside(chat, '.launcher')!).display).to.equal('none');
    expect(panel.getAttribute('role')).to.equal('region');
    expect(every(chat, '.header button').map(({ariaLabel}) => ariaLabel)).to.deep.equal(['More']);
    expect(document.activeElement?.localName).to.equal('body');
    const room = document.querySelector('#place')!.getBoundingClientRect();
    expect(panel.getBoundingClientRect().width).to.equal(room.width);
    expect(panel.getBoundingClientRect().top).to.equal(room.top);
    panel.dispatchEvent(
      new KeyboardEvent('keydown', {key: 'Escape', bubbles: true, composed: true}),
    );
    expect(chat.isOpen).to.equal(true);
  });

  it('heading, greeting and picture are the page’s', async () => {
    const chat = await fixture<MariaChat>(
      html`<maria-chat
        site=${newSite()}
        lang="en"
        open="false"
        heading="Intake desk"
        greeting="Welcome to the desk."
        avatar="/nothing-here.png"
      ></maria-chat>`,
    );
    await chat.open();
    await start(chat);
    await until(() => inside(chat, 'input[name=answer]'), 'the first question');
    expect(inside(chat, 'h2')!.textContent).to.equal('Intake desk');
    expect(inside(chat, '.panel')!.ariaLabel).to.equal('Intake desk');
    expect(lines(chat)[0]).to.equal('Welcome to the desk.');
    await until(() => inside(chat, '.header .avatar img') === null, 'the picture to give way');
    expect(inside(chat, '.header .avatar')!.textContent).to.equal('M');
  });

  it('limits can be tightened and not loosened', async () => {
    const chat = await mountOpen();
    chat.setAttribute('max-files', '1');
    chat.setAttribute('max-file-size', String(1024 ** 4));
    await reachFiles(chat);
    await choose(chat, pdf('one.pdf'), pdf('two.pdf'));
    await until(() => rows(chat).length === 2, 'both rows');
    expect(rows(chat).map(({state}) => state)).to.deep.equal(['queued', 'error']);
    expect(inside(chat, '#limits')!.textContent).to.include('5 MB');
  });

  it('a body that takes the place of another has the button as well', async () => {
    const {chat, document} = await page({});
    const next = document.createElement('body');
    document.body.replaceWith(next);
    await until(() => chat.parentElement === next, 'the element on the new body');
  });

  it('taken out by the page it does not come back', async () => {
    const {chat, document} = await page({});
    chat.remove();
    document.documentElement.append(document.createElement('div'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(chat.isConnected).to.equal(false);
  });

  it('once destroyed it leaves nothing, and may be put on the page anew', async () => {
    const {chat, window, document} = await page({'launcher-selector': 'h1'});
    await window.MariaChat!.open();
    await chat.destroy();
    document.querySelector('h1')!.click();
    document.body.replaceWith(document.createElement('body'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(chat.isConnected).to.equal(false);
    expect(window.MariaChat).to.equal(undefined);
  });

  it('what was very likely meant is named, once', async () => {
    const warnings: string[] = [];
    const page = window.console;
    const {warn} = page;
    page.warn = (text: string) => warnings.push(text);
    try {
      const chat = await mountOpen();
      chat.setAttribute('postion', 'start');
      chat.setAttribute('mode', 'inlined');
      chat.setAttribute('data-turbo-permanent', '');
      for (const theme of ['drak', 'light', 'drak']) await chat.setTheme(theme);
      await until(() => warnings.length >= 3, 'the warnings');
    } finally {
      page.warn = warn;
    }
    expect(warnings.sort()).to.deep.equal([
      'Maria Chat: mode="inlined" is not known. Accepted: popup, inline. Did you mean inline?',
      'Maria Chat: theme="drak" is not known. Accepted: auto, light, dark. Did you mean dark?',
      'Maria Chat: there is no attribute postion. Did you mean position?',
    ]);
  });
});
