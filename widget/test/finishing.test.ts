import {expect} from '@open-wc/testing';

import type {MariaChat} from '../index.js';
import {
  backend,
  button,
  choose,
  inside,
  lines,
  mountOpen,
  newSite,
  pdf,
  press,
  reachFiles,
  rows,
  setOnline,
  stored,
  until,
  untilAsked,
  untilCalled,
  untilSaid,
} from './helpers.js';

const STOPPED = 'Some files were not uploaded. Press again to continue without them.';

/** With two files chosen, and none sent. */
const withTwo = async () => {
  const site = newSite();
  const chat = await mountOpen(site);
  await reachFiles(chat);
  await choose(chat, pdf('one.pdf'), pdf('two.pdf'));
  await until(() => rows(chat).length === 2, 'the rows');
  return {chat, site};
};

const done = (chat: Element) => button(chat, 'Done & continue');
const isWaiting = (chat: Element) => done(chat)?.ariaDisabled === 'true';
const says = (chat: Element) => inside(chat, '.files p.error')?.textContent;
const atEmail = (chat: Element) => until(() => inside(chat, 'input[type=email]'), 'the next step');

const storedNames = async (site: string) =>
  (await backend.visit(stored(site, 'session_uuid')!)).files.map(({name}) => name).sort();

/** Presses *Done & continue* while one upload takes long, and returns the names of both files. */
const wait = async (chat: MariaChat, site: string) => {
  await backend.fault(site, {path: '/upload', delayMs: 60_000, times: 1});
  await press(chat, 'Done & continue');
  const isStored = () => rows(chat).find(({state}) => state === 'success');
  const {name: stored} = await until(isStored, 'one of the files');
  return {stored, delayed: rows(chat).find(({name}) => name !== stored)!.name};
};

describe('finishing the file step', () => {
  it('before any file there is no row for buttons', async () => {
    const chat = await mountOpen(newSite());
    await reachFiles(chat);
    await until(() => inside(chat, '.picker'), 'the files');
    expect(inside(chat, '.pair')).to.equal(null);
    await choose(chat, pdf('one.pdf'));
    await until(() => inside(chat, '.files .pair'), 'the buttons');
  });

  it('takes one press, which uploads what is queued and continues', async () => {
    const {chat, site} = await withTwo();
    await press(chat, 'Done & continue');
    await atEmail(chat);
    expect(await storedNames(site)).to.deep.equal(['one.pdf', 'two.pdf']);
  });

  it('leaves the names of the files in the line, and nothing of the step below it', async () => {
    const {chat} = await withTwo();
    await press(chat, 'Done & continue');
    await untilSaid(chat, 'Files uploaded: 2\none.pdf\ntwo.pdf');
    await atEmail(chat);
    expect(inside(chat, '.files')).to.equal(null);
  });

  it('shows that it waits, and takes further presses for none', async () => {
    const {chat, site} = await withTwo();
    await backend.fault(site, {path: '/upload', delayMs: 400});
    await press(chat, 'Done & continue');
    await until(() => isWaiting(chat), 'the button to be busy');
    expect(done(chat)!.querySelector('.spinner')).to.exist;
    done(chat)!.click();
    done(chat)!.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 2}));
    await atEmail(chat);
    expect(lines(chat).filter((line) => line.startsWith('Files uploaded'))).to.have.length(1);
  });

  for (const [what, action, file] of [
    ['cancels a file', 'Cancel upload of', 'delayed'],
    ['removes a file', 'Remove', 'stored'],
  ] as const) {
    it(`is taken back by a visitor who ${what}`, async () => {
      const {chat, site} = await withTwo();
      const names = await wait(chat, site);
      expect(isWaiting(chat)).to.equal(true);
      await press(chat, `${action} ${names[file]}`);
      await until(() => !isWaiting(chat), 'the button to be free');
      expect(chat.step).to.equal('files');
      expect(says(chat)).to.equal(undefined);
    });
  }

  it('is taken back by a visitor who adds a file', async () => {
    const {chat, site} = await withTwo();
    await wait(chat, site);
    await choose(chat, pdf('three.pdf'));
    await until(() => !isWaiting(chat) && button(chat, 'Upload files'), 'the choice again');
  });

  it('stays at the step if a file fails, says so, and continues without it when told to', async () => {
    const {chat, site} = await withTwo();
    await backend.fault(site, {path: '/upload', status: 422, body: {code: 'x'}, times: 1});
    await press(chat, 'Done & continue');
    await until(() => says(chat) === STOPPED, 'the reason');
    await until(() => rows(chat).some(({state}) => state === 'success'), 'the other file');
    expect(chat.step).to.equal('files');
    await press(chat, 'Done & continue');
    await atEmail(chat);
    expect(await storedNames(site)).to.have.length(1);
  });

  it('stays beside a file that was refused, says so, and continues without it when told to', async () => {
    const {chat, site} = await withTwo();
    await choose(chat, new File(['x'], 'notes.txt'));
    await until(() => rows(chat)[2]?.state === 'error', 'the refusal');
    await press(chat, 'Done & continue');
    await until(() => says(chat) === STOPPED, 'the reason');
    expect(inside(chat, '.files p.error')!.role).to.equal('alert');
    await until(() => rows(chat)[1]!.state === 'success', 'the other files');
    expect(chat.step).to.equal('files');
    await press(chat, 'Done & continue');
    await atEmail(chat);
    expect(await storedNames(site)).to.deep.equal(['one.pdf', 'two.pdf']);
  });

  it('says it again about a file that is refused later', async () => {
    const {chat} = await withTwo();
    await choose(chat, new File(['x'], 'notes.txt'));
    await until(() => rows(chat)[2]?.state === 'error', 'the refusal');
    await press(chat, 'Done & continue');
    await until(() => says(chat) === STOPPED, 'the reason');
    await choose(chat, new File([], 'empty.pdf'));
    await until(() => rows(chat).length === 4 && !says(chat), 'the reason to go');
    await press(chat, 'Done & continue');
    await until(() => says(chat) === STOPPED, 'the reason again');
    expect(chat.step).to.equal('files');
  });

  it('waits for a lost connection, and continues when it is back', async () => {
    const {chat, site} = await withTwo();
    await backend.fault(site, {path: '/upload', delayMs: 60_000});
    await press(chat, 'Done & continue');
    await untilCalled(site, 'POST', '/upload');
    setOnline(false);
    await until(() => rows(chat).every(({state}) => state === 'queued'), 'the pause');
    expect(isWaiting(chat)).to.equal(true);
    await backend.heal(site);
    setOnline(true);
    await atEmail(chat);
    expect(await storedNames(site)).to.deep.equal(['one.pdf', 'two.pdf']);
  });

  it('has no effect once the visitor has gone back to another answer', async () => {
    const {chat, site} = await withTwo();
    await wait(chat, site);
    await press(chat, 'Change: Ana');
    await until(() => chat.step === 'name', 'the name');
    await backend.heal(site);
    setOnline(false);
    setOnline(true);
    await until(() => chat.controller.chat!.uploads!.storedCount === 2, 'the uploads');
    expect(chat.step).to.equal('name');
    expect(lines(chat).filter((line) => line.startsWith('Files uploaded'))).to.deep.equal([]);
  });

  it('a file does not seem to be sent before the backend is available again', async () => {
    const {chat, site} = await withTwo();
    const body = {status: 'unavailable', code: 'unavailable', message: '', request_id: ''};
    await backend.fault(site, {path: '/upload', status: 503, body, times: 2});
    // Before it sends the bytes again, the widget asks for the files.
    await backend.fault(site, {method: 'GET', path: '/api/files', delayMs: 60_000});
    await press(chat, 'Upload files');
    const asked = async () =>
      (await backend.calls(site)).filter(
        ({method, path}) => method === 'GET' && path === '/api/files',
      ).length;
    await untilAsked(async () => (await asked()) === 2, 'another attempt for each file');
    for (const {says, state} of rows(chat)) {
      expect(says).to.equal('We’re very busy right now. We’ll continue automatically.');
      expect(state).to.equal('uploading');
    }
    expect(inside(chat, 'progress')).to.equal(null);
  });
});
