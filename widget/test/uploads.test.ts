import {expect} from '@open-wc/testing';

import {MAX_FILE_BYTES} from '../../server/contract/limits.js';
import type {MariaFileAcceptEvent} from '../index.js';
import {
  backend,
  button,
  choose,
  inside,
  mountOpen,
  newSite,
  pause,
  pdf,
  press,
  reachFiles,
  rows,
  stored,
  until,
  untilCalled,
  untilQuiet,
} from './helpers.js';

const atFiles = async (site = newSite()) => {
  const chat = await mountOpen(site);
  await reachFiles(chat);
  return {chat, site};
};

const untilState = (chat: Element, ...states: string[]) =>
  until(
    () =>
      rows(chat)
        .map(({state}) => state)
        .join() === states.join(),
    `the rows to be ${states.join()}`,
  );

const visitOf = (site: string) => backend.visit(stored(site, 'session_uuid')!);

describe('uploads', () => {
  it('queued files go when the visitor says so, and not before', async () => {
    const {chat, site} = await atFiles();
    await choose(chat, pdf('one.pdf'), pdf('two.pdf'));
    await untilState(chat, 'queued', 'queued');
    expect((await visitOf(site)).files).to.have.length(0);
    await press(chat, 'Upload files');
    await untilState(chat, 'success', 'success');
    expect((await visitOf(site)).files.map(({name}) => name).sort()).to.deep.equal([
      'one.pdf',
      'two.pdf',
    ]);
  });

  it('the size stands before the file in the form', async () => {
    const {chat, site} = await atFiles();
    await choose(chat, pdf('one.pdf', 4_321));
    await press(chat, 'Upload files');
    await untilState(chat, 'success');
    expect((await visitOf(site)).files[0]!.size).to.equal(4_321);
  });

  it('exactly the limit is taken, one byte more is not', async () => {
    const {chat} = await atFiles();
    await choose(chat, pdf('fits.pdf', MAX_FILE_BYTES), pdf('large.pdf', MAX_FILE_BYTES + 1));
    await untilState(chat, 'queued', 'error');
    expect(rows(chat)[1]!.says).to.equal('This file is over 5 MB. Please choose a smaller one.');
  });

  it('the third file is taken, the fourth keeps its row and its reason', async () => {
    const {chat} = await atFiles();
    await choose(chat, pdf('1.pdf'), pdf('2.pdf'), pdf('3.pdf'), pdf('4.pdf'));
    await untilState(chat, 'queued', 'queued', 'queued', 'error');
    expect(rows(chat)[3]!.says).to.include('reached the limit');
    expect(inside<HTMLInputElement>(chat, '.picker')!.hidden).to.equal(true);
  });

  it('two drops at once do not pass the limit together', async () => {
    const {chat} = await atFiles();
    await Promise.all([
      choose(chat, pdf('1.pdf'), pdf('2.pdf')),
      choose(chat, pdf('3.pdf'), pdf('4.pdf')),
    ]);
    await until(() => rows(chat).length === 4, 'four rows');
    expect(rows(chat).filter(({state}) => state === 'queued')).to.have.length(3);
  });

  it('a PDF is known by its bytes, not by its name', async () => {
    const {chat} = await atFiles();
    const text = new File(['hello'], 'text.pdf', {type: 'application/pdf'});
    const unnamed = new File([`${' '.repeat(1019)}%PDF-1.4`], 'scan', {type: ''});
    const late = new File([`${' '.repeat(1020)}%PDF-1.4`], 'late.pdf');
    await choose(chat, text, unnamed, late, new File([], 'empty.pdf'));
    await untilState(chat, 'error', 'queued', 'error', 'error');
    expect(rows(chat).map(({says}) => says)).to.deep.equal([
      'This isn’t a PDF. Please save it as a PDF and try again.',
      'Ready to upload',
      'This isn’t a PDF. Please save it as a PDF and try again.',
      'This file is empty. Please choose another one.',
    ]);
  });

  it('one refused by the backend does not hold up the others', async () => {
    const {chat} = await atFiles();
    await choose(chat, pdf('infected.pdf'), pdf('clean.pdf'));
    await untilState(chat, 'queued', 'queued');
    await press(chat, 'Upload files');
    await untilState(chat, 'error', 'success');
    expect(rows(chat)[0]!.says).to.equal(
      'Our security check flagged this file. Please choose another one.',
    );
    expect(button(chat, 'Done & continue')!.disabled).to.equal(false);
  });

  it('going on is offered once there are as many files as the site needs', async () => {
    const site = newSite();
    await backend.config(site, {limits: {max_files: 3, min_files: 2, max_file_bytes: 9_000}});
    const {chat} = await atFiles(site);
    expect(button(chat, 'Done & continue')).to.equal(undefined);
    await choose(chat, pdf('one.pdf'));
    await untilState(chat, 'queued');
    expect(button(chat, 'Done & continue')).to.equal(undefined);
    expect(button(chat, 'Upload files')).to.exist;
    await choose(chat, pdf('two.pdf'));
    await until(() => button(chat, 'Done & continue'), 'the way on');
  });

  it('a site that needs no file lets the visitor go on without', async () => {
    const site = newSite();
    const limits = {max_files: 1, min_files: 0, max_file_bytes: 1_000};
    await backend.config(site, {limits});
    const {chat} = await atFiles(site);
    await press(chat, 'Continue without files');
    await until(() => inside(chat, 'input[type=email]'), 'the e-mail field');
  });

  it('cancelling stops the upload and offers to try again', async () => {
    const {chat, site} = await atFiles();
    await backend.fault(site, {path: '/upload', delayMs: 400, times: 1});
    await choose(chat, pdf('slow.pdf'));
    await press(chat, 'Upload files');
    await press(chat, 'Cancel upload of slow.pdf');
    await untilState(chat, 'error');
    expect(rows(chat)[0]!.says).to.equal('Cancelled.');
    await pause(500);
    await press(chat, 'Try again: slow.pdf');
    await untilState(chat, 'success');
  });

  it('a retry carries the same key, so that the file is stored once', async () => {
    const {chat, site} = await atFiles();
    await backend.fault(site, {path: '/upload', status: 500, body: '<h1>Oops</h1>', times: 1});
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await untilState(chat, 'error');
    await press(chat, 'Try again: one.pdf');
    await untilState(chat, 'success');
    expect((await visitOf(site)).files).to.have.length(1);
  });

  it('a busy backend is asked again by itself, after the pause it names', async () => {
    const {chat, site} = await atFiles();
    const body = {status: 'unavailable', code: 'busy', message: 'busy', request_id: 'x'};
    await backend.fault(site, {
      path: '/upload',
      status: 503,
      body,
      headers: {'Retry-After': '1'},
      times: 1,
    });
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await untilState(chat, 'uploading');
    await untilState(chat, 'success');
  });

  it('removing an uploaded file removes it from the backend', async () => {
    const {chat, site} = await atFiles();
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await untilState(chat, 'success');
    await press(chat, 'Remove one.pdf');
    await until(() => rows(chat).length === 0, 'the row to go');
    expect((await visitOf(site)).files).to.have.length(0);
  });

  it('a row whose removal failed stays', async () => {
    const {chat, site} = await atFiles();
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await untilState(chat, 'success');
    await backend.fault(site, {method: 'DELETE', status: 500, body: {}});
    await press(chat, 'Remove one.pdf');
    await pause(200);
    expect(rows(chat)).to.have.length(1);
  });

  it('the page may leave a file out', async () => {
    const {chat} = await atFiles();
    const asked: MariaFileAcceptEvent[] = [];
    chat.addEventListener('maria-file-accept', (event) => {
      asked.push(event);
      if (event.size > 3_000) event.preventDefault();
    });
    await choose(chat, pdf('small.pdf', 2_000), pdf('large.pdf', 4_000));
    await untilState(chat, 'queued');
    expect(asked.map(({size}) => size)).to.deep.equal([2_000, 4_000]);
    expect(JSON.stringify(asked.map((event) => ({...event})))).to.not.include('small.pdf');
  });

  it('files may be dropped anywhere on the panel', async () => {
    const {chat} = await atFiles();
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(pdf('dropped.pdf'));
    const drop = (type: string) =>
      inside(chat, '.header')!.dispatchEvent(
        new DragEvent(type, {dataTransfer, bubbles: true, composed: true, cancelable: true}),
      );
    expect(drop('dragover')).to.equal(false);
    await until(() => inside(chat, '.drop-here'), 'the place to drop');
    drop('drop');
    await untilState(chat, 'queued');
    expect(inside(chat, '.drop-here')).to.equal(null);
  });

  it('files may be pasted', async () => {
    const {chat} = await atFiles();
    const clipboardData = new DataTransfer();
    clipboardData.items.add(pdf('pasted.pdf'));
    const paste = new Event('paste', {bubbles: true, composed: true, cancelable: true});
    // A ClipboardEvent made by hand has an empty clipboard in Firefox.
    Object.defineProperty(paste, 'clipboardData', {value: clipboardData});
    inside(chat, '.picker')!.dispatchEvent(paste);
    await untilState(chat, 'queued');
  });

  it('a name in any script is shown as it is', async () => {
    const {chat, site} = await atFiles();
    const name = 'وثيقة 📄 «Ä».pdf';
    await choose(chat, pdf(name));
    await press(chat, 'Upload files');
    await untilState(chat, 'success');
    expect(rows(chat)[0]!.name).to.equal(name);
    expect((await visitOf(site)).files[0]!.name).to.equal(name);
  });

  it('files go on uploading while the panel is closed', async () => {
    const {chat, site} = await atFiles();
    await backend.fault(site, {path: '/upload', delayMs: 300, times: 1});
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await chat.close();
    await untilCalled(site, 'POST', '/upload');
    await untilQuiet(site);
    expect((await visitOf(site)).files).to.have.length(1);
    await chat.open();
    await untilState(chat, 'success');
  });
});
