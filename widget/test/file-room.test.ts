import {expect} from '@open-wc/testing';
import {setViewport} from '@web/test-runner-commands';

import {
  backend,
  choose,
  every,
  inside,
  mountOpen,
  newSite,
  pdf,
  press,
  reachFiles,
  rows,
  until,
} from './helpers.js';

const SEVEN = ['1.pdf', '2.pdf', '3.pdf', '4.pdf', '5.pdf', '6.pdf', '7.pdf'];

const heightOf = (chat: Element, selector: string) =>
  inside(chat, selector)!.getBoundingClientRect().height;

describe('room at the file step', () => {
  for (const [width, height] of [
    [1280, 720],
    [1280, 800],
    [360, 740],
  ] as const) {
    it(`three files and half of the panel for the log fit in ${width} × ${height} px`, async () => {
      await setViewport({width, height});
      const chat = await mountOpen();
      await reachFiles(chat);
      const header = heightOf(chat, '.header');
      await press(chat, 'Ask a question');
      await until(() => inside(chat, 'textarea'), 'the field');
      expect(heightOf(chat, '.header')).to.equal(header);
      await choose(chat, pdf('1.pdf'), pdf('2.pdf', 3_000), pdf('3.pdf', 4_000));
      await until(() => rows(chat).length === 3, 'the rows');
      expect(heightOf(chat, '.log') / heightOf(chat, '.panel')).to.be.at.least(0.5);
      expect(inside(chat, '.main')!.scrollHeight).to.equal(inside(chat, '.main')!.clientHeight);
      const tray = inside(chat, '.tray')!;
      const {top} = inside(chat, '.files > .pair')!.getBoundingClientRect();
      for (const file of every(chat, '.file')) {
        const row = file.getBoundingClientRect();
        expect(row.top).to.be.at.least(tray.getBoundingClientRect().top);
        expect(row.bottom).to.be.at.most(top);
      }
      expect(tray.scrollHeight).to.equal(tray.clientHeight);
      await setViewport({width: 1000, height: 800});
    });
  }

  it('a row has one line with name, size and button, however long the name', async () => {
    await setViewport({width: 360, height: 740});
    const chat = await mountOpen();
    await reachFiles(chat);
    await choose(chat, pdf('1.pdf'), pdf(`${'Contract of sale '.repeat(6)}.pdf`, 3_000));
    await until(() => rows(chat).length === 2, 'the rows');
    for (const row of every(chat, '.file')) {
      expect(row.getBoundingClientRect().height).to.be.at.most(52);
      const [name, hint] = [row.querySelector('.name')!, row.querySelector('.hint')!];
      const middles = [name, hint].map((one) => one.getBoundingClientRect());
      expect(middles[0]!.bottom).to.be.greaterThan(middles[1]!.top);
      expect(hint.textContent).to.include('kB');
    }
    await setViewport({width: 1000, height: 800});
  });

  it('before any file, there is no empty space where buttons are later', async () => {
    const site = newSite();
    await backend.config(site, {limits: {max_files: 9, min_files: 1, max_file_bytes: 9_000}});
    const chat = await mountOpen(site);
    await reachFiles(chat);
    expect(every(chat, '.files > .pair')).to.have.length(0);
    await choose(chat, pdf('1.pdf'));
    await until(() => inside(chat, '.files > .pair'), 'the buttons');
  });

  it('the newest of seven chosen files is in view', async () => {
    const site = newSite();
    await backend.config(site, {limits: {max_files: 9, min_files: 1, max_file_bytes: 9_000}});
    await setViewport({width: 390, height: 560});
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await choose(chat, ...SEVEN.map((name) => pdf(name)));
    await until(() => rows(chat).length === SEVEN.length, 'the rows');
    const tray = inside(chat, '.tray')!;
    await until(() => tray.scrollTop > 0, 'the tray to be scrolled');
    const row = every(chat, '.file').at(-1)!.getBoundingClientRect();
    expect(row.top).to.be.at.least(tray.getBoundingClientRect().top);
    expect(row.bottom).to.be.at.most(inside(chat, '.files > .pair')!.getBoundingClientRect().top);
    await setViewport({width: 1000, height: 800});
  });
});
