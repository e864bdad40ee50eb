import {expect} from '@open-wc/testing';

import {backend, inside, press, sitePage, store, until, untilSaid} from './helpers.js';
import {field, openTalk, untilListening, untilSent, uuidOf, write} from './talking.js';

/** What a screen reader is told of a log: what is put into it, but for what is hidden from it. */
const listenTo = (chat: Element) => {
  const heard: string[] = [];
  const isSilent = (node: Node) =>
    (node instanceof Element ? node : node.parentElement)?.closest(
      '[aria-hidden=true], [aria-live=off]',
    );
  const audible = (node: Node): string => {
    if (node.nodeType === Node.COMMENT_NODE || isSilent(node)) return '';
    if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? '';
    return [...node.childNodes].map(audible).join('');
  };
  const observer = new MutationObserver((changes) => {
    for (const {addedNodes, target, type} of changes) {
      const told = type === 'characterData' ? [target] : [...addedNodes];
      heard.push(...told.map((node) => audible(node).replace(/\s+/g, ' ').trim()).filter(Boolean));
    }
  });
  observer.observe(inside(chat, '.log')!, {childList: true, characterData: true, subtree: true});
  return () => heard.join(' | ');
};

/** As if the visitor had turned to another tab. */
const look = (isHidden: boolean, doc = document) => {
  Object.defineProperty(doc, 'hidden', {value: isHidden, configurable: true});
  doc.dispatchEvent(new Event('visibilitychange'));
};

const countTicks = (view: Window & typeof globalThis, count: () => void) => {
  const {AudioContext} = view;
  view.AudioContext = class extends AudioContext {
    constructor() {
      super();
      count();
    }
  };
  return () => (view.AudioContext = AudioContext);
};

const said = (site: string, body: string) => backend.say(uuidOf(site), {role: 'maria', body});

describe('what a screen reader hears', () => {
  it('the visitor’s own words once, with how it stands with them', async () => {
    const {chat, site} = await openTalk();
    await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
    const heard = listenTo(chat);
    await write(chat, 'Is a scan enough?');
    await until(() => inside(chat, '.delivery .link'), 'the way to try again');
    await backend.heal(site);
    await press(chat, 'Try again: Is a scan enough?');
    await untilSent(chat);
    await untilListening(site);
    await said(site, 'It is.');
    await untilSaid(chat, 'It is.');
    expect(heard().match(/Is a scan enough\?/g)).to.have.length(1);
    expect(heard()).to.include('Sending…');
    expect(heard()).to.include('Not sent yet.');
  });

  it('an answer once, and whole', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const uuid = uuidOf(site);
    const heard = listenTo(chat);
    const {id} = await backend.say(uuid, {role: 'maria', body: '', state: 'running'});
    for (const [offset, text] of [
      [0, 'A scan'],
      [6, ' is enough.'],
    ]) {
      const data = {message_id: id, offset, text};
      await backend.tell(uuid, {type: 'message_delta', data, isFleeting: true});
    }
    await until(() => inside(chat, '.bubble p')?.textContent.includes('enough'), 'the words');
    expect(heard()).to.not.include('scan');
    await backend.complete(uuid, {id, body: 'A scan is enough.'});
    await until(() => !inside(chat, '.log [aria-hidden=true] p'), 'the end');
    expect(heard().match(/A scan is enough\./g)).to.have.length(1);
  });

  it('the field, its buttons and each message to try again by name', async () => {
    const {chat, site} = await openTalk();
    await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
    const log = inside(chat, '[role=log]')!;
    expect([log.getAttribute('aria-live'), log.getAttribute('aria-atomic')]).to.deep.equal([
      null,
      null,
    ]);
    expect(field(chat)!.labels[0]!.textContent).to.equal('Write a message');
    await write(chat, 'First');
    await until(() => inside(chat, '.delivery .link'), 'the way to try again');
    expect(inside(chat, '.delivery .link')!.ariaLabel).to.equal('Try again: First');
    await backend.heal(site);
    await press(chat, 'Try again: First');
    await untilSent(chat);
  });
});

describe('what comes while nobody looks', () => {
  it('is counted on the button while the panel is closed', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    await chat.close();
    await said(site, 'One');
    await said(site, 'Two');
    await until(() => inside(chat, '.badge')?.textContent === '2', 'the count');
    expect(chat.unreadCount).to.equal(2);
    await chat.open();
    await until(() => chat.unreadCount === 0, 'it to be read');
  });

  it('is counted before the page’s title until somebody looks', async () => {
    document.title = 'Acme';
    const {chat, site} = await openTalk();
    await untilListening(site);
    look(true);
    await said(site, 'One');
    await until(() => document.title === '(1) Acme', 'the count');
    await said(site, 'Two');
    await until(() => document.title === '(2) Acme', 'the next');
    look(false);
    expect(document.title).to.equal('Acme');
    await said(site, 'Three');
    await untilSaid(chat, 'Three');
    expect(document.title).to.equal('Acme');
  });

  it('takes no title from the page that it has given itself meanwhile', async () => {
    document.title = 'Acme';
    const {site} = await openTalk();
    await untilListening(site);
    look(true);
    await said(site, 'One');
    await until(() => document.title === '(1) Acme', 'the count');
    document.title = 'Acme: order 7';
    look(false);
    expect(document.title).to.equal('Acme: order 7');
    look(true);
    await said(site, 'Two');
    await until(() => document.title === '(1) Acme: order 7', 'the new count');
    document.title = 'Acme: order 8';
    await said(site, 'Three');
    await until(() => document.title === '(2) Acme: order 8', 'the count before the new title');
    look(false);
    expect(document.title).to.equal('Acme: order 8');
  });

  it('leaves the page its title when the chat goes', async () => {
    document.title = 'Acme';
    const {chat, site} = await openTalk();
    await untilListening(site);
    look(true);
    await said(site, 'One');
    await until(() => document.title === '(1) Acme', 'the count');
    await chat.destroy();
    expect(document.title).to.equal('Acme');
    look(false);
  });

  it('sounds in one tab, however many hear it', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const {chat: other, window: beside} = await sitePage(`site=${site}`);
    inside(other, '.launcher')!.click();
    await press(other, 'Continue');
    await until(() => other.step && field(other), 'her to come to rest');
    // Only now: what she said on the way was not heard in a window behind another one.
    store(site, 'sound', 'true');
    const ticks = {here: 0, there: 0};
    const restore = countTicks(window, () => ticks.here++);
    countTicks(beside as typeof window, () => ticks.there++);
    await said(site, 'To both');
    for (const one of [chat, other]) await untilSaid(one, 'To both');
    for (const one of [chat, other]) await one.close();
    for (let count = 1; count <= 3; count++) {
      await said(site, `Word ${count}`);
      await until(() => ticks.here === count, 'the sound');
      await untilSaid(other, `Word ${count}`);
    }
    expect(ticks).to.deep.equal({here: 3, there: 0});
    restore();
  });
});
