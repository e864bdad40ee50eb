import {expect} from '@open-wc/testing';
import {setViewport} from '@web/test-runner-commands';

import {every, inside, mountOpen, newSite, store, until} from './helpers.js';
import {ask, siteWith} from './questions.js';

/** Width and height of the window, and size of the text. The last two are windows at a zoom of 200 %. */
const WINDOWS = [
  [1280, 720, '1'],
  [1280, 720, '1.3'],
  [360, 640, '1'],
  [360, 640, '1.3'],
  [320, 568, '1.3'],
  [640, 360, '1'],
  [640, 360, '1.3'],
  [500, 400, '1.3'],
] as const;

/** Returns whether nothing covers or cuts off an element, at its upper and its lower edge. */
const isInView = (element: HTMLElement) => {
  const {left, right, top, bottom} = element.getBoundingClientRect();
  const root = element.getRootNode() as ShadowRoot;
  return [top + 4, bottom - 4].every((y) => {
    const hit = root.elementFromPoint((left + right) / 2, y);
    return hit !== null && element.contains(hit);
  });
};

const openAtConsent = async (lang: string, size: string) => {
  const site = newSite();
  store(site, 'text-size', size);
  const chat = await mountOpen(site, lang);
  chat.setAttribute('privacy-url', 'https://acme.example/privacy');
  const form = inside<HTMLFormElement>(chat, '.tray form')!;
  form.querySelector('input')!.value = 'Ana';
  form.requestSubmit();
  await until(() => inside(chat, '.consent .link'), 'the consent');
  return chat;
};

describe('the buttons of a step', () => {
  it('the button below a list covers nothing of the one that skips the question', async () => {
    const options = [...'abcdefghij'].map((value) => ({value, label: `Option ${value}`}));
    const question = {kind: 'choice', text: 'Which?', options, required: false};
    const chat = await mountOpen(await siteWith([ask('options', question)]));
    const skip = await until(() => inside(chat, '.question > .link'), 'the button');
    const {bottom} = inside(chat, '.question .pair')!.getBoundingClientRect();
    expect(bottom).to.be.at.most(skip.getBoundingClientRect().top);
  });

  for (const [width, height, size] of WINDOWS) {
    const where = `${width} × ${height} px, text ${size}`;

    it(`both answers to a consent are in view: ${where}`, async () => {
      await setViewport({width, height});
      for (const lang of ['en', 'de']) {
        const chat = await openAtConsent(lang, size);
        expect(every(chat, '.consent button').map(isInView), lang).to.deep.equal([true, true]);
        chat.remove();
      }
      await setViewport({width: 1000, height: 800});
    });

    it(`no button covers the hint of its question: ${where}`, async () => {
      await setViewport({width, height});
      const options = [...'abcdef'].map((value) => ({value, label: `A longer option ${value}`}));
      const hint = 'You can change this later.';
      const site = await siteWith([ask('one', {kind: 'choice', text: 'Which?', hint, options})]);
      store(site, 'text-size', size);
      const chat = await mountOpen(site);
      await until(() => every(chat, '.question .pair button').length === 6, 'the buttons');
      const tray = inside(chat, '.tray')!;
      tray.scrollTop = 0;
      expect(isInView(inside(chat, '#answer-hint')!)).to.equal(true);
      tray.scrollTop = tray.scrollHeight;
      expect(isInView(every(chat, '.question .pair button').at(-1)!)).to.equal(true);
      await setViewport({width: 1000, height: 800});
    });

    it(`the button below a long list of options is in view: ${where}`, async () => {
      await setViewport({width, height});
      const options = [...'abcdefghij'].map((value) => ({value, label: `Option ${value}`}));
      const site = await siteWith([ask('options', {kind: 'choice', text: 'Which?', options})]);
      store(site, 'text-size', size);
      const chat = await mountOpen(site);
      const found = await until(() => inside(chat, '.question .primary'), 'the button');
      await until(() => isInView(found), 'the button in view');
      const list = inside(chat, 'fieldset')!;
      expect(list.scrollHeight).to.be.above(list.clientHeight);
      await setViewport({width: 1000, height: 800});
    });
  }
});
