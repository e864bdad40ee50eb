import {expect} from '@open-wc/testing';

import type {MariaChat} from '../element/maria-chat.js';
import {inside, mountOpen, newSite, pause, press, sitePage, until} from './helpers.js';

const LONG = 'h1 { height: 5000px }';

/** Styles with which `position: fixed` is no longer fixed to the window. */
const STYLES = [
  'body { transform: translateY(0) }',
  'body { filter: grayscale(0.2) }',
  'body { will-change: transform }',
  'body { contain: layout }',
  'body { perspective: 100px }',
  'body { backdrop-filter: blur(1px) }',
  'html { transform: translateY(0) }',
  'html { filter: grayscale(0.2) }',
  'html { contain: layout }',
  'html, body { will-change: transform }',
  'body { zoom: 1.25 }',
  'html { zoom: 1.25 }',
  'html, body { zoom: 1.2; transform: translateY(0) }',
];

const isInWindow = (element: Element) => {
  const {left, top, right, bottom, width} = element.getBoundingClientRect();
  const {innerWidth, innerHeight} = element.ownerDocument.defaultView!;
  return width > 0 && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
};

const longPage = async (look: string, attributes: Record<string, string> = {}) => {
  const query = new URLSearchParams({site: newSite(), look: `${LONG} ${look}`, ...attributes});
  return sitePage(query.toString());
};

const untilPanel = async (chat: MariaChat) => {
  const panel = await until(() => inside(chat, '.panel:not([hidden])'), 'the panel');
  await until(() => isInWindow(panel), 'the panel in the window');
  return panel;
};

const untilRaised = (chat: MariaChat) =>
  until(() => chat.matches(':popover-open'), 'the top layer');

describe('a page that is a containing block', () => {
  for (const look of STYLES) {
    it(`${look}: launcher and panel are in the window, wherever it is scrolled`, async () => {
      const {chat, window} = await longPage(look);
      const launcher = inside(chat, '.launcher')!;
      await until(() => isInWindow(launcher), 'the launcher in the window');
      window.scrollTo(0, 2000);
      await until(() => window.scrollY > 0, 'the page to be scrolled');
      await until(() => isInWindow(launcher), 'the launcher in the window, further down');
      launcher.click();
      await untilPanel(chat);
      window.scrollTo(0, 100);
      await untilPanel(chat);
      await until(() => isInWindow(launcher), 'the launcher in the window, further up');
    });
  }

  it('without such a style the element stays out of the top layer', async () => {
    const {chat, window} = await longPage('', {'z-index': '7'});
    inside(chat, '.launcher')!.click();
    await untilPanel(chat);
    window.scrollTo(0, 2000);
    await pause(100);
    expect(chat.popover).to.equal(null);
    expect(window.getComputedStyle(chat).zIndex).to.equal('7');
  });

  it('a launcher that the page has put outside itself stays there', async () => {
    const {chat} = await longPage('maria-chat { --maria-offset-y: -100px }');
    await pause(200);
    expect(chat.popover).to.equal(null);
    expect(isInWindow(inside(chat, '.launcher')!)).to.equal(false);
  });

  it('a chat that is part of the page stays in the page', async () => {
    const {chat, window} = await longPage('body { transform: translateY(0) }', {
      mode: 'inline',
      target: '#place',
    });
    await until(() => inside(chat, '.panel'), 'the panel');
    window.scrollTo(0, 100);
    await pause(200);
    expect(chat.popover).to.equal(null);
    expect(chat.parentElement!.id).to.equal('place');
  });

  it('a modal dialog of the page is above it', async () => {
    const {chat, document} = await longPage('body { transform: translateY(0) }');
    await untilRaised(chat);
    const dialog = document.createElement('dialog');
    dialog.style.cssText = 'inset: auto 0 0 auto; width: 300px; height: 300px';
    document.body.append(dialog);
    dialog.showModal();
    const {x, y} = inside(chat, '.launcher')!.getBoundingClientRect();
    expect(document.elementFromPoint(x + 30, y + 30)).to.equal(dialog);
    dialog.close();
    expect(document.elementFromPoint(x + 30, y + 30)).to.equal(chat);
  });

  it('it leaves the top layer for printing, and goes back', async () => {
    const {chat, window} = await longPage('body { transform: translateY(0) }');
    await untilRaised(chat);
    window.dispatchEvent(new Event('beforeprint'));
    expect(chat.popover).to.equal(null);
    window.dispatchEvent(new Event('afterprint'));
    await untilRaised(chat);
  });

  it('with another body it is in the window as well', async () => {
    const {chat, document} = await longPage('body { transform: translateY(0) }');
    await untilRaised(chat);
    const body = document.createElement('body');
    body.innerHTML = '<h1>Next</h1>';
    document.body.replaceWith(body);
    await until(() => chat.parentElement === body, 'the element on the new body');
    await until(() => isInWindow(inside(chat, '.launcher')!), 'the launcher in the window');
    document.body.append(document.body.firstElementChild!.cloneNode(true), chat);
    await until(() => isInWindow(inside(chat, '.launcher')!), 'the launcher once it was moved');
  });

  it('in a browser without popovers it leaves the body instead', async () => {
    const {chat, document} = await longPage('body { transform: translateY(0) }', {old: '1'});
    const launcher = inside(chat, '.launcher')!;
    await until(() => isInWindow(launcher), 'the launcher in the window');
    expect(chat.parentElement).to.equal(document.documentElement);
    launcher.click();
    await untilPanel(chat);
    document.body.innerHTML = '<h1>Next</h1>';
    await press(chat, 'Close chat');
    expect(isInWindow(launcher)).to.equal(true);
  });

  it('an element of the page’s own is protected as well', async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('body { transform: translateY(0); min-height: 5000px }');
    document.adoptedStyleSheets = [sheet];
    const chat = await mountOpen();
    await untilPanel(chat);
    await untilRaised(chat);
    document.adoptedStyleSheets = [];
    await chat.destroy();
  });
});
