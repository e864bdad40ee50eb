import {expect} from '@open-wc/testing';

import {every, inside, mount, mountAtDoors, newSite, replace, until} from './helpers.js';

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

  it('needs no layout before the doors are there', async () => {
    let count = 0;
    const original = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'offsetHeight')!;
    const counted = {
      configurable: true,
      get(this: HTMLElement) {
        count += 1;
        return original.get!.call(this) as number;
      },
    };
    const chat = await mount();
    Object.defineProperty(HTMLElement.prototype, 'offsetHeight', counted);
    try {
      await chat.open();
      await until(() => inside(chat, '.doors'), 'the doors');
      expect(count).to.equal(0);
    } finally {
      Object.defineProperty(HTMLElement.prototype, 'offsetHeight', original);
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
