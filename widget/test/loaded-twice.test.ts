import {expect, fixture, html} from '@open-wc/testing';

import {mount, newSite, sitePage} from './helpers.js';

describe('loaded twice', () => {
  it('a second script draws no second button', async () => {
    const {document, window} = await sitePage(`twice=1&site=${newSite()}`);
    await window.MariaChat!.open();
    expect(document.querySelectorAll('script')).to.have.length(2);
    expect(document.querySelectorAll('maria-chat')).to.have.length(1);
  });

  it('the script adds only one name to the page’s globals before opening', async () => {
    const {window} = await sitePage(`site=${newSite()}`);
    const bare = await fixture<HTMLIFrameElement>(html`<iframe></iframe>`);
    const known = new Set(Object.getOwnPropertyNames(bare.contentWindow!));
    const added = Object.getOwnPropertyNames(window).filter((name) => !known.has(name));
    expect(added).to.deep.equal(['MariaChat']);
  });

  it('defining the element again does no harm', async () => {
    const first = await mount();
    // Bundled beside the tests by bundle.mjs.
    await import(new URL('index-again.js', import.meta.url).href);
    const second = await mount();
    expect(second.constructor).to.equal(first.constructor);
  });
});
