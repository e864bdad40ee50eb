import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  inside,
  mountOpen,
  newSite,
  pause,
  reachPending,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';

describe('moved element', () => {
  it('keeps its conversation when it is moved', async () => {
    const chat = await mountOpen();
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, 'Nice to meet you, Ana.');
    const home = document.createElement('div');
    document.body.append(home);
    home.append(chat);
    await chat.updateComplete;
    await untilSaid(chat, 'May we store your name');
    expect(chat.isOpen).to.equal(true);
    home.remove();
  });

  it('still closes with Esc after six moves, and says so once', async () => {
    const chat = await mountOpen();
    let closings = 0;
    chat.addEventListener('maria-close', () => closings++);
    for (let move = 0; move < 6; move++) document.body.append(chat);
    inside(chat, '.panel')!.dispatchEvent(
      new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}),
    );
    await until(() => !chat.isOpen, 'the panel to close');
    await pause(20);
    expect(closings).to.equal(1);
    chat.remove();
  });

  it('asks the backend no more once it has left the page', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    chat.remove();
    const before = await untilQuiet(site);
    await pause(2_300);
    expect((await backend.calls(site)).length).to.equal(before);
  });

  it('hears nothing of the page once it has left it', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, 'Nice to meet you');
    chat.remove();
    await pause(50);
    window.dispatchEvent(new PageTransitionEvent('pagehide'));
    await pause(150);
    expect((await backend.calls(site)).some(({path}) => path.endsWith('/leave'))).to.equal(false);
  });

  it('destroy takes it from the page', async () => {
    const chat = await mountOpen();
    await chat.destroy();
    expect(chat.isConnected).to.equal(false);
  });
});
