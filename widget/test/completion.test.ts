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
  store,
  stored,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';

const uuidOf = (site: string) => stored(site, 'session_uuid')!;

const reachEnd = async (chat: Element, site: string) => {
  await reachPending(chat);
  await backend.confirm(uuidOf(site));
  return until(() => inside(chat, '.done'), 'the end');
};

const names = (chat: Element) => every(chat, '.done li').map(({textContent}) => textContent.trim());

const NAME = {id: 'name', type: 'ask', field: 'name'};
const CONSENT = {id: 'store', type: 'consent', purpose: 'personal_data'};
const EMAIL = [
  {id: 'email', type: 'ask', field: 'email'},
  {id: 'verify', type: 'verify_email'},
];

/** A site whose conversation has these steps, and this end. */
const siteWith = async (steps: object[], end: object = {}) => {
  const site = newSite();
  const all = [...steps, {id: 'end', type: 'end', outcome: 'complete', ...end}];
  await backend.config(site, {conversation: {version: 1, steps: all}});
  return site;
};

/** A session that was confirmed earlier in this browser. */
const complete = async (visit: object) => {
  const site = newSite();
  const uuid = crypto.randomUUID();
  await backend.put(uuid, {site, token: 't', state: 'complete', email: 'a@example.com', ...visit});
  store(site, 'session_uuid', uuid);
  store(site, 'token', `${uuid} t`);
  return {chat: await mountOpen(site), uuid};
};

describe('the end', () => {
  it('has the thanks, the files by name, what happens next and the reference in the log', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    const card = await reachEnd(chat, site);
    expect(card.closest('.log')).to.exist;
    expect(card.closest('.line')!.textContent).to.include('Thank you, Ana!');
    expect(lines(chat).at(-1)).to.include('We’ll write to you by e‑mail if we have any questions.');
    expect(names(chat)).to.deep.equal(['contract.pdf']);
    expect(inside(chat, '.reference')!.title).to.equal(uuidOf(site));
    expect(inside(chat, '.reference')!.textContent.trim()).to.equal(uuidOf(site));
    const rest = inside(chat, '.reference span')!;
    expect(rest.getBoundingClientRect().width).to.equal(0);
    expect(rest.textContent).to.equal(uuidOf(site).slice(8));
  });

  it('leaves the room below the log to the conversation', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEnd(chat, site);
    expect(every(chat, '.tray button')).to.deep.equal([]);
    expect(inside(chat, '.tray')!.getBoundingClientRect().height).to.equal(0);
    await pressInMenu(chat, 'Start over');
    await until(() => inside(chat, '[role=alertdialog]'), 'the question');
  });

  it('says what the site says about what happens next, after the thanks', async () => {
    const site = await siteWith([NAME, CONSENT, ...EMAIL], {text: {en: 'We call you on Monday.'}});
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I agree');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => inside(chat, '.card'), 'the card');
    await backend.confirm(uuidOf(site));
    await until(() => inside(chat, '.done'), 'the end');
    expect(lines(chat).at(-1)).to.match(/^Thank you, Ana!.*\nWe call you on Monday\.$/);
    expect(inside(chat, '.done ul')).to.equal(null);
  });

  it('thanks for no confirmation if the visitor gave no e-mail address', async () => {
    const chat = await mountOpen(await siteWith([CONSENT], {text: 'Thank you for your answer.'}));
    await press(chat, 'I agree');
    await until(() => inside(chat, '.reference'), 'the reference');
    expect(lines(chat).at(-1)).to.equal('Thank you for your answer.');
  });

  it('comes after steps that follow the e-mail address, each of which is counted', async () => {
    const training = {id: 'training', type: 'consent', purpose: 'ai_training'};
    const late = [training, {id: 'files', type: 'upload'}, {id: 'help', type: 'assistant'}];
    const site = await siteWith([NAME, CONSENT, EMAIL[0]!, ...late, EMAIL[1]!]);
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I agree');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await press(chat, 'I do not agree');
    await choose(chat, pdf('a.pdf'));
    await press(chat, 'Done & continue');
    await press(chat, 'Continue');
    await until(() => inside(chat, '.card'), 'the card');
    await backend.confirm(uuidOf(site));
    await until(() => inside(chat, '.done'), 'the end');
    await untilQuiet(site);
    const {steps} = await backend.visit(uuidOf(site));
    expect(steps).to.deep.equal(['name', 'store', 'email', 'training', 'files', 'help']);
  });

  it('lists ten files, and none that was not stored', async () => {
    const site = newSite();
    await backend.config(site, {limits: {max_files: 10, min_files: 1, max_file_bytes: 9_000}});
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const all = Array.from({length: 10}, (_, at) => `${at}.pdf`);
    await choose(chat, ...all.map((name) => pdf(name)), new File(['no'], 'notes.txt'));
    await until(() => rows(chat).length === 11, 'the rows');
    await press(chat, 'Done & continue');
    await until(() => inside(chat, '.files p.error'), 'the word about the other file');
    await press(chat, 'Done & continue');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => inside(chat, '.card'), 'the card');
    await backend.confirm(uuidOf(site));
    await until(() => inside(chat, '.done'), 'the end');
    expect(names(chat)).to.deep.equal(all);
  });

  it('ends the change of an address that is confirmed meanwhile', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await press(chat, 'Change address');
    await until(() => button(chat, 'Cancel'), 'the way back');
    await backend.confirm(uuidOf(site));
    await until(() => inside(chat, '.done'), 'the end');
    expect(button(chat, 'Cancel')).to.equal(undefined);
  });

  it('greets a recognised visitor, who can be forgotten on this device', async () => {
    const {chat, uuid} = await complete({name: null, files: [{id: '1', name: 'old.pdf', size: 9}]});
    await untilSaid(chat, 'Hello, good to see you again.');
    await until(() => inside(chat, '.done'), 'the card');
    expect(names(chat)).to.deep.equal(['old.pdf']);
    expect(button(chat, 'Not you? Remove from this device')!.closest('.done')).to.exist;
    await press(chat, 'Not you? Remove from this device');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    expect((await backend.visit(uuid)).ended).to.equal(undefined);
  });

  it('the card stays with its line while the conversation goes on', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEnd(chat, site);
    await press(chat, 'Ask a question');
    await until(() => inside(chat, 'textarea'), 'the field');
    await backend.say(uuidOf(site), {role: 'assistant', body: 'It is being read.'});
    await untilSaid(chat, 'It is being read.');
    const last = every(chat, '.line').at(-1)!;
    expect(last.querySelector('.done')).to.equal(null);
    expect(every(chat, '.done')).to.have.length(1);
  });

  it('copies the whole reference', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEnd(chat, site);
    const copied: string[] = [];
    const clipboard = {writeText: (text: string) => Promise.resolve(void copied.push(text))};
    Object.defineProperty(navigator, 'clipboard', {value: clipboard, configurable: true});
    try {
      await press(chat, 'Copy reference');
      await until(() => copied.length > 0, 'the copy');
    } finally {
      Reflect.deleteProperty(navigator, 'clipboard');
    }
    expect(copied).to.deep.equal([uuidOf(site)]);
  });
});

describe('a refusal', () => {
  const refuse = async () => {
    const chat = await mountOpen();
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I do not agree');
    return {chat, back: await until(() => button(chat, 'I’ve changed my mind'), 'the way back')};
  };

  it('leaves one button', async () => {
    const {chat} = await refuse();
    expect(every(chat, '.tray button')).to.have.length(1);
  });

  it('is not taken back by the second half of a double click', async () => {
    const {chat, back} = await refuse();
    back.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 2}));
    await chat.updateComplete;
    expect(lines(chat)).to.not.include('I’ve changed my mind');
    back.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 1}));
    await untilSaid(chat, 'I’ve changed my mind');
  });
});

describe('the address in the pending state', () => {
  it('stands in the sentence, and not in the card', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    await untilSaid(chat, 'a link to ana@example.com');
    expect(inside(chat, '.card')!.textContent).to.not.include('@');
  });

  it('is the new one after a change', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    await press(chat, 'Change address');
    await answer(chat, 'Your e-mail address', 'anton@example.com');
    await untilSaid(chat, 'a link to anton@example.com');
    const sentences = lines(chat).filter((line) => line.startsWith('We’ve sent'));
    expect(new Set(sentences)).to.have.lengthOf(2);
  });

  it('is not promised to have been mailed before it was', async () => {
    const chat = await mountOpen();
    await reachEmail(chat);
    await answer(chat, 'Your e-mail address', 'ana@delayed.example');
    await untilSaid(chat, 'We’ll send a link to ana@delayed.example.');
  });
});
