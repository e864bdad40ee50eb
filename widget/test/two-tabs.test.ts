import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  choose,
  inside,
  mountOpen,
  newSite,
  pause,
  pdf,
  press,
  pressInMenu,
  reachFiles,
  reachPending,
  rows,
  sitePage,
  start,
  store,
  stored,
  until,
  untilAsked,
  untilQuiet,
  untilSaid,
} from './helpers.js';

const notices = (chat: Element) => inside(chat, '.notices')?.textContent.trim() ?? '';

const sessionCalls = async (site: string) =>
  (await backend.calls(site)).filter(({path}) => path.endsWith('-uuid'));

const made = async (site: string) =>
  (await sessionCalls(site)).filter(({path}) => path.endsWith('/generate-uuid'));

/** A tab whose loader has drawn the button; a click on it fetches the rest. */
const openIn = async (chat: Element) => {
  inside(chat, '.launcher')!.click();
  await until(() => inside(chat, '.tray > *, .notice'), 'something to answer');
  if (inside(chat, '.doors')) await start(chat);
};

const twoTabs = async () => {
  const site = newSite();
  const {chat: one} = await sitePage(`site=${site}`);
  const {chat: other} = await sitePage(`site=${site}`);
  await openIn(one);
  await openIn(other);
  for (const chat of [one, other])
    await until(() => inside(chat, 'input[name=answer]'), 'the name');
  await untilQuiet(site);
  return {one, other, site};
};

const untilCalls = async (site: string, count: number) => {
  await untilAsked(async () => (await backend.calls(site)).length >= count, 'the calls');
};

describe('two tabs', () => {
  it('opened at the same moment share one session', async () => {
    const site = newSite();
    const tabs = [await sitePage(`site=${site}`), await sitePage(`site=${site}`)];
    await Promise.all(tabs.map(({chat}) => openIn(chat)));
    for (const {chat} of tabs) await untilSaid(chat, 'What is your name?');
    await pause(500);
    expect(await made(site)).to.have.length(1);
    expect((await sessionCalls(site)).length).to.be.at.most(4);
    expect(stored(site, 'token')!.split(' ')[0]).to.equal(stored(site, 'session_uuid'));
    for (const {chat} of tabs) expect(notices(chat)).to.equal('');
  });

  it('starting over in one begins one new session in both', async () => {
    const site = newSite();
    const {chat: one} = await sitePage(`site=${site}`);
    const {chat: other} = await sitePage(`site=${site}`);
    await openIn(one);
    await reachFiles(one);
    await openIn(other);
    await until(() => inside(other, '.picker'), 'the file picker');
    const before = stored(site, 'session_uuid');
    await pressInMenu(one, 'Start over');
    const dialog = await until(() => inside(one, '[role=alertdialog]'), 'the dialog');
    dialog.querySelector<HTMLElement>('.danger')!.click();
    for (const chat of [one, other]) {
      await until(() => inside(chat, '.doors'), 'a new beginning');
    }
    await pause(500);
    expect(stored(site, 'session_uuid')).to.not.equal(before);
    expect(await made(site)).to.have.length(2);
    expect((await sessionCalls(site)).length).to.be.at.most(8);
    for (const chat of [one, other]) expect(notices(chat)).to.equal('');
  });

  it('a token of another session is not used', async () => {
    const site = newSite();
    const uuid = crypto.randomUUID();
    store(site, 'session_uuid', uuid);
    store(site, 'token', `${crypto.randomUUID()} theirs`);
    const chat = await mountOpen(site);
    expect(stored(site, 'token')).to.match(new RegExp(`^${uuid} token-`));
    expect(notices(chat)).to.equal('');
  });

  it('what one stores, deletes and goes past is seen in the other, without a reload', async () => {
    const {one, other} = await twoTabs();
    await answer(one, 'Your name', 'Ana');
    await press(one, 'I agree');
    await untilSaid(other, 'train our AI assistant');
    await press(other, 'I agree');
    await until(() => inside(one, '.picker'), 'the files');
    await choose(other, pdf('from-other.pdf'));
    await press(other, 'Upload files');
    await until(() => rows(one)[0]?.state === 'success', 'the file in the first tab');
    expect(rows(one)[0]!.name).to.equal('from-other.pdf');
    await choose(one, pdf('of-one.pdf'));
    await press(other, 'Remove from-other.pdf');
    await until(() => !rows(one).some(({name}) => name === 'from-other.pdf'), 'it to go');
    expect(rows(one).map(({name}) => name)).to.deep.equal(['of-one.pdf']);
    expect(rows(other)).to.deep.equal([]);
  });

  it('what one hands in and confirms is so in the other', async () => {
    const {one, other, site} = await twoTabs();
    await reachPending(one);
    await until(() => inside(other, '.card'), 'the pending card');
    await press(one, 'Change address');
    await answer(one, 'Your e-mail address', 'zoe@example.org');
    await untilSaid(other, 'a link to z•••@example.org');
    await backend.confirm(stored(site, 'session_uuid')!);
    for (const chat of [one, other]) await until(() => inside(chat, '.reference'), 'the end');
  });

  it('what is half typed in one is there again when its field comes again', async () => {
    const {one, other} = await twoTabs();
    const type = (text: string) => {
      const field = inside<HTMLInputElement>(other, '.composer input')!;
      field.value = text;
      field.dispatchEvent(new Event('input', {bubbles: true}));
    };
    const field = (value: string) =>
      until(() => inside<HTMLInputElement>(other, '.composer input')?.value === value, value);
    type('Zo');
    await reachFiles(one);
    await press(other, 'Change: Ana');
    await field('Zo');
    await press(other, 'Cancel');
    await choose(one, pdf('one.pdf'));
    await press(one, 'Upload files');
    await press(one, 'Done & continue');
    await until(() => inside(other, 'input[type=email]'), 'the e-mail field');
    type('zoe@exa');
    await answer(one, 'Your e-mail address', 'ana@example.com');
    await press(other, 'Change address');
    await field('zoe@exa');
    await press(other, 'Cancel');
    await press(other, 'Change address');
    await field('');
  });

  it('the same file, sent by both at the same moment, is stored once', async () => {
    const {one, other, site} = await twoTabs();
    await reachFiles(one);
    await until(() => inside(other, '.picker'), 'the files');
    await backend.fault(site, {path: '/upload', delayMs: 600});
    await choose(one, pdf('same.pdf'));
    await choose(other, pdf('same.pdf'));
    await press(one, 'Upload files');
    await press(other, 'Upload files');
    for (const chat of [one, other]) {
      await until(() => rows(chat)[0]?.state === 'success', 'the file');
      expect(rows(chat)).to.have.length(1);
    }
    expect((await backend.visit(stored(site, 'session_uuid')!)).files).to.have.length(1);
  });

  it('two files of one size and name that differ are two', async () => {
    const {one, other, site} = await twoTabs();
    await reachFiles(one);
    await until(() => inside(other, '.picker'), 'the files');
    await backend.fault(site, {path: '/upload', delayMs: 300});
    const duplicate = new File(['%PDF-1.7\n', new Uint8Array(1_991).fill(7)], 'same.pdf');
    await choose(one, pdf('same.pdf'));
    await choose(other, duplicate);
    await press(one, 'Upload files');
    await press(other, 'Upload files');
    for (const chat of [one, other]) {
      const isStored = () => rows(chat).filter(({state}) => state === 'success').length === 2;
      await until(isStored, 'both files');
    }
    expect((await backend.visit(stored(site, 'session_uuid')!)).files).to.have.length(2);
  });

  it('leaving one of them is not leaving, and is told when the last is left', async () => {
    const {one, other, site} = await twoTabs();
    const left = async () =>
      (await backend.calls(site)).filter(({path}) => path.endsWith('/leave')).length;
    let isLeft = false;
    const {navigator} = one.ownerDocument.defaultView!;
    const beacon = navigator.sendBeacon.bind(navigator);
    navigator.sendBeacon = (...what) => (isLeft = beacon(...what));
    const leave = ({ownerDocument: {defaultView}}: Element) =>
      defaultView!.dispatchEvent(new PageTransitionEvent('pagehide'));
    await answer(one, 'Your name', 'Ana');
    await until(() => inside(other, '[part=consent]'), 'the consent');
    leave(one);
    await untilQuiet(site);
    expect(await left()).to.equal(0);
    one.ownerDocument.defaultView!.dispatchEvent(new PageTransitionEvent('pageshow'));
    await untilQuiet(site);
    leave(other);
    await untilQuiet(site);
    expect(await left()).to.equal(0);
    leave(one);
    await until(() => isLeft, 'the word of it');
  });

  it('one at its end follows what another begins, and is not torn from its goodbye', async () => {
    const {one, other, site} = await twoTabs();
    const before = stored(site, 'session_uuid');
    await answer(one, 'Your name', 'Ana');
    await until(() => inside(other, '[part=consent]'), 'the consent');
    await press(one, 'I do not agree');
    await until(() => button(one, 'I’ve changed my mind'), 'the goodbye');
    await press(other, 'Start');
    await until(() => inside(other, 'input[name=answer]'), 'the name, asked anew');
    await until(() => stored(site, 'session_uuid'), 'a new session');
    expect(stored(site, 'session_uuid')).to.not.equal(before);
    await untilQuiet(site);
    expect(button(one, 'I’ve changed my mind')).to.exist;
    await answer(other, 'Your name', 'Zoe');
    await untilSaid(one, 'Zoe');
    expect(await made(site)).to.have.length(2);
  });

  it('a word of another session is none for this one', async () => {
    const {one, site} = await twoTabs();
    await reachFiles(one);
    await untilQuiet(site);
    const before = (await backend.calls(site)).length;
    new BroadcastChannel(`maria-chat:${site}`).postMessage(crypto.randomUUID());
    await pause(400);
    expect((await backend.calls(site)).length).to.equal(before);
    new BroadcastChannel(`maria-chat:${site}`).postMessage(stored(site, 'session_uuid'));
    await untilCalls(site, before + 2);
  });

  it('the visitor’s language and text size reach the other tab', async () => {
    const {one, other} = await twoTabs();
    await press(one, 'More');
    const select = await until(() => inside<HTMLSelectElement>(one, 'select'), 'the languages');
    select.value = 'de';
    select.dispatchEvent(new Event('change'));
    await untilSaid(other, 'Wie heißen Sie?');
    const range = inside<HTMLInputElement>(one, 'input[type=range]')!;
    range.value = '1.3';
    range.dispatchEvent(new Event('change'));
    await until(() => getComputedStyle(inside(other, '.inside')!).zoom === '1.3', 'the size');
  });

  it('a backend that refuses every session is not asked for ever', async () => {
    const site = newSite();
    const body = {status: 'collision', code: 'uuid_collision', message: 'x', request_id: 'x'};
    await backend.fault(site, {path: '/progress', status: 409, body});
    const {chat} = await sitePage(`site=${site}`);
    inside(chat, '.launcher')!.click();
    for (let attempt = 0; attempt < 3; attempt++) {
      await press(chat, 'Start');
      await until(() => !inside(chat, '.doors'), 'the attempt');
    }
    await until(() => button(chat, 'Try again'), 'the end of all attempts');
    await backend.heal(site);
    await press(chat, 'Try again');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    expect((await made(site)).length).to.be.at.most(7);
  });
});
