import {expect, fixture, html} from '@open-wc/testing';
import {setViewport} from '@web/test-runner-commands';

import type {MariaChat} from '../element/maria-chat.js';
import {
  button,
  choose,
  every,
  inside,
  mount,
  mountOpen,
  newSite,
  pdf,
  press,
  reachFiles,
  reachPending,
  rows,
  store,
  until,
} from './helpers.js';

const fits = (chat: Element) => {
  const edge = document.documentElement.clientWidth;
  return every(chat, '.panel *')
    .filter((one) => !one.closest('.sr') && one.getBoundingClientRect().width > 0)
    .filter((one) => {
      const {left, right} = one.getBoundingClientRect();
      return left < -1 || right > edge + 1;
    })
    .map((one) => one.className || one.localName);
};

/** Words that are on more than one line. */
const brokenWords = (root: Element) => {
  const broken: string[] = [];
  const range = document.createRange();
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode as Text;
    for (const {0: word, index} of node.data.matchAll(/[^\s-]+/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set([...range.getClientRects()].map(({top}) => Math.round(top)));
      if (lines.size > 1) broken.push(word);
    }
  }
  return broken;
};

const isPinned = (chat: Element) => {
  const {scrollHeight, clientHeight} = inside(chat, '.tray')!;
  return scrollHeight - clientHeight > 20;
};

/** Scroll positions at which a part of a row is visible below the pinned button. */
const peepingOut = (chat: Element) => {
  const tray = inside(chat, '.tray')!;
  const positions: number[] = [];
  for (let top = 0; top <= tray.scrollHeight - tray.clientHeight; top += 3) {
    tray.scrollTop = top;
    const barEnd = inside(chat, '.files > .pair')!.getBoundingClientRect().bottom;
    const trayEnd = tray.getBoundingClientRect().bottom;
    // Less than a pixel of the screen.
    const isPeeping = every(chat, '.file').some(
      (row) => Math.min(row.getBoundingClientRect().bottom, trayEnd) > barEnd + 0.3,
    );
    if (isPeeping) positions.push(top);
  }
  return positions;
};

describe('narrow screen', () => {
  it('at 320 px the panel fills the window and nothing sticks out, at every step to the files', async () => {
    await setViewport({width: 320, height: 568});
    const chat = await mountOpen();
    const {width, height} = inside(chat, '.panel')!.getBoundingClientRect();
    expect([width, height]).to.deep.equal([320, 568]);
    expect(fits(chat)).to.deep.equal([]);
    await reachFiles(chat, 'A'.repeat(90));
    await choose(chat, pdf(`${'very-long-name-'.repeat(10)}.pdf`), pdf('b.pdf'), pdf('c.pdf'));
    await until(() => rows(chat).length === 3, 'the rows');
    expect(fits(chat)).to.deep.equal([]);
    expect(inside(chat, '.log')!.clientHeight).to.be.at.least(60);
  });

  for (const lang of ['en', 'ar']) {
    it(`the end of a file name is in view at 320 px: ${lang}`, async () => {
      await setViewport({width: 320, height: 568});
      const chat = await mountOpen();
      await reachFiles(chat);
      await chat.setLang(lang);
      await choose(chat, pdf('certificate_of_2024.pdf'), pdf('شهادة_الخبرة_المهنية_2024.pdf'));
      await until(() => rows(chat).length === 2, 'the rows');
      for (const name of every(chat, '.name')) {
        const end = document.createRange();
        end.selectNode(name.firstElementChild!.lastChild!);
        expect(String(end)).to.match(/^_.*2024\.pdf$/);
        const [shown, box] = [end.getBoundingClientRect(), name.getBoundingClientRect()];
        expect(shown.left).to.be.at.least(box.left - 1);
        expect(shown.right).to.be.at.most(box.right + 1);
      }
    });
  }

  it('words break only between each other in my data, with the largest text, in German', async () => {
    await setViewport({width: 320, height: 568});
    const site = newSite();
    store(site, 'text-size', '1.3');
    const chat = await mountOpen(site);
    await reachPending(chat);
    await chat.setLang('de');
    await press(chat, 'Mehr');
    await until(() => every(chat, '.item').length > 0, 'the menu');
    expect(brokenWords(inside(chat, '.dialog')!)).to.deep.equal([]);
    every(chat, '.item')[0]!.click();
    await until(() => button(chat, 'Alles löschen'), 'what is stored');
    expect(brokenWords(inside(chat, '.content')!)).to.deep.equal([]);
    expect(fits(chat)).to.deep.equal([]);
  });

  it('what fills the screen has the other chats of the page below it, buttons and all', async () => {
    await setViewport({width: 390, height: 780});
    const chat = await mountOpen();
    await mount(newSite());
    const at = inside(chat, '.send')!.getBoundingClientRect();
    const found = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
    expect(found === chat).to.equal(true);
  });

  it('a page that is loaded anew is not covered, and the button counts nothing as new', async () => {
    await setViewport({width: 390, height: 780});
    const site = newSite();
    const before = await mountOpen(site);
    await reachFiles(before);
    before.remove();
    const chat = await fixture<MariaChat>(html`<maria-chat site=${site} lang="en"></maria-chat>`);
    await until(() => inside(chat, '.launcher'), 'the launcher');
    await chat.open({isQuiet: true});
    expect(chat.isOpen).to.equal(false);
    expect(chat.unreadCount).to.equal(0);
    expect(inside(chat, '.launcher')!.ariaLabel).to.equal('Open chat');
    inside(chat, '.launcher')!.click();
    await until(() => inside(chat, '.picker'), 'the files');
  });

  it('a phone on its side is filled, too, and all can be reached', async () => {
    await setViewport({width: 640, height: 320});
    const chat = await mountOpen();
    const {width, height} = inside(chat, '.panel')!.getBoundingClientRect();
    expect([width, height]).to.deep.equal([640, 320]);
    await reachFiles(chat);
    await choose(chat, pdf('a.pdf'), pdf('b.pdf'));
    await until(() => rows(chat).length === 2, 'the rows');
    const done = every(chat, '.files .pair button').at(-1)!.getBoundingClientRect();
    expect(done.bottom).to.be.at.most(320);
    expect(inside(chat, '.tray')!.clientHeight).to.be.at.least(160);
    expect(inside(chat, '.log')!.clientHeight).to.be.at.least(160);
  });

  it('however many files there are, what was said can be read, and the way on is in view', async () => {
    for (const [width, height] of [
      [390, 560],
      [320, 568],
      [360, 340],
    ] as const) {
      await setViewport({width, height});
      const chat = await mountOpen(newSite());
      await reachFiles(chat);
      await choose(chat, pdf('a.pdf'), pdf('b.pdf'), pdf('c.pdf'), pdf('d.pdf'));
      await until(() => rows(chat).length === 4, 'the rows');
      const log = inside(chat, '.log')!.clientHeight;
      expect(log / height, `${height} px`).to.be.at.least(0.19);
      const {bottom} = every(chat, '.files .pair button').at(-1)!.getBoundingClientRect();
      expect(bottom).to.be.at.most(height);
      await chat.destroy();
    }
  });

  it('one pixel below 600 it is full screen and modal, at 600 it is not', async () => {
    await setViewport({width: 599, height: 800});
    const chat = await mountOpen(newSite());
    expect(inside(chat, '.panel')!.clientWidth).to.equal(599);
    expect(inside(chat, '.panel')!.ariaModal).to.equal('true');
    await setViewport({width: 600, height: 800});
    await until(() => inside(chat, '.panel')!.clientWidth === 400, 'the panel to shrink');
    await until(() => inside(chat, '.panel')!.ariaModal === null, 'the page to be usable');
  });

  it('no row is visible below the button that is pinned under the list, with the largest text', async () => {
    for (const [width, height] of [
      [320, 568],
      [375, 667],
      [900, 700],
    ] as const) {
      await setViewport({width, height});
      const site = newSite();
      store(site, 'text-size', '1.3');
      const chat = await mountOpen(site);
      await reachFiles(chat);
      await chat.setLang('de');
      await choose(chat, pdf('Bescheinigung.pdf'), pdf('Anlage.pdf'), pdf('Vollmacht.pdf'));
      await until(() => rows(chat).length === 3, 'the rows');
      await until(() => isPinned(chat), 'a list that is longer than its place');
      expect(peepingOut(chat)).to.deep.equal([]);
      inside(chat, '.ask')!.click();
      await until(() => inside(chat, 'textarea'), 'the field');
      expect(peepingOut(chat)).to.deep.equal([]);
      chat.remove();
    }
  });

  it('fields are at least 16 px and everything to press at least 24 px', async () => {
    await setViewport({width: 360, height: 740});
    const chat = await mountOpen();
    expect(getComputedStyle(inside(chat, 'input[name=answer]')!).fontSize).to.equal('16px');
    await reachFiles(chat);
    await choose(chat, pdf('a.pdf'));
    await until(() => rows(chat).length === 1, 'the row');
    for (const target of every(chat, '.panel button, .dropzone')) {
      const {width, height} = target.getBoundingClientRect();
      expect(Math.min(width, height), target.outerHTML).to.be.at.least(24);
    }
  });

  it('a large root size or a hostile page changes nothing inside', async () => {
    await setViewport({width: 900, height: 700});
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      'html{font-size:62.5%} *{letter-spacing:9px;line-height:3;text-transform:uppercase;margin:9px;float:left} maria-chat{display:block;padding:99px}',
    );
    document.adoptedStyleSheets = [sheet];
    const chat = await mountOpen();
    const bubble = getComputedStyle(await until(() => inside(chat, '.bubble'), 'a line'));
    expect(bubble.fontSize).to.equal('15px');
    expect(bubble.letterSpacing).to.equal('normal');
    expect(bubble.textTransform).to.equal('none');
    expect(chat.offsetHeight).to.equal(0);
    document.adoptedStyleSheets = [];
  });
});
