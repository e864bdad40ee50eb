import {expect, oneEvent} from '@open-wc/testing';

import {contrastOf} from './colours.js';
import {
  answer,
  backend,
  inside,
  mount,
  mountOpen,
  newSite,
  press,
  pressInMenu,
  reachFiles,
  reachPending,
  stored,
  storedKeys,
  until,
  untilAsked,
  untilSaid,
} from './helpers.js';

const confirm = async (chat: Element) => {
  await pressInMenu(chat, 'Start over');
  const dialog = await until(() => inside(chat, '[role=alertdialog]'), 'the dialog');
  const words = dialog.textContent;
  dialog.querySelector<HTMLElement>('.danger')!.click();
  return words;
};

describe('start over', () => {
  it('asks first, then discards an unfinished visit', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const uuid = stored(site, 'session_uuid')!;
    expect(await confirm(chat)).to.include('will be deleted');
    await until(() => stored(site, 'session_uuid') !== uuid, 'another session');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    expect((await backend.visit(uuid)).ended).to.equal('gone');
  });

  for (const theme of ['light', 'dark']) {
    it(`what cannot be undone has the colour of danger, whatever the accent, ${theme}`, async () => {
      const chat = await mountOpen();
      await chat.setTheme(theme);
      await reachFiles(chat);
      await pressInMenu(chat, 'Start over');
      const dialog = await until(() => inside(chat, '[role=alertdialog]'), 'the dialog');
      const grounds = new Set<string>();
      for (const accent of ['#5646df', '#ffd60a', '#e11d48', '#111']) {
        chat.setAttribute('accent', accent);
        const {color, backgroundColor} = getComputedStyle(dialog.querySelector('.danger')!);
        expect(contrastOf(color, backgroundColor), accent).to.be.at.least(4.5);
        grounds.add(backgroundColor);
      }
      expect(grounds.size).to.equal(1);
      await press(chat, 'Cancel');
      await press(chat, 'More');
      const item = await until(() => inside(chat, '.item:nth-of-type(4)'), 'the menu');
      expect(getComputedStyle(item).color).to.equal([...grounds][0]);
    });
  }

  it('a pending session is forgotten on this device, and stays at the backend', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    const uuid = stored(site, 'session_uuid')!;
    expect(await confirm(chat)).to.include('from this device');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    expect((await backend.visit(uuid)).ended).to.equal(undefined);
    expect((await backend.visit(uuid)).state).to.equal('pending');
  });

  it('the page can end the session, also of a panel that was never opened', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await answer(first, 'Your name', 'Ana');
    await untilSaid(first, 'Nice to meet you');
    first.remove();
    const chat = await mount(site);
    const resetting = oneEvent(chat, 'maria-reset');
    await chat.reset();
    await resetting;
    expect(storedKeys(site).filter((key) => !key.endsWith(':open'))).to.deep.equal([]);
  });

  it('leaving the page is reported with the credentials in the body', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    window.dispatchEvent(new PageTransitionEvent('pagehide'));
    const uuid = stored(site, 'session_uuid')!;
    const left = async () => (await backend.calls(site)).find(({path}) => path.endsWith('/leave'));
    await untilAsked(left, 'the news that the visitor has left');
    const token = stored(site, 'token')!.split(' ')[1];
    expect((await left())!.data).to.deep.equal({uuid, token});
    expect((await left())!.type).to.match(/^text\/plain/);
  });

  it('another tab that forgot the session takes this one along', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    for (const key of storedKeys(site)) localStorage.removeItem(key);
    window.dispatchEvent(new StorageEvent('storage', {key: `maria-chat:${site}:session_uuid`}));
    await until(() => stored(site, 'session_uuid'), 'another session');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
  });
});
