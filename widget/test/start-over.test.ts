import {expect, oneEvent} from '@open-wc/testing';

import {contrastOf} from './colours.js';
import {
  answer,
  backend,
  inside,
  lines,
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
  untilCalled,
  untilRecorded,
  untilSaid,
} from './helpers.js';
import {openTalk, uuidOf, write} from './talking.js';

const confirm = async (chat: Element) => {
  await pressInMenu(chat, 'Start over');
  const dialog = await until(() => inside(chat, '[role=alertdialog]'), 'the dialog');
  const words = dialog.textContent;
  dialog.querySelector<HTMLElement>('.danger')!.click();
  return words;
};

/** Starts over, waits for another session, and returns its UUID. */
const beginAgain = async (chat: Element, site: string) => {
  const before = stored(site, 'session_uuid');
  await confirm(chat);
  await until(
    () => ![null, before].includes(stored(site, 'session_uuid')) && inside(chat, '.doors'),
    'another session',
  );
  return uuidOf(site);
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

  describe('while a call is in progress', () => {
    it('the message that it sends does not get into the next conversation', async () => {
      const {chat, site} = await openTalk();
      await backend.fault(site, {method: 'POST', path: '/api/messages', isHeld: true});
      await write(chat, 'Forget me');
      await untilCalled(site, 'POST', '/api/messages');
      await beginAgain(chat, site);
      await backend.heal(site);
      await answer(chat, 'Your name', 'Bea');
      await untilSaid(chat, 'Nice to meet you, Bea');
      expect(lines(chat).join()).to.not.include('Forget me');
    });

    it('a message that waits for it is not sent to the next session', async () => {
      const site = newSite();
      await backend.fault(site, {path: '/progress', isHeld: true, times: 1});
      const {chat} = await openTalk(site);
      await write(chat, 'Forget me');
      await untilSaid(chat, 'Forget me');
      const uuid = await beginAgain(chat, site);
      await backend.heal(site);
      await reachFiles(chat);
      await untilRecorded(uuid, 'files');
      expect((await backend.visit(uuid)).messages).to.deep.equal([]);
      expect(lines(chat).join()).to.not.include('Forget me');
    });

    it('the consent that it records is recorded again in the next session', async () => {
      const site = newSite();
      const chat = await mountOpen(site);
      await backend.fault(site, {path: '/consents', isHeld: true, times: 1});
      const agree = async () => {
        await answer(chat, 'Your name', 'Ana');
        await press(chat, 'I agree');
        await untilSaid(chat, 'train our AI assistant');
      };
      await agree();
      await untilCalled(site, 'PUT', '/consents');
      const uuid = await beginAgain(chat, site);
      await agree();
      await backend.heal(site);
      const consents = async () => (await backend.visit(uuid)).consents.length > 0;
      await untilAsked(consents, 'the consent');
    });

    it('the e-mail address that it changes is not said in the next conversation', async () => {
      const site = newSite();
      const chat = await mountOpen(site);
      await reachPending(chat);
      await backend.fault(site, {method: 'PATCH', path: '/api/session', isHeld: true});
      await press(chat, 'Change address');
      await answer(chat, 'Your e-mail address', 'bea@example.com');
      await untilCalled(site, 'PATCH', '/api/session');
      await beginAgain(chat, site);
      await backend.heal(site);
      await answer(chat, 'Your name', 'Bea');
      await untilSaid(chat, 'Nice to meet you, Bea');
      expect(lines(chat).join()).to.not.include('bea@example.com');
    });
  });
});
