import {expect} from '@open-wc/testing';

import type {MariaChat} from '../element/maria-chat.js';
import {
  answer,
  backend,
  inside,
  lines,
  mountOpen,
  newSite,
  pdf,
  press,
  reachFiles,
  sitePage,
  stored,
  until,
  untilCalled,
  untilSaid,
} from './helpers.js';

/** In the page's own classes: its scripts have changed them. */
const chooseIn = async (chat: Element, window: Window & typeof globalThis) => {
  const picker = await until(() => inside<HTMLInputElement>(chat, '.picker'), 'the file picker');
  const list = new window.DataTransfer();
  const bytes = await pdf('contract.pdf').arrayBuffer();
  list.items.add(new window.File([bytes], 'contract.pdf', {type: 'application/pdf'}));
  picker.files = list.files;
  picker.dispatchEvent(new window.Event('change'));
};

const walkToTheEnd = async (chat: MariaChat, window: Window & typeof globalThis) => {
  inside(chat, '.launcher')!.click();
  await reachFiles(chat);
  await chooseIn(chat, window);
  await press(chat, 'Upload files');
  await press(chat, 'Ask a question');
  const field = await until(() => inside<HTMLTextAreaElement>(chat, 'textarea'), 'the field');
  field.value = 'Is that all?';
  field.dispatchEvent(new Event('input', {bubbles: true}));
  await chat.updateComplete;
  field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}));
  await press(chat, 'Done & continue');
  await answer(chat, 'Your e-mail address', 'ana@example.com');
  await until(() => inside(chat, '.card'), 'the pending card');
};

describe('scripts of the page', () => {
  for (const script of ['prototypes', 'monitoring']) {
    it(`that change ${script}: the whole conversation, and the backend gets all of it`, async () => {
      const site = newSite();
      const {chat, window} = await sitePage(`site=${site}&script=${script}`);
      expect(chat.getAttribute('site')).to.equal(site);
      await walkToTheEnd(chat, window as Window & typeof globalThis);
      const visit = await backend.visit(stored(site, 'session_uuid')!);
      expect(visit).to.include({state: 'pending', name: 'Ana', email: 'ana@example.com'});
      expect(visit.consents.map(({purpose, granted}) => [purpose, granted])).to.deep.equal([
        ['personal_data', true],
        ['ai_training', true],
      ]);
      expect(visit.files.map(({name}) => name)).to.deep.equal(['contract.pdf']);
      expect(visit.messages.map(({body}) => body)).to.deep.equal(['Is that all?']);
    });
  }

  it('that empty the storage: the conversation goes on in the same session', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    const uuid = await until(() => stored(site, 'session_uuid'), 'the session');
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, 'May we store your name');
    localStorage.clear();
    sessionStorage.clear();
    await press(chat, 'I agree');
    await untilSaid(chat, 'train our AI assistant');
    localStorage.clear();
    sessionStorage.clear();
    // Another tab of the page would cause this event; then the state is asked for.
    window.dispatchEvent(new StorageEvent('storage', {key: null, storageArea: localStorage}));
    window.dispatchEvent(new Event('online'));
    await untilCalled(site, 'GET', '/api/session');
    await press(chat, 'I agree');
    await until(() => inside(chat, '.picker'), 'the file picker');
    expect(lines(chat).filter((line) => line.includes('May we store'))).to.have.length(1);
    const list = new DataTransfer();
    list.items.add(pdf('contract.pdf'));
    inside<HTMLInputElement>(chat, '.picker')!.files = list.files;
    inside(chat, '.picker')!.dispatchEvent(new Event('change'));
    await press(chat, 'Upload files');
    await press(chat, 'Done & continue');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => inside(chat, '.card'), 'the pending card');
    const visit = await backend.visit(uuid);
    expect(visit).to.include({state: 'pending', name: 'Ana'});
    expect(visit.files).to.have.length(1);
    expect((await backend.calls(site)).filter(({path}) => path.endsWith('-uuid'))).to.have.length(
      1,
    );
  });

  it('hooks with which the page changes its own elements of Lit do not change the widget', async () => {
    const {chat, window} = await sitePage(`site=${newSite()}`);
    const called: string[] = [];
    for (const name of ['litElementPolyfillSupport', 'litElementHydrateSupport'])
      Object.assign(window, {[name]: () => void called.push(name)});
    inside(chat, '.launcher')!.click();
    await until(() => inside(chat, '.doors'), 'the doors');
    expect(called).to.deep.equal([]);
  });
});
