import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  choose,
  inside,
  lines,
  mount,
  mountOpen,
  newSite,
  pdf,
  press,
  reachFiles,
  reachPending,
  rows,
  store,
  stored,
  storedKeys,
  until,
  untilRecorded,
  untilSaid,
} from './helpers.js';

const RESET = 'Your session has been reset due to a technical issue. Please start again.';

/** The page is left and loaded anew: another element over the same storage. */
const comeBack = async (chat: Element, site: string) => {
  chat.remove();
  return mountOpen(site);
};

const notices = (chat: Element) =>
  inside(chat, '.notices')!.textContent.replace(/\s+/g, ' ').trim();

describe('coming back', () => {
  it('an unfinished visitor is asked whether to continue, and goes on where it was', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachFiles(first, 'Ana');
    await choose(first, pdf('kept.pdf'));
    await press(first, 'Upload files');
    await until(() => rows(first)[0]?.state === 'success', 'the upload');
    const uuid = stored(site, 'session_uuid');

    const chat = await comeBack(first, site);
    await untilSaid(chat, 'Welcome back, Ana.');
    await press(chat, 'Continue');
    await until(() => rows(chat).length === 1, 'the stored file');

    expect(rows(chat)[0]!.name).to.equal('kept.pdf');
    expect(stored(site, 'session_uuid')).to.equal(uuid);
    expect(lines(chat).lastIndexOf('What is your name?')).to.equal(1);
  });

  it('discarding ends the visit at the backend and begins another', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachFiles(first, 'Ana');
    const uuid = stored(site, 'session_uuid')!;

    const chat = await comeBack(first, site);
    await press(chat, 'Start from scratch');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');

    expect((await backend.visit(uuid)).ended).to.equal('gone');
    expect(stored(site, 'session_uuid')).to.not.equal(uuid);
    expect(stored(site, 'answers') ?? '').to.not.include('Ana');
  });

  it('somebody who had answered nothing is not asked', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await untilSaid(first, 'What is your name?');
    const chat = await comeBack(first, site);
    await untilSaid(chat, 'What is your name?');
    expect(button(chat, 'Continue')).to.equal(undefined);
  });

  it('a trace that is gone gets a friendly line and a fresh start', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachFiles(first, 'Ana');
    const uuid = stored(site, 'session_uuid')!;
    await untilRecorded(uuid, 'files');
    await backend.end(uuid);

    const chat = await comeBack(first, site);
    await untilSaid(chat, 'What is your name?');

    expect(notices(chat)).to.include('It’s been a while');
    expect(notices(chat)).to.not.include(RESET);
    expect(stored(site, 'answers') ?? '').to.not.include('Ana');
  });

  it('a trace that goes while the panel is open ends the same way', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat, 'Ana');
    const uuid = stored(site, 'session_uuid')!;
    await untilRecorded(uuid, 'files');
    await backend.end(uuid);
    await choose(chat, pdf('late.pdf'));
    await press(chat, 'Upload files');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    await until(() => notices(chat).includes('been a while'), 'the friendly line');
    expect(stored(site, 'session_uuid')).to.not.equal(uuid);
  });

  it('whoever has changed the address is told the new one after a reload', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachPending(first);
    await press(first, 'Change address');
    await answer(first, 'Your e-mail address', 'zoe@example.org');
    await untilSaid(first, 'a link to zoe@example.org');

    const chat = await comeBack(first, site);
    await untilSaid(chat, 'a link to z•••@example.org');
  });

  it('a UUID of somebody else is replaced, with the fixed sentence', async () => {
    const site = newSite();
    const uuid = crypto.randomUUID();
    await backend.put(uuid, {site, token: 'theirs'});
    store(site, 'session_uuid', uuid);
    store(site, 'token', `${uuid} mine`);
    const chat = await mountOpen(site);
    await until(() => notices(chat).includes(RESET), 'the fixed sentence');
    expect(stored(site, 'session_uuid')).to.not.equal(uuid);
  });

  it('a UUID that is none is replaced, with the fixed sentence', async () => {
    const site = newSite();
    store(site, 'session_uuid', 'rubbish');
    const chat = await mountOpen(site);
    await until(() => notices(chat).includes(RESET), 'the fixed sentence');
    expect(stored(site, 'session_uuid')).to.match(/^[0-9a-f-]{36}$/);
  });

  it('an unknown UUID is claimed, and no word is made of it', async () => {
    const site = newSite();
    const uuid = crypto.randomUUID();
    store(site, 'session_uuid', uuid.toUpperCase());
    const chat = await mountOpen(site);
    await untilSaid(chat, 'What is your name?');
    expect(stored(site, 'session_uuid')).to.equal(uuid);
    expect(stored(site, 'token')).to.match(/^[0-9a-f-]{36} token-/);
    expect(notices(chat)).to.equal('');
  });

  it('answers older than the idle limit are wiped', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await answer(first, 'Your name', 'Ana');
    await untilSaid(first, 'Nice to meet you');
    first.remove();
    const draft = JSON.parse(stored(site, 'answers')!) as {touchedAt: number};
    store(site, 'answers', JSON.stringify({...draft, touchedAt: Date.now() - 31 * 60_000}));
    const uuid = crypto.randomUUID();
    store(site, 'session_uuid', uuid);
    const chat = await mountOpen(site);
    await untilSaid(chat, 'What is your name?');
    expect(stored(site, 'answers') ?? '').to.not.include('Ana');
  });

  it('a pending visitor finds the masked address and both ways on', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachPending(first);
    expect(stored(site, 'answers')).to.equal(null);
    const chat = await comeBack(first, site);
    await untilSaid(chat, 'We’ve sent a link to a•••@example.com.');
    expect(button(chat, 'Send again')).to.exist;
    expect(button(chat, 'Change address')).to.exist;
  });

  it('a complete visitor is greeted by name and may be forgotten', async () => {
    const site = newSite();
    const uuid = crypto.randomUUID();
    await backend.put(uuid, {
      site,
      token: 't',
      state: 'complete',
      name: 'Ana',
      email: 'ana@example.com',
    });
    store(site, 'session_uuid', uuid);
    store(site, 'token', `${uuid} t`);
    const chat = await mountOpen(site);
    await untilSaid(chat, 'Hello Ana, good to see you again.');
    await until(() => inside(chat, '.reference')?.textContent.trim() === uuid, 'the reference');
    await press(chat, 'Not you? Remove from this device');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    expect((await backend.visit(uuid)).ended).to.equal(undefined);
  });

  it('the open panel is remembered, and nothing of it once it was closed', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    expect(stored(site, 'open')).to.equal('1');
    await chat.close();
    expect(storedKeys(site)).to.not.include(`maria-chat:${site}:open`);
  });

  it('opening again in the same page shows the same conversation', async () => {
    const chat = await mount();
    await chat.open();
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, 'Nice to meet you');
    await chat.close();
    await chat.open();
    expect(lines(chat).filter((line) => line === 'What is your name?')).to.have.length(1);
  });
});
