import {expect} from '@open-wc/testing';

import {
  backend,
  button,
  inside,
  mount,
  newSite,
  sitePage,
  start,
  storedKeys,
  until,
} from './helpers.js';

describe('upgrade', () => {
  it('the loader draws the button and leaves the element for later', async () => {
    const {chat, window} = await sitePage(`site=${newSite()}`);
    expect(window.customElements.get('maria-chat')).to.equal(undefined);
    expect(button(chat, 'Open chat')!.getAttribute('aria-expanded')).to.equal('false');
  });

  it('the very same button is there after the element has come', async () => {
    const {chat, window} = await sitePage(`site=${newSite()}`);
    const before = inside(chat, '.launcher')!;
    const place = before.getBoundingClientRect().toJSON() as object;
    before.dispatchEvent(new PointerEvent('pointerenter'));
    await until(() => window.customElements.get('maria-chat'), 'the element');
    await chat.updateComplete;
    await chat.open({isQuiet: true});
    await until(() => inside(chat, '.panel'), 'the panel');
    expect(inside(chat, '.launcher')).to.equal(before);
    expect(before.previousElementSibling).to.equal(inside(chat, '.panel'));
    expect(before.getBoundingClientRect().toJSON()).to.deep.equal(place);
  });

  it('one click loads, opens and moves the focus inside', async () => {
    const {chat} = await sitePage(`site=${newSite()}`);
    inside(chat, '.launcher')!.click();
    await start(chat);
    await until(() => chat.isOpen && inside(chat, 'input[name=answer]'), 'the first question');
    expect(inside(chat, '.launcher')!.getAttribute('aria-expanded')).to.equal('true');
    expect(inside(chat, '.launcher')!.ariaExpanded).to.equal('true');
  });

  it('before the first opening nothing is stored and the backend is not asked', async () => {
    const site = newSite();
    const {chat, window} = await sitePage(`site=${site}`);
    inside(chat, '.launcher')!.dispatchEvent(new PointerEvent('pointerenter'));
    await until(() => window.customElements.get('maria-chat'), 'the element');
    expect(storedKeys(site)).to.deep.equal([]);
    expect(window.document.cookie).to.equal('');
    expect(await backend.calls(site)).to.deep.equal([]);
  });

  it('attributes of the script reach the element', async () => {
    const {chat} = await sitePage('site=acme&lang=de&theme=dark&position=start&accent=%23c2410c');
    expect(chat.getAttribute('site')).to.equal('acme');
    expect(chat.getAttribute('theme')).to.equal('dark');
    expect(chat.getAttribute('position')).to.equal('start');
    expect(chat.style.getPropertyValue('--maria-accent')).to.equal('#c2410c');
    expect(button(chat, 'Chat öffnen')).to.exist;
    expect(inside(chat, '.launcher')!.getBoundingClientRect().left).to.equal(20);
  });

  it('what a tag manager strips is read from the address of the script', async () => {
    const {chat} = await sitePage(`src=${encodeURIComponent('/maria-chat.js?site=acme&lang=fr')}`);
    expect(chat.getAttribute('site')).to.equal('acme');
    expect(button(chat, 'Ouvrir le chat')).to.exist;
  });

  it('the folder of a version is no part of the backend’s address', async () => {
    const {chat} = await sitePage(`site=acme&src=${encodeURIComponent('/v1/maria-chat.js')}`);
    expect(chat.getAttribute('api')).to.equal(location.origin);
  });

  it('methods called before the opening wait for the element', async () => {
    const {chat, window} = await sitePage(`site=${newSite()}`);
    const global = window.MariaChat!;
    await global.open();
    expect(chat.isOpen).to.equal(true);
    await global.toggle();
    expect(chat.isOpen).to.equal(false);
    expect(global.element).to.equal(chat);
    expect(await global.ready).to.equal(chat);
  });

  it('hiding the launcher loads nothing', async () => {
    const {chat, window} = await sitePage(`site=${newSite()}`);
    await window.MariaChat!.hide();
    expect(inside(chat, '.launcher')!.hidden).to.equal(true);
    expect(window.customElements.get('maria-chat')).to.equal(undefined);
  });

  it('under a strict policy with Trusted Types everything works and nothing is reported', async () => {
    const {chat, window} = await sitePage(`site=${newSite()}&strict=1`);
    const reported: string[] = [];
    window.document.addEventListener('securitypolicyviolation', (event) =>
      reported.push(event.violatedDirective),
    );
    await window.MariaChat!.open();
    await start(chat);
    await until(() => inside(chat, 'input[name=answer]'), 'the first question');
    expect(getComputedStyle(inside(chat, '.panel')!).position).to.equal('fixed');
    expect(reported).to.deep.equal([]);
  });

  it('properties set before the upgrade are kept', async () => {
    const chat = await mount();
    const late = document.createElement('maria-chat');
    late.setAttribute('site', 'late');
    document.body.append(late);
    await late.updateComplete;
    expect(late.site).to.equal('late');
    expect(chat.site).to.not.equal('late');
    late.remove();
  });
});
