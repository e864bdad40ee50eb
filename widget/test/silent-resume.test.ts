import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  choose,
  every,
  inside,
  lines,
  mountAtDoors,
  mountOpen,
  newSite,
  openNewTab,
  pdf,
  press,
  reachFiles,
  reachPending,
  rows,
  stored,
  until,
  untilRecorded,
  untilSaid,
} from './helpers.js';
import {untilListening, untilSent, uuidOf, write} from './talking.js';
import {KINDS, ask, openWith, submitContact, untilStep} from './questions.js';

const marker = (site: string) => `maria-chat:${site}:active`;

/** Loads the page again in the same tab, after this time. */
const reload = async (chat: Element, site: string, minutes = 0) => {
  const kept = sessionStorage.getItem(marker(site));
  chat.remove();
  const again = document.createElement('maria-chat');
  again.setAttribute('site', site);
  again.setAttribute('lang', 'en');
  again.setAttribute('open', 'false');
  document.body.append(again);
  if (kept) sessionStorage.setItem(marker(site), String(Number(kept) - minutes * 60_000));
  return again;
};

const atFiles = async () => {
  const site = newSite();
  const chat = await mountOpen(site);
  await reachFiles(chat);
  await untilRecorded(stored(site, 'session_uuid')!, 'files');
  return {chat, site};
};

describe('a visitor who was active in this tab', () => {
  it('continues after a reload without a question', async () => {
    const {chat, site} = await atFiles();
    const before = lines(chat);
    const again = await reload(chat, site, 9);
    await again.open();
    await until(() => inside(again, '.picker'), 'the files');
    expect(lines(again)).to.deep.equal(before.filter((line) => line !== 'Nice to meet you, Ana.'));
    expect(button(again, 'Continue')).to.equal(undefined);
    again.remove();
  });

  it('finds the messages between the same questions and answers again', async () => {
    const site = newSite();
    const chat = await mountAtDoors(site);
    await write(chat, 'Is a copy enough?');
    await press(chat, 'I agree');
    await until(() => inside(chat, '.doors'), 'the doors');
    await untilListening(site);
    await backend.say(uuidOf(site), {role: 'maria', body: 'It is.'});
    await untilSaid(chat, 'It is.');
    await press(chat, 'Start');
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I do not agree');
    await until(() => inside(chat, '.picker'), 'the files');
    await write(chat, 'Which files?');
    await untilSent(chat);
    await backend.say(uuidOf(site), {role: 'maria', body: 'All of them.'});
    await untilSaid(chat, 'All of them.');
    const before = lines(chat);
    const again = await reload(chat, site);
    await again.open();
    await untilSaid(again, 'All of them.');
    const remarks = ['Nice to meet you, Ana.', 'To send your question, I need your consent first.'];
    expect(lines(again)).to.deep.equal(before.filter((line) => !remarks.includes(line)));
    again.remove();
  });

  it('is greeted once a question has waited for ten minutes, also after a reload', async () => {
    const {chat, site} = await openWith([], [ask('text', KINDS.text)]);
    await submitContact(chat);
    await untilStep(chat, 'text');
    const again = await reload(chat, site, 9);
    await again.open();
    await untilStep(again, 'text');
    const third = await reload(again, site, 2);
    await third.open();
    await until(() => button(third, 'Continue with my request'), 'the way to the question');
    third.remove();
  });

  it('hears nothing again, and keeps the focus where it is', async () => {
    const {chat, site} = await atFiles();
    const again = await reload(chat, site);
    const field = document.body.appendChild(document.createElement('input'));
    field.focus();
    await again.open({isQuiet: true});
    await until(() => inside(again, '.picker'), 'the files');
    expect(every(again, '.line:not([aria-live=off])')).to.deep.equal([]);
    expect(inside(again, '.typing')).to.equal(null);
    expect(document.activeElement === field).to.equal(true);
    expect(again.unreadCount).to.equal(0);
    field.remove();
    again.remove();
  });

  it('is reminded of files that were not uploaded', async () => {
    const {chat, site} = await atFiles();
    await choose(chat, pdf('one.pdf'));
    await until(() => rows(chat).length === 1, 'the row');
    const again = await reload(chat, site);
    await again.open();
    await untilSaid(again, 'Files not uploaded: 1.');
    again.remove();
  });

  it('is led on by the next answer, and told nothing twice', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await until(() => inside(chat, '.consent'), 'the consent');
    const again = await reload(chat, site);
    await again.open();
    await press(again, 'I agree');
    await untilSaid(again, 'train our AI assistant');
    expect(lines(again).filter((line) => line.startsWith('Hello'))).to.have.length(1);
    expect(lines(again).filter((line) => line.startsWith('May we store'))).to.have.length(1);
    again.remove();
  });

  it('is asked after eleven minutes', async () => {
    const {chat, site} = await atFiles();
    const again = await reload(chat, site, 11);
    await again.open();
    await until(() => button(again, 'Continue'), 'the question');
    again.remove();
  });

  it('is asked in another tab', async () => {
    const {chat, site} = await atFiles();
    const again = await reload(chat, site);
    openNewTab(site);
    await again.open();
    await until(() => button(again, 'Continue'), 'the question');
    again.remove();
  });

  it('leaves no time behind once the answers are submitted', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    expect(Number(sessionStorage.getItem(marker(site)))).to.be.closeTo(Date.now(), 60_000);
    chat.remove();
    const other = newSite();
    await reachPending(await mountOpen(other));
    expect(sessionStorage.getItem(marker(other))).to.equal(null);
  });
});
