import {expect} from '@open-wc/testing';
import {setViewport} from '@web/test-runner-commands';

import {
  answer,
  button,
  inside,
  mount,
  mountOpen,
  newSite,
  press,
  reachPending,
  sitePage,
  start,
  stored,
  until,
  untilSaid,
} from './helpers.js';

const debug = (chat: Element) => inside(chat, '.debug')!;
const words = (chat: Element) => debug(chat).innerText.replace(/\s+/g, ' ');
const fetched = ({performance}: Window) =>
  performance.getEntriesByType('resource').map(({name}) => name);

const mountDebugged = async (site = newSite()) => {
  const chat = await mount(site);
  chat.setAttribute('debug', '');
  await until(() => debug(chat), 'the debug panel');
  return chat;
};

describe('debug panel', () => {
  it('is not fetched, and not there, unless the attribute is', async () => {
    const {chat, window} = await sitePage(`site=${newSite()}`);
    await window.MariaChat!.open();
    await start(chat);
    await until(() => inside(chat, 'input[name=answer]'), 'the name');
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, 'May we store');
    expect(inside(chat, '.debug')).to.equal(null);
    expect(fetched(window).some((name) => name.includes('/intake-'))).to.equal(true);
    expect(fetched(window).filter((name) => name.includes('debug'))).to.deep.equal([]);
  });

  it('comes with the script tag’s attribute', async () => {
    const {chat, window} = await sitePage(`site=${newSite()}&debug=true`);
    await window.MariaChat!.open();
    await until(() => debug(chat), 'the debug panel');
    expect(fetched(window).some((name) => name.includes('/debug-panel-'))).to.equal(true);
  });

  it('false is no wish for it, and what was taken away is hidden', async () => {
    const chat = await mountDebugged();
    expect(debug(chat).hidden).to.equal(false);
    chat.setAttribute('debug', 'false');
    await until(() => debug(chat).hidden, 'it to go');
    chat.setAttribute('debug', '');
    await until(() => !debug(chat).hidden, 'it to come back');
    chat.removeAttribute('debug');
    await until(() => debug(chat).hidden, 'it to go');
    expect(chat.shadowRoot!.querySelectorAll('.debug').length).to.equal(1);
  });

  it('shows session, states and calls, and neither token nor anything the visitor typed', async () => {
    const site = newSite();
    const chat = await mountDebugged(site);
    expect(words(chat)).to.include('session none yet');
    await chat.open();
    await reachPending(chat);
    const uuid = stored(site, 'session_uuid')!;
    expect(words(chat)).to.include(`session ${uuid}`);
    expect(words(chat)).to.include('state pending');
    for (const call of [
      /POST \/api\/session\/progress 204 \d+/,
      /PUT \/api\/session\/consents 200 \d+/,
      /PUT \/api\/session\/contact 202 \d+/,
      /POST \/api\/files\/upload ok \d+/,
    ])
      expect(words(chat)).to.match(call);
    const token = stored(site, 'token')?.split(' ')[1] ?? '';
    expect(token).to.not.equal('');
    for (const secret of [token, 'Ana', 'ana@', 'a•••@', 'contract.pdf', 'locale='])
      expect(words(chat).includes(secret), secret).to.equal(false);
  });

  it('keeps everything from the line while offline is simulated, and catches up after', async () => {
    const chat = await mountDebugged();
    await chat.open();
    await start(chat);
    await until(() => inside(chat, 'input[name=answer]'), 'the name');
    await press(chat, 'Simulate offline');
    expect(button(chat, 'Simulate offline')!.ariaPressed).to.equal('true');
    expect(words(chat)).to.include('line offline');
    await until(() => inside(chat, '.notice'), 'the visitor to be told');
    await answer(chat, 'Your name', 'Ana');
    await until(() => words(chat).includes('line offline'), 'the panel to say so');
    await untilSaid(chat, 'May we store');
    expect(inside(chat, '.notices')!.textContent).to.include('can’t connect');
    await press(chat, 'Simulate offline');
    await until(() => words(chat).includes('line up'), 'the line to be up');
  });

  it('on a phone it leaves the header free, and is folded', async () => {
    await setViewport({width: 390, height: 700});
    const chat = await mountDebugged();
    await chat.open();
    await start(chat);
    await until(() => inside(chat, 'input[name=answer]'), 'the name');
    const {bottom} = inside(chat, '.header')!.getBoundingClientRect();
    expect(debug(chat).getBoundingClientRect().top).to.be.at.least(bottom);
    expect(debug(chat).clientHeight).to.be.below(60);
    await setViewport({width: 1000, height: 800});
  });

  it('resets the session', async () => {
    const site = newSite();
    const chat = await mountDebugged(site);
    await chat.open();
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, 'May we store');
    const before = stored(site, 'session_uuid');
    await press(chat, 'Reset');
    await press(chat, 'Start');
    await until(() => inside(chat, 'input[name=answer]'), 'the name');
    await until(() => stored(site, 'session_uuid'), 'a new session');
    expect(stored(site, 'session_uuid')).to.not.equal(before);
  });

  it('two on one page have calls and a line of their own', async () => {
    const one = await mountDebugged();
    const other = await mountDebugged();
    await press(one, 'Simulate offline');
    await other.open();
    await answer(other, 'Your name', 'Ana');
    await untilSaid(other, 'May we store');
    expect(words(other)).to.match(/POST \/api\/session\/generate-uuid 200 \d+/);
    expect(words(one)).to.not.include('/api/session');
    await one.open();
    await until(() => words(one).includes('line offline'), 'the first to be offline');
    expect(words(other)).to.include('line up');
  });

  it('an element without it on the same page shows none', async () => {
    await mountDebugged();
    const other = await mountOpen();
    expect(inside(other, '.debug')).to.equal(null);
  });
});
