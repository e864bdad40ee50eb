import {expect} from '@open-wc/testing';
import {setViewport} from '@web/test-runner-commands';

import {
  backend,
  every,
  inside,
  mount,
  mountOpen,
  newSite,
  press,
  pressInMenu,
  reachPending,
  replace,
  store,
  stored,
  storedKeys,
  until,
  untilSaid,
} from './helpers.js';

const change = (chat: Element, selector: string, value: string) => {
  const field = inside<HTMLInputElement>(chat, selector)!;
  field.value = value;
  field.dispatchEvent(new Event('change'));
};

const openMenu = async (chat: Element) => {
  await press(chat, 'More');
  await until(() => inside(chat, 'select'), 'the menu');
};

/** Whether a sheet that was adopted where it stands takes it off the paper. */
const isPrinted = (element: Element) =>
  !(element.getRootNode() as Document).adoptedStyleSheets
    .flatMap(({cssRules}) => [...cssRules])
    .filter((rule) => rule instanceof CSSMediaRule && rule.conditionText === 'print')
    .flatMap((rule) => [...(rule as CSSMediaRule).cssRules] as CSSStyleRule[])
    .some(({selectorText}) => element.matches(selectorText));

describe('menu', () => {
  it('the language is chosen by its own name, and kept', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await untilSaid(chat, 'What is your name?');
    await openMenu(chat);
    const names = [...inside(chat, 'select')!.querySelectorAll('option')].map((option) =>
      option.textContent.trim(),
    );
    expect(names).to.include('Deutsch').and.to.include('العربية');
    change(chat, 'select', 'ar');
    await untilSaid(chat, 'ما اسمك؟');
    await until(() => inside(chat, 'h2#title')!.textContent === 'المزيد', 'the menu in Arabic');
    expect(inside(chat, '.item')!.textContent).to.include('بياناتي');
    expect(inside(chat, '.inside')!.dir).to.equal('rtl');
    chat.remove();
    const again = await mountOpen(site);
    await untilSaid(again, 'ما اسمك؟');
    await again.setLang('de');
    await untilSaid(again, 'Wie heißen Sie?');
    expect(stored(site, 'lang')).to.equal(null);
  });

  it('what begins again is at the end, apart from what is harmless', async () => {
    const chat = await mountOpen();
    await openMenu(chat);
    const last = every(chat, '.content > *').slice(-2);
    expect(last.map(({localName}) => localName)).to.deep.equal(['hr', 'button']);
    expect(last[1]!.textContent.trim()).to.equal('Start over');
    const [harmless] = every(chat, '.item');
    expect(getComputedStyle(last[1]!).color).to.not.equal(getComputedStyle(harmless!).color);
  });

  it('the names of the settings are whole words in the smallest window', async () => {
    await setViewport({width: 320, height: 568});
    const chat = await mountOpen();
    await openMenu(chat);
    const [language, size] = every(chat, '.setting > span');
    expect(language!.offsetHeight).to.equal(size!.offsetHeight);
    const {scrollWidth, clientWidth} = inside(chat, '.content')!;
    expect(scrollWidth).to.equal(clientWidth);
    await setViewport({width: 1000, height: 800});
  });

  it('the text grows, fits and is kept; a size that is none is not taken', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await openMenu(chat);
    const zoom = (one: Element) => getComputedStyle(inside(one, '.inside')!).zoom;
    const spoken = () => inside(chat, 'input[type=range]')!.ariaValueText;
    expect(spoken()).to.equal('100%');
    change(chat, 'input[type=range]', '1.3');
    await until(() => zoom(chat) === '1.3', 'the text to grow');
    await until(() => spoken() === '130%', 'its size in words');
    const {height} = inside(chat, '.inside')!.getBoundingClientRect();
    expect(height).to.be.closeTo(inside(chat, '.panel')!.getBoundingClientRect().height, 1);
    chat.remove();
    const again = await mountOpen(site);
    await until(() => zoom(again) === '1.3', 'the size of before');
    again.remove();
    store(site, 'text-size', '40');
    const huge = await mountOpen(site);
    await until(() => zoom(huge) === '1.3', 'the largest there is');
  });

  it('of two sites on one page each has its own text size', async () => {
    const one = await mountOpen();
    const other = await mountOpen();
    const zoom = (chat: Element) => getComputedStyle(inside(chat, '.inside')!).zoom;
    await openMenu(one);
    change(one, 'input[type=range]', '1.3');
    await until(() => zoom(one) === '1.3', 'the text to grow');
    expect(zoom(other)).to.equal('1');
    await openMenu(other);
    change(other, 'input[type=range]', '1.15');
    await until(() => zoom(other) === '1.15', 'the other text to grow');
    expect(zoom(one)).to.equal('1.3');
  });

  it('Maria is heard only by those who asked for it, and only while they look elsewhere', async () => {
    let ticks = 0;
    const restore = [
      replace(OscillatorNode.prototype, 'start', () => ticks++),
      replace(OscillatorNode.prototype, 'stop', () => undefined),
    ];
    try {
      const site = newSite();
      const chat = await mountOpen(site);
      await reachPending(chat);
      await chat.close();
      chat.controller.onMariaSpoke();
      expect(ticks).to.equal(0);
      await chat.open();
      await openMenu(chat);
      inside(chat, 'input[type=checkbox]')!.click();
      await until(() => ticks === 1, 'a first tick, to know it by');
      chat.controller.onMariaSpoke();
      expect(ticks).to.equal(1);
      await chat.close();
      chat.controller.onMariaSpoke();
      await until(() => ticks === 2, 'a second tick');
      expect(stored(site, 'sound')).to.equal('true');
    } finally {
      for (const undo of restore) undo();
    }
  });

  it('nothing is kept of wishes that nobody had', async () => {
    const site = newSite();
    await mount(site);
    expect(storedKeys(site)).to.deep.equal([]);
  });

  it('the conversation is given as a text with its times, reference and files', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await backend.confirm(stored(site, 'session_uuid')!);
    await until(() => inside(chat, '.reference'), 'the end');
    let text: Promise<string> | null = null;
    const restore = replace(HTMLAnchorElement.prototype, 'click', function () {
      text = fetch(this.href).then((response) => response.text());
    });
    try {
      await pressInMenu(chat, 'Save the conversation');
      await until(() => text, 'the text');
    } finally {
      restore();
    }
    const said = await text!;
    for (const words of [
      stored(site, 'session_uuid')!,
      'Maria: What is your name?',
      'You: Ana',
      'May we store your name',
      'You: I agree',
      'contract.pdf',
      `${new Date().getFullYear()}`,
    ]) {
      expect(said).to.include(words);
    }
  });

  it('printed alone, the page around it is left out, and is there again afterwards', async () => {
    const chat = await mountOpen();
    const sheets = document.adoptedStyleSheets.length;
    let printed = 0;
    const restore = replace(window, 'print', () => printed++);
    try {
      await pressInMenu(chat, 'Print');
      await until(() => printed === 1, 'the page to be printed');
    } finally {
      restore();
    }
    expect(inside(chat, '.dialog')).to.equal(null);
    expect(document.adoptedStyleSheets.length).to.equal(sheets + 1);
    window.dispatchEvent(new Event('afterprint'));
    expect(document.adoptedStyleSheets.length).to.equal(sheets);
  });

  it('printed from within the page’s own components, these are left out as well', async () => {
    const chat = await mountOpen();
    chat.innerHTML = '<b slot="header">Our own</b>';
    const shop = document.createElement('div');
    const frame = document.createElement('main');
    document.body.append(shop);
    const shadow = shop.attachShadow({mode: 'open'});
    shadow.innerHTML = '<nav>Shop</nav>';
    shadow.append(frame);
    frame.attachShadow({mode: 'open'}).innerHTML = '<p>Frame</p><slot></slot>';
    frame.append(document.createElement('aside'), chat);
    const restore = replace(window, 'print', () => undefined);
    try {
      await pressInMenu(chat, 'Print');
      await until(() => isPrinted(chat) && !isPrinted(shadow.firstElementChild!), 'the print');
    } finally {
      restore();
    }
    for (const held of [shop, frame, frame.shadowRoot!.querySelector('slot')!, chat.children[0]!])
      expect(isPrinted(held), held.localName).to.equal(true);
    for (const other of [frame.shadowRoot!.querySelector('p')!, frame.querySelector('aside')!])
      expect(isPrinted(other), other.localName).to.equal(false);
    window.dispatchEvent(new Event('afterprint'));
    expect(isPrinted(shadow.firstElementChild!)).to.equal(true);
    expect(chat.outerHTML + frame.outerHTML + shop.outerHTML).to.not.include('print');
    shop.remove();
  });

  it('an open dialog follows the language, whoever changes it', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await openMenu(chat);
    const title = () => inside(chat, 'h2#title')!.textContent;
    await chat.setLang('fr');
    await until(() => title() === 'Plus', 'the menu in French');
    await until(() => inside(chat, '.item')!.textContent.includes('Mes données'), 'its words');
    store(site, 'lang', 'es');
    window.dispatchEvent(new StorageEvent('storage', {key: `maria-chat:${site}:lang`}));
    await until(() => inside(chat, '.item')!.textContent.includes('Mis datos'), 'Spanish words');
  });

  it('what a dialog names as its title or description is there', async () => {
    const chat = await mountOpen();
    const missing = () =>
      ['aria-labelledby', 'aria-describedby'].flatMap((name) =>
        every(chat, `[${name}]`)
          .map((one) => one.getAttribute(name)!)
          .filter((id) => !inside(chat, `#${id}`)),
      );
    for (const [name, role] of [
      ['My data', 'dialog'],
      ['Start over', 'alertdialog'],
    ] as const) {
      await openMenu(chat);
      expect(missing(), 'the menu').to.deep.equal([]);
      every(chat, '.item')
        .find((one) => one.textContent.trim() === name)!
        .click();
      const dialog = await until(
        () => inside(chat, `.dialog[role=${role}]:not(:has(select))`),
        name,
      );
      expect(missing(), name).to.deep.equal([]);
      dialog.querySelector<HTMLElement>('.icon, .choice')!.click();
      await until(() => !inside(chat, '.dialog'), 'it to go');
    }
  });
});
