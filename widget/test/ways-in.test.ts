import {expect, fixture, html} from '@open-wc/testing';

import {button, inside, newSite, pause, sitePage, start, until} from './helpers.js';

const page = (attributes: Record<string, string>) =>
  sitePage(new URLSearchParams({site: newSite(), ...attributes}).toString());

describe('ways in', () => {
  for (const [how, where] of [
    ['', 'in the head, before there is a body'],
    ['async', 'async'],
    ['defer', 'deferred'],
    ['type=module', 'as a module'],
    ['injected', 'from a tag manager, after the page has loaded'],
    ['inserted', 'inserted by jQuery, which runs it from a tag without attributes'],
  ] as const) {
    it(`the script works ${where}`, async () => {
      const site = newSite();
      const {chat, document, window} = await page({site, how, lang: 'de', 'offset-x': '40'});
      expect(chat.getAttribute('site')).to.equal(site);
      expect(chat.getAttribute('api')).to.equal(location.origin);
      expect(button(chat, 'Chat öffnen')).to.exist;
      const {right} = inside(chat, '.launcher')!.getBoundingClientRect();
      expect(window.innerWidth - right).to.equal(40);
      button(chat, 'Chat öffnen')!.click();
      await start(chat);
      await until(() => chat.isOpen && inside(chat, 'input[name=answer]'), 'the first question');
      expect(chat.parentElement?.localName).to.equal('body');
      expect(document.querySelectorAll('maria-chat')).to.have.length(1);
    });
  }

  it('inserted by jQuery, the script keeps its other attributes when its address names the site', async () => {
    const site = newSite();
    const src = `/maria-chat.js?site=${site}`;
    const {chat} = await sitePage(
      new URLSearchParams({src, how: 'inserted', lang: 'de'}).toString(),
    );
    expect(chat.getAttribute('site')).to.equal(site);
    expect(chat.getAttribute('lang')).to.equal('de');
  });

  it('in a bundle of the page’s it takes nothing from the page’s own address', async () => {
    const {chat} = await page({how: 'imported', lang: 'de', api: 'http://127.0.0.1:9', site: 'a'});
    expect(chat.getAttribute('site')).to.equal('a');
    expect(chat.getAttribute('lang')).to.equal(null);
    expect(chat.getAttribute('api')).to.equal(location.origin);
  });

  it('in a page without an address, its address is that of the page around it', async () => {
    const srcdoc = `<script type="module">import '${location.origin}/maria-chat.js';</script>`;
    const frame = await fixture<HTMLIFrameElement>(html`<iframe srcdoc=${srcdoc}></iframe>`);
    const chat = await until(
      () => frame.contentDocument?.querySelector('maria-chat'),
      'the element',
    );
    expect(chat.getAttribute('api')).to.equal(location.origin);
  });

  it('from a tag manager and in the page at once there is one button', async () => {
    const {document, window} = await page({how: 'injected', twice: '1'});
    await pause(200);
    expect(document.querySelectorAll('script[src]').length).to.be.greaterThan(1);
    expect(document.querySelectorAll('maria-chat')).to.have.length(1);
    await window.MariaChat!.open();
    expect(document.querySelectorAll('maria-chat')).to.have.length(1);
  });

  it('what was called before the script came is done once it is there, in order', async () => {
    const calls = [['setLang', 'fr'], ['hide'], ['setTheme', 'dark']];
    const {chat, window} = await page({queue: JSON.stringify(calls)});
    await until(() => chat.getAttribute('theme'), 'the last call');
    expect(chat.getAttribute('lang')).to.equal('fr');
    expect(inside(chat, '.launcher')!.hidden).to.equal(true);
    expect(window.customElements.get('maria-chat')).to.equal(undefined);
  });

  it('an opening that was asked for before the script came opens', async () => {
    const {chat} = await page({queue: JSON.stringify([['prefill', {name: 'Ana'}], ['open']])});
    await start(chat);
    const field = await until(
      () => inside<HTMLInputElement>(chat, 'input[name=answer]'),
      'the first question',
    );
    expect(field.value).to.equal('Ana');
  });

  it('whatever else the page shows in its body, the button is there again', async () => {
    const {chat, document} = await page({});
    document.body.innerHTML = '<main>The next page</main>';
    await until(() => chat.isConnected, 'the element');
    document.body.replaceChildren(document.createElement('main'), document.createElement('p'));
    await until(() => chat.isConnected, 'the element, once more');
    const next = document.createElement('body');
    next.innerHTML = '<main>One more</main>';
    document.body.replaceWith(next);
    await until(() => chat.parentElement === next, 'the element on the new body');
    next.innerHTML = '<main>A</main><footer>B</footer>';
    await until(() => chat.parentElement === next, 'the element in the new body');
    expect(document.querySelectorAll('maria-chat')).to.have.length(1);
  });

  it('taken out alone it stays out, until the page shows another body', async () => {
    const {chat, document} = await page({});
    chat.remove();
    await pause(50);
    expect(chat.isConnected).to.equal(false);
    document.body.replaceWith(document.createElement('body'));
    await until(() => chat.isConnected, 'the element on the new body');
  });

  it('a conversation outlives the page’s navigation', async () => {
    const {chat, window, document} = await page({});
    await window.MariaChat!.open();
    await start(chat);
    await until(() => inside(chat, 'input[name=answer]'), 'the first question');
    inside<HTMLInputElement>(chat, 'input[name=answer]')!.value = 'An';
    window.history.pushState(null, '', '/pages/next');
    document.body.replaceWith(document.createElement('body'));
    await until(() => chat.isConnected, 'the element');
    await pause(50);
    expect(chat.isOpen).to.equal(true);
    expect(inside<HTMLInputElement>(chat, 'input[name=answer]')!.value).to.equal('An');
  });

  it('destroyed, it does not come back with the next body', async () => {
    const {chat, window, document} = await page({});
    await window.MariaChat!.destroy();
    document.body.innerHTML = '<main>The next page</main>';
    document.body.replaceWith(document.createElement('body'));
    await pause(50);
    expect(chat.isConnected).to.equal(false);
    expect(window.MariaChat).to.equal(undefined);
  });

  it('a page that fades in what it knows, or shifts it aside, does not take the button along', async () => {
    const look = `
      body > * { opacity: 0.2; translate: 300px 0; scale: 0.5; rotate: 20deg; zoom: 3; border: 9px solid red }
      :not(:defined) { visibility: hidden; opacity: 0 !important; filter: blur(9px) !important }
      body * { transform: skew(20deg) !important; padding: 20px !important; letter-spacing: 9px !important }`;
    const {chat, window, document} = await page({look});
    const launcher = inside(chat, '.launcher')!;
    await until(() => window.getComputedStyle(chat).zoom === '1', 'the defence to be loaded');
    const {right, bottom, width, height} = launcher.getBoundingClientRect();
    expect([width, height]).to.deep.equal([60, 60]);
    // Less their scrollbars, which some browsers draw beside the page.
    const {clientWidth, clientHeight} = document.documentElement;
    expect([clientWidth - right, clientHeight - bottom]).to.deep.equal([20, 20]);
    const host = window.getComputedStyle(chat);
    expect([host.opacity, host.filter, host.borderTopWidth]).to.deep.equal(['1', 'none', '0px']);
    expect(window.getComputedStyle(launcher).visibility).to.equal('visible');
  });

  it('a page may still take it away by its own style', async () => {
    const {chat} = await page({look: 'maria-chat { display: none }'});
    expect(inside(chat, '.launcher')!.getBoundingClientRect().width).to.equal(0);
  });
});
