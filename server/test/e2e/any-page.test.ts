import type {Page} from 'playwright-core';
import t from 'tap';
import type {Test} from 'tap';

import {saveSite} from '../../sites/store.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {Widget, openBrowser} from './browser.js';
import {openSite, createScriptTag} from './site-page.js';
import type {SitePage, SitePageOptions} from './site-page.js';

const PHONE = {viewport: {width: 320, height: 568}, isMobile: true, hasTouch: true};

const {url, sql} = await startServer(t);
const browser = await openBrowser(t);

const open = async (t: Test, options: SitePageOptions): Promise<SitePage> => {
  const site = await openSite(browser, options);
  t.teardown(() => site.context.close());
  return site;
};

t.test('the launcher is not printed', async (t) => {
  const {page, widget} = await open(t, {body: createScriptTag(url)});
  const launcher = widget.root.locator('.launcher');
  await launcher.waitFor();

  // The rule is part of the styles that follow the first picture.
  await page.emulateMedia({media: 'print'});
  await launcher.waitFor({state: 'hidden'});
  await page.emulateMedia({media: 'screen'});
  t.equal(await launcher.isVisible(), true);
});

t.test('a phone’s notch and bars cover neither launcher nor panel', async (t) => {
  const {page, widget, session} = await open(t, {
    body: createScriptTag(url),
    ...PHONE,
  });
  const insets = {top: 44, left: 30, bottom: 34, right: 30};
  await session.send('Emulation.setSafeAreaInsetsOverride', {insets});
  await widget.button('Open chat').waitFor();

  const launcher = await getBox(widget, '.launcher');
  t.equal(568 - launcher.bottom, 20 + insets.bottom);
  t.equal(320 - launcher.right, 20 + insets.right);
  await widget.open();
  await widget.root.getByLabel('Your name').waitFor();
  const [header, footnote] = [await getBox(widget, '.header'), await getBox(widget, '.footnote')];
  t.equal(header.top, insets.top);
  t.equal(header.left, insets.left);
  t.equal(320 - header.right, insets.right);
  t.ok(568 - footnote.bottom >= insets.bottom);
  t.equal(await isTooWide(page), false);
});

t.test('the whole composer is visible above an on-screen keyboard', async (t) => {
  const {page, widget} = await open(t, {body: createScriptTag(url), ...PHONE});
  await widget.open();
  await widget.root.getByLabel('Your name').waitFor();

  // A headless browser has no on-screen keyboard. This imitates its effect on the page.
  await page.evaluate(`{
    Object.defineProperty(visualViewport, 'height', {value: 300, configurable: true});
    visualViewport.dispatchEvent(new Event('resize'));
  }`);
  const field = await getBox(widget, 'input[name=answer]');
  t.ok(field.bottom <= 300 && field.top >= 100, `from ${field.top} to ${field.bottom}`);
  t.equal((await getBox(widget, '.header')).top, 0);

  await page.evaluate(`{
    delete visualViewport.height;
    visualViewport.dispatchEvent(new Event('resize'));
  }`);
  t.equal((await getBox(widget, '.panel')).bottom, 568, 'the panel fills the screen again');
});

t.test('magnifying the page on a phone magnifies the chat', async (t) => {
  const {page, widget, session} = await open(t, {
    body: createScriptTag(url),
    ...PHONE,
  });
  await widget.open();
  await widget.root.getByLabel('Your name').waitFor();

  await session.send('Emulation.setPageScaleFactor', {pageScaleFactor: 2});
  await page.waitForFunction('visualViewport.scale === 2');
  await page.waitForFunction('new Promise(requestAnimationFrame).then(() => true)');

  const {top, bottom} = await getBox(widget, '.panel');
  t.equal(bottom - top, 568, 'the panel does not shrink to its visible part');
});

for (const [where, options] of [
  ['a desktop', {viewport: {width: 1280, height: 720}}],
  ['a phone', PHONE],
] as const) {
  t.test(`wider text spacing cuts no word on ${where}`, async (t) => {
    const {page, widget} = await open(t, {body: createScriptTag(url), ...options});
    const cut: string[] = [];
    const look = async () => cut.push(...(await page.evaluate<string[]>(CUT_TEXTS)));

    await widget.open();
    await widget.root.getByLabel('Your name').waitFor();
    await page.evaluate(SPACED);
    await look();
    await widget.submitName('Ana');
    await widget.button('I agree').waitFor();
    await look();
    await widget.answerConsents(true, true);
    await widget.addFiles([{name: 'a-name-as-long-as-names-are.pdf', buffer: makePdf()}]);
    await widget.button('Upload files').waitFor();
    await look();
    await widget.uploadAll(1);
    await widget.button('Done & continue').click();
    await widget.submitEmail('ana@example.com');
    await look();

    t.same(cut, []);
    t.equal(await isTooWide(page), false);
    await page.evaluate(
      'MariaChat.element.shadowRoot.querySelector("h2").style.cssText = "width: 1px; overflow: hidden"',
    );
    await look();
    t.same(cut, ['H2 Maria'], 'the check detects a cut word');
  });
}

t.test('the conversation works in a sandboxed frame without storage', async (t) => {
  await saveSite(sql, {
    key: 'framed',
    name: 'Framed',
    // Browsers send this origin for a sandboxed frame.
    allowedOrigins: ['null'],
    notifyEmail: null,
    settings: {},
  });
  const tag = `<script src='${url}/maria-chat.js' data-site='framed' async></script>`;
  const {page, noise} = await open(t, {
    body: `<iframe sandbox="allow-scripts allow-forms" srcdoc="<html lang=en>${tag}" width="900" height="600"></iframe>`,
  });
  const widget = new Widget(page, page.frameLocator('iframe'));

  await widget.open();
  await widget.submitName('Ana');
  await widget.answerConsents(true, false);
  await widget.getByText(/can’t save this conversation/).waitFor();
  await widget.addFiles([{name: 'one.pdf', buffer: makePdf()}]);
  await widget.uploadAll(1);
  await widget.button('Done & continue').click();
  await widget.submitEmail('ana@example.com');

  t.equal((await sql`select from user_sessions where site_key = 'framed'`).length, 1);
  const storing = page.frames()[1]?.evaluate('localStorage.length');
  await t.rejects(Promise.resolve(storing), /sandboxed/, 'the frame has no storage');
  t.same(noise, []);
});

t.test('a large default font of the browser does not change the chat', async (t) => {
  const {widget} = await open(t, {
    head: '<style>html { font-size: 40px }</style>',
    body: createScriptTag(url),
    ...PHONE,
  });
  await widget.open();
  const {bottom, top} = await getBox(widget, 'input[name=answer]');
  t.equal(bottom - top, 48);
});

interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

async function getBox(widget: Widget, selector: string): Promise<Box> {
  const box = await widget.root.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not visible.`);
  const {x, y, width, height} = box;
  return {top: y, bottom: y + height, left: x, right: x + width};
}

const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');

/** Text spacing of WCAG 2.2, 1.4.12, as a user's style sheet sets it. */
const SPACED = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }');
  MariaChat.element.shadowRoot.adoptedStyleSheets.push(sheet);
}`;

/**
 * Elements that cut off their own text. Texts for screen readers are left out, and so are file
 * names, because their title contains the whole name.
 */
const CUT_TEXTS = `[...MariaChat.element.shadowRoot.querySelectorAll('.panel *')]
  .filter((element) => {
    const hasWords = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasWords || element.closest('[title], .sr, svg') || !element.checkVisibility()) return false;
    const isScrolled = /auto|scroll/.test(getComputedStyle(element).overflowY);
    return element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible'
      || !isScrolled && element.scrollHeight > element.clientHeight + 1 && getComputedStyle(element).overflowY !== 'visible'
      || element.getBoundingClientRect().right > innerWidth + 1;
  })
  .map((element) => element.nodeName + ' ' + element.textContent.trim())`;
