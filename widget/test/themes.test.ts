import {expect, nextFrame} from '@open-wc/testing';

import {violations} from './axe.js';
import {
  choose,
  inside,
  mountOpen,
  newSite,
  pdf,
  press,
  pressInMenu,
  reachFiles,
  stored,
  until,
  answer,
  backend,
} from './helpers.js';

const THEMES = ['paper', 'nocturne', 'meadow'];
const REFERENCE = '/widget/REFERENCE.md';

const textOf = async (address: string) => (await fetch(address)).text();
const namesIn = (css: string, pattern: RegExp) => [
  ...new Set([...css.matchAll(pattern)].map(([, name]) => name)),
];

const dress = async (theme: string) => {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = `/examples/themes/${theme}.css`;
  const loaded = new Promise((resolve) => link.addEventListener('load', resolve));
  document.head.append(link);
  await loaded;
  return () => link.remove();
};

describe('ready themes', () => {
  for (const theme of THEMES) {
    it(`${theme} uses only names of the reference`, async () => {
      const css = await textOf(`/examples/themes/${theme}.css`);
      const reference = await textOf(REFERENCE);
      const properties = namesIn(css, /(--maria-[\w-]+)/g);
      const parts = namesIn(css, /::part\((\w+)\)/g);
      expect(properties.length).to.be.greaterThan(8);
      for (const name of [...properties, ...parts])
        expect(reference.includes(`\`${name}\``), name).to.equal(true);
    });

    for (const scheme of ['light', 'dark'] as const) {
      it(`${theme} is readable all the way, ${scheme}`, async () => {
        const undress = await dress(theme);
        try {
          const site = newSite();
          const chat = await mountOpen(site);
          await chat.setTheme(scheme);
          await nextFrame();
          expect(getComputedStyle(chat).getPropertyValue('--maria-accent')).to.not.equal('');
          expect(await violations(chat), 'name').to.deep.equal([]);
          await reachFiles(chat);
          await choose(chat, pdf('a.pdf'), new File(['x'], 'b.pdf'));
          await until(() => inside(chat, '.file.error'), 'the rows');
          expect(await violations(chat), 'files').to.deep.equal([]);
          await press(chat, 'Upload files');
          await until(() => inside(chat, '.file.success'), 'the upload');
          expect(await violations(chat), 'uploaded').to.deep.equal([]);
          await press(chat, 'Done & continue');
          await until(() => inside(chat, '.files p.error'), 'the word about the other file');
          expect(await violations(chat), 'left out').to.deep.equal([]);
          await press(chat, 'Done & continue');
          await answer(chat, 'Your e-mail address', 'ana@example.com');
          await until(() => inside(chat, '.card'), 'the pending card');
          await pressInMenu(chat, 'Start over');
          await until(() => inside(chat, '[role=alertdialog]'), 'the dialog');
          expect(await violations(chat), 'dialog').to.deep.equal([]);
          await press(chat, 'Cancel');
          await backend.confirm(stored(site, 'session_uuid')!);
          await until(() => inside(chat, '.reference'), 'the end', 6_000);
          expect(await violations(chat), 'complete').to.deep.equal([]);
        } finally {
          undress();
        }
      });
    }
  }
});
