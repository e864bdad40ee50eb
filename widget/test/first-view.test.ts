import {expect} from '@open-wc/testing';

import {mountAtDoors, newSite, replace} from './helpers.js';

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
});
