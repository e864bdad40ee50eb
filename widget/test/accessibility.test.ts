import {expect} from '@open-wc/testing';

import {violations} from './axe.js';
import {contrastOf} from './colours.js';
import {
  answer,
  choose,
  inside,
  mountAtDoors,
  mountOpen,
  newSite,
  pdf,
  reachFiles,
  reachPending,
  until,
} from './helpers.js';

const contrast = (element: HTMLElement) => {
  const {color, backgroundColor} = getComputedStyle(element);
  return contrastOf(color, backgroundColor);
};

const atRest = async (chat: Element) => {
  await until(
    () => inside(chat, '.panel')!.getAnimations({subtree: true}).length === 0,
    'everything to stand still',
  );
};

describe('accessibility', () => {
  for (const accent of ['#ffd60a', '#0b1f4b', '#22c55e', '#f5f5f5', 'hotpink']) {
    it(`the accent ${accent} keeps its text readable`, async () => {
      const chat = await mountOpen();
      chat.setAttribute('accent', accent);
      await chat.updateComplete;
      await reachFiles(chat);
      await choose(chat, pdf('a.pdf'));
      const primary = await until(() => inside(chat, '.primary:enabled'), 'the button');
      await atRest(chat);
      expect(contrast(primary)).to.be.at.least(4.5);
      expect(contrast(inside(chat, '.visitor .bubble')!)).to.be.at.least(4.5);
      expect(await violations(chat)).to.deep.equal([]);
    });
  }

  for (const theme of ['light', 'dark'] as const) {
    it(`the words in an empty field can be read, ${theme}`, async () => {
      const chat = await mountAtDoors();
      await chat.setTheme(theme);
      await atRest(chat);
      const field = inside(chat, 'textarea')!;
      const {color, opacity} = getComputedStyle(field, '::placeholder');
      expect(opacity).to.equal('1');
      expect(contrastOf(color, getComputedStyle(field).backgroundColor)).to.be.at.least(4.5);
    });
  }

  it('the panel is a labelled dialog, the log a live region', async () => {
    const chat = await mountOpen();
    const panel = inside(chat, '.panel')!;
    expect(panel.getAttribute('role')).to.equal('dialog');
    expect(panel.getAttribute('aria-label')).to.equal('Maria');
    expect(inside(chat, '[role=log]')!.ariaLabel).to.equal('Conversation with Maria');
  });

  it('progress is spoken in quarters', async () => {
    const {createAnnouncer} = await import('../ui/steps/progress-announcer.js');
    const {loadLanguage} = await import('../i18n/languages.js');
    const {createUploadQueue} = await import('../core/uploads/uploads.js');
    const language = await loadLanguage('en');
    const announcer = createAnnouncer();
    const uploads = createUploadQueue(() => ({maxFiles: 3, minFiles: 1, maxFileBytes: 5_000}), {
      send: () => new Promise(() => undefined),
      isInProgress: () => Promise.resolve(false),
      erase: () => Promise.resolve(),
      isOnline: () => true,
      onChange: () => undefined,
      onFailure: () => undefined,
    });
    await uploads.add([pdf('a.pdf')]);
    const spoken = new Set<string>();
    for (let percent = 0; percent <= 100; percent++) {
      Object.assign(uploads.rows[0]!, {percent});
      announcer.update(uploads.rows, language);
      spoken.add(announcer.text);
    }
    expect([...spoken]).to.deep.equal([
      '',
      'a.pdf: 25%',
      'a.pdf: 50%',
      'a.pdf: 75%',
      'a.pdf: 100%',
    ]);
  });

  it('what is wrong with a file is spoken, too', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    await choose(chat, new File(['x'], 'b.pdf'));
    const spoken = await until(() => inside(chat, '.file [role=alert]'), 'the reason');
    expect(spoken.textContent).to.equal('This isn’t a PDF. Please save it as a PDF and try again.');
    await choose(chat, pdf('c.pdf'));
    await until(() => inside(chat, '.file.queued'), 'the other row');
    expect(inside(chat, '.file.queued [role=alert]')).to.equal(null);
  });

  it('nothing moves for those who asked for less motion', async () => {
    const chat = await mountOpen();
    await answer(chat, 'Your name', 'Ana');
    await until(() => inside(chat, '.consent'), 'the consent');
    expect(inside(chat, '.panel')!.getAnimations({subtree: true})).to.deep.equal([]);
  });

  it('a wish for less motion does not change what is said', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    expect(chat.state).to.equal('pending');
  });
});
