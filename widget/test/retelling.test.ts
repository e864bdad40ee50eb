import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  choose,
  every,
  inside,
  lines,
  mountOpen,
  newSite,
  pdf,
  press,
  pressInMenu,
  reachEmail,
  reachFiles,
  reachPending,
  rows,
  sitePage,
  start,
  stored,
  until,
  untilRecorded,
  untilSaid,
} from './helpers.js';

/** The page is left and loaded anew: another element over the same storage. */
const comeBack = async (chat: Element, site: string) => {
  chat.remove();
  return mountOpen(site);
};

const pencils = (chat: Element) =>
  every(chat, '.line button').map((one) => one.getAttribute('aria-label'));

const ASKED = [
  'Hello, I’m Maria. I’ll guide you through your request. It takes about two minutes.',
  'What is your name?',
  'Ana',
  'May we store your name, your e‑mail address, your answers, your messages and the files you upload, to handle your request? We can’t accept it otherwise.',
  'I agree',
  'May we also use the files you upload to train our AI assistant? It’s up to you and won’t affect your request.',
  'I agree',
];

const ADD_FILES = 'Please add your documents. They’re uploaded when you continue.';

const openIn = async (chat: Element) => {
  inside(chat, '.launcher')!.click();
  await start(chat);
};

describe('retelling', () => {
  it('after a reload the answered questions stand there, with their answers and pencils', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachFiles(first);
    await untilRecorded(stored(site, 'session_uuid')!, 'files');
    const chat = await comeBack(first, site);
    await untilSaid(chat, 'Welcome back, Ana.');
    expect(lines(chat).slice(0, 7)).to.deep.equal(ASKED);
    await press(chat, 'Continue');
    await until(() => inside(chat, '.picker'), 'the file picker');
    expect(pencils(chat)).to.deep.equal(['Change: Ana', 'Change: I agree', 'Change: I agree']);
    expect(new Set(lines(chat)).size).to.equal(lines(chat).length - 1);
    await press(chat, 'Change: Ana');
    await answer(chat, 'Your name', 'Hanna');
    await untilSaid(chat, 'Nice to meet you, Hanna.');
  });

  it('what is told again has no time of its own, and is not read out', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachFiles(first);
    const chat = await comeBack(first, site);
    await untilSaid(chat, 'Welcome back, Ana.');
    const quiet = every(chat, '.line[aria-live=off]');
    expect(quiet).to.have.length(7);
    expect(quiet.filter((line) => line.querySelector('time'))).to.deep.equal([]);
  });

  it('files that were chosen and not sent are to be chosen again, and no name is kept', async () => {
    const site = newSite();
    const words = 'Files not uploaded: 2. Please choose them again.';
    const noted = () => sessionStorage.getItem(`maria-chat:${site}:unsent`);
    const first = await mountOpen(site);
    await reachFiles(first);
    await choose(first, pdf('one.pdf'), pdf('secret.pdf'), new File(['no'], 'no.txt'));
    await until(() => rows(first).length === 3, 'the rows');
    expect(JSON.stringify({...sessionStorage, ...localStorage})).to.not.include('secret');
    const chat = await comeBack(first, site);
    await press(chat, 'Continue');
    await untilSaid(chat, words);
    await until(() => inside(chat, '.picker'), 'the file picker');
    await choose(chat, pdf('one.pdf'));
    await until(() => noted() === '1', 'the one that waits now');
    await press(chat, 'Upload files');
    await until(() => rows(chat)[0]?.state === 'success', 'the upload');
    expect(noted()).to.equal(null);
    const again = await comeBack(chat, site);
    await press(again, 'Continue');
    await until(() => inside(again, '.picker'), 'the file picker');
    expect(lines(again).filter((line) => line.includes('not sent'))).to.deep.equal([]);
  });

  it('whoever has been away too long is not told of files of the time before', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachFiles(first);
    await choose(first, pdf('one.pdf'));
    await until(() => rows(first).length === 1, 'the row');
    const uuid = stored(site, 'session_uuid')!;
    await untilRecorded(uuid, 'files');
    await backend.end(uuid);
    const chat = await comeBack(first, site);
    await untilSaid(chat, 'What is your name?');
    // The visitor has pressed *Start*.
    const kept = Object.keys(sessionStorage).filter((key) => key.includes(site));
    expect(kept).to.deep.equal([`maria-chat:${site}:active`]);
  });

  it('what was handed in is told with the masked address and the files, and is not changed', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachPending(first);
    const chat = await comeBack(first, site);
    await until(() => inside(chat, '.card'), 'the card');
    expect(lines(chat)).to.deep.equal([
      ...ASKED,
      ADD_FILES,
      'Files uploaded: 1\ncontract.pdf',
      'Where can we reach you? We’ll send you a link to confirm your address.',
      'a•••@example.com',
      'We’ve sent a link to a•••@example.com. Please open it to confirm your address.',
    ]);
    expect(pencils(chat)).to.deep.equal([]);
  });

  it('without the backend, what this browser knows is told again all the same', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachFiles(first);
    await backend.fault(site, {drop: true});
    const chat = await comeBack(first, site);
    await untilSaid(chat, 'Welcome back, Ana.');
    expect(lines(chat).slice(0, 7)).to.deep.equal(ASKED);
  });

  it('what is said in one tab stands in the other, in order and once', async () => {
    const site = newSite();
    const {chat: one} = await sitePage(`site=${site}`);
    const {chat: other} = await sitePage(`site=${site}`);
    await openIn(one);
    await openIn(other);
    for (const chat of [one, other])
      await until(() => inside(chat, 'input[name=answer]'), 'the name');
    await reachFiles(one);
    await choose(one, pdf('one.pdf'));
    await press(one, 'Upload files');
    await until(() => rows(one)[0]?.state === 'success', 'the file');
    await until(() => inside(other, '.picker'), 'the files');
    const all = [...ASKED, ADD_FILES];
    await until(() => lines(other).join() === all.join(), 'all that was said');
    await press(one, 'Done & continue');
    await answer(one, 'Your e-mail address', 'ana@example.com');
    await until(() => inside(other, '.card'), 'the card');
    expect(lines(other).slice(8)).to.deep.equal([
      'Files uploaded: 1\none.pdf',
      'Where can we reach you? We’ll send you a link to confirm your address.',
      'a•••@example.com',
      'We’ve sent a link to a•••@example.com. Please open it to confirm your address.',
    ]);
  });

  it('a tab that was closed meanwhile is told the decisions of the other as well', async () => {
    const site = newSite();
    const {chat: one} = await sitePage(`site=${site}`);
    const {chat: other} = await sitePage(`site=${site}`);
    await openIn(one);
    await openIn(other);
    await start(other);
    await until(() => inside(other, 'input[name=answer]'), 'the name');
    await other.close();
    await reachPending(one);
    await other.open();
    await until(() => inside(other, '.card'), 'the card');
    expect(lines(other).slice(0, 7)).to.deep.equal(ASKED);
  });

  it('my data tells nothing again where another question waits', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachEmail(first);
    await untilRecorded(stored(site, 'session_uuid')!, 'email');
    await backend.fault(site, {drop: true});
    const chat = await comeBack(first, site);
    await press(chat, 'Continue');
    await until(() => inside(chat, 'input[type=email]'), 'the e-mail field');
    const before = lines(chat);
    await backend.heal(site);
    window.dispatchEvent(new Event('online'));
    await pressInMenu(chat, 'My data');
    await until(() => button(chat, 'Download contract.pdf'), 'the file');
    expect(lines(chat)).to.deep.equal(before);
  });

  it('a name corrected in my data is the one that stands in the conversation', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    await pressInMenu(chat, 'My data');
    await press(chat, 'Change Your name');
    (await until(() => inside<HTMLInputElement>(chat, '#edit'), 'the field')).value = 'Zoe';
    await press(chat, 'Save');
    await until(() => button(chat, 'Change: Zoe'), 'the pencil of the new name');
    expect(lines(chat)).to.include('Zoe').and.to.not.include('Ana');
  });

  it('my data shows the corrected name also while the backend is asked', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    const openMyData = () => pressInMenu(chat, 'My data');
    await openMyData();
    await press(chat, 'Change Your name');
    (await until(() => inside<HTMLInputElement>(chat, '#edit'), 'the field')).value = 'Zoe';
    await press(chat, 'Save');
    await until(() => button(chat, 'Change Your name'), 'the new name');
    await press(chat, 'Dismiss');
    await backend.fault(site, {method: 'GET', path: '/api/session', status: 503, body: ''});
    await openMyData();
    await until(
      () => inside(chat, '.content')?.textContent.includes('That didn’t work'),
      'the fault',
    );
    expect(inside(chat, '.content')!.textContent).to.include('Zoe').and.to.not.include('Ana');
  });
});
