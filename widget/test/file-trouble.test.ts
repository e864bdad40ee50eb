import {expect} from '@open-wc/testing';

import {ClientError} from '../core/transport/api-client.js';
import {createUploadQueue} from '../core/uploads/uploads.js';
import {
  backend,
  button,
  choose,
  inside,
  mountOpen,
  newSite,
  pdf,
  press,
  reachFiles,
  replace,
  rows,
  stored,
  until,
} from './helpers.js';

const UNAVAILABLE = {status: 'unavailable', code: 'unavailable', message: 'x', request_id: 'x'};

const atFiles = async () => {
  const site = newSite();
  const chat = await mountOpen(site);
  await reachFiles(chat);
  return {chat, site};
};

const withStoredFile = async () => {
  const opened = await atFiles();
  await choose(opened.chat, pdf('one.pdf'));
  await press(opened.chat, 'Upload files');
  await untilRowSays(opened.chat, 'Uploaded');
  return opened;
};

const untilRowSays = (chat: Element, words: string) =>
  until(() => rows(chat)[0]?.says === words, `the row to say “${words}”`);

const filesOf = async (site: string) =>
  (await backend.visit(stored(site, 'session_uuid')!)).files.map(({name}) => name);

const uploadsOf = async (site: string) =>
  (await backend.calls(site)).filter(({path}) => path.endsWith('/upload'));

describe('file trouble', () => {
  it('a removal is repeated until the backend has deleted the file', async () => {
    const {chat, site} = await withStoredFile();
    await backend.fault(site, {method: 'DELETE', status: 503, body: UNAVAILABLE, times: 2});
    await press(chat, 'Remove one.pdf');
    await untilRowSays(chat, 'Removing…');
    expect(button(chat, 'Done & continue')).to.equal(undefined);
    await until(() => rows(chat).length === 0, 'the row to go');
    expect(await filesOf(site)).to.deep.equal([]);
  });

  it('a removal without a connection is completed when the connection is back', async () => {
    const {chat, site} = await withStoredFile();
    await backend.fault(site, {drop: true});
    await press(chat, 'Remove one.pdf');
    await untilRowSays(chat, 'Removing…');
    await until(
      () => inside(chat, '.notices')?.textContent.includes('can’t connect'),
      'the notice',
    );
    await backend.heal(site);
    window.dispatchEvent(new Event('online'));
    await until(() => rows(chat).length === 0, 'the row to go');
    expect(await filesOf(site)).to.deep.equal([]);
  });

  it('a removal that failed is shown in its row and can be repeated', async () => {
    const {chat, site} = await withStoredFile();
    await backend.fault(site, {method: 'DELETE', status: 500, body: '<h1>Oops</h1>', times: 1});
    await press(chat, 'Remove one.pdf');
    await untilRowSays(chat, 'Not removed. Please try again.');
    expect(await filesOf(site)).to.deep.equal(['one.pdf']);
    expect(inside(chat, '.file .state')!.role).to.equal('alert');
    await press(chat, 'Remove one.pdf');
    await until(() => rows(chat).length === 0, 'the row to go');
    expect(await filesOf(site)).to.deep.equal([]);
  });

  it('a file is not sent again while the backend still works on it', async () => {
    const {chat, site} = await atFiles();
    await backend.fault(site, {path: '/upload', status: 503, body: UNAVAILABLE, times: 1});
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await until(() => rows(chat)[0]?.says.startsWith('We’re very busy'), 'the pause');
    const [sent] = await uploadsOf(site);
    const uploading = [{idempotency_key: sent!.key}];
    const isInProgress = {status: 200, body: {files: [], uploading}};
    await backend.fault(site, {method: 'GET', path: '/api/files', ...isInProgress, times: 2});
    await untilRowSays(chat, 'Uploaded');
    expect(await uploadsOf(site)).to.have.length(2);
    const asked = (await backend.calls(site)).filter(({path}) => path === '/api/files');
    expect(asked).to.have.length(3);
  });

  it('a file that cannot be read any more is named, and not sent again', async () => {
    const {chat, site} = await atFiles();
    const file = pdf('one.pdf');
    await choose(chat, file);
    await until(() => rows(chat).length === 1, 'the row');
    const isUnreadable = () => Promise.reject(new TypeError('Failed to fetch'));
    const restore = replace(Response.prototype, 'arrayBuffer', isUnreadable);
    try {
      await press(chat, 'Upload files');
      await untilRowSays(chat, 'This file was changed or moved. Please add it again.');
    } finally {
      restore();
    }
    expect(await uploadsOf(site)).to.have.length(0);
    expect(button(chat, 'Try again: one.pdf')).to.equal(undefined);
    expect(inside(chat, '.notices')?.textContent ?? '').to.not.include('can’t connect');
  });

  it('a lower limit of the page holds for files that are chosen after it was set', async () => {
    const {chat} = await atFiles();
    await choose(chat, pdf('one.pdf'));
    await until(() => rows(chat).length === 1, 'the row');
    chat.setAttribute('max-files', '1');
    chat.setAttribute('max-file-size', '1000');
    await until(() => !inside(chat, '.dropzone'), 'the limit');
    await press(chat, 'Remove one.pdf');
    await choose(chat, pdf('two.pdf'));
    await until(() => rows(chat)[0]?.says.startsWith('This file is over 1 kB'), 'the refusal');
  });

  it('no timer of an upload outlives its conversation', async () => {
    const failure = new ClientError('rate_limited', 'rate_limited', 3_600_000);
    const uploads = createUploadQueue(() => ({maxFiles: 3, minFiles: 1, maxFileBytes: 5_000}), {
      send: () => Promise.reject(failure),
      isInProgress: () => Promise.resolve(false),
      erase: () => Promise.resolve(),
      isOnline: () => true,
      onChange: () => undefined,
      onFailure: () => undefined,
    });
    const timers = watchTimers();
    try {
      await uploads.add([pdf('one.pdf')]);
      uploads.start();
      await until(() => timers.waiting.size > 0, 'the pause before the next attempt');
      uploads.clear();
      expect([...timers.waiting.values()]).to.deep.equal([]);
    } finally {
      timers.restore();
    }
  });
});

/** Timers of an hour and more that have neither run nor been cleared, with their delays. */
const watchTimers = () => {
  const waiting = new Map<number, number>();
  const set = window.setTimeout.bind(window);
  const clear = window.clearTimeout.bind(window);
  const start = (run: () => void, ms = 0) => {
    const timer = set(run, ms);
    if (ms >= 3_600_000) waiting.set(timer, ms);
    return timer;
  };
  const stop = (timer: number) => {
    waiting.delete(timer);
    clear(timer);
  };
  const restores = [
    replace(window, 'setTimeout', start as () => unknown),
    replace(window, 'clearTimeout', stop as () => unknown),
  ];
  return {waiting, restore: () => restores.forEach((restore) => restore())};
};
