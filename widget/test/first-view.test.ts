import {expect} from '@open-wc/testing';

import {every, mountAtDoors, newSite, replace} from './helpers.js';

describe('the first view', () => {
  it('needs no numbers of a language, which the browser takes long to prepare', async () => {
    const prepared: unknown[] = [];
    const watched = new Proxy(Intl.Locale, {
      construct: (Locale, [tag, options]: [string, Intl.LocaleOptions?]) => {
        if (options) prepared.push(options);
        return new Locale(tag, options);
      },
    });
    const restore = replace(Intl, 'Locale', watched as never);
    try {
      await mountAtDoors(newSite(), 'de');
      expect(prepared).to.deep.equal([]);
    } finally {
      restore();
    }
  });

  it('needs two weights of the font, each of which the browser takes long to load', async () => {
    const chat = await mountAtDoors();
    const hasText = ({childNodes}: Element) =>
      [...childNodes].some((one) => one instanceof Text && one.data.trim() !== '');
    const weights = every(chat, '.panel, .panel *')
      .filter((one) => hasText(one) || one.matches('button, textarea'))
      .map((one) => getComputedStyle(one).fontWeight);

    expect([...new Set(weights)].sort()).to.deep.equal(['400', '600']);
  });
});
