import type {Page, Route} from 'playwright-core';
import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {openSite, createScriptTag} from './site-page.js';

// After the first tap a script presses the button, because two quick taps count as a double press.
const PHONE = {viewport: {width: 390, height: 780}, isMobile: true, hasTouch: true};
const FIELD = '<input id="own" placeholder="Search the shop">';

t.test('a press on a slow connection', async (t) => {
  const {url} = await startServer(t);
  const browser = await openBrowser(t);
  const openPage = async () => {
    const site = await openSite(browser, {body: FIELD + createScriptTag(url), ...PHONE});
    await untilProtected(site.page);
    return {...site, launcher: site.widget.root.locator('.launcher')};
  };

  await t.test(
    'is acknowledged at once, and the launcher stays until the panel is there',
    async (t) => {
      const {page, context, widget, launcher} = await openPage();
      const code = await hold(page, '**/widget/chat-*');
      const texts = await hold(page, '**/widget/en-*');
      t.equal(await getOpacity(page), 1);

      await launcher.tap();
      await Promise.all([code.asked, texts.asked]);
      t.equal(await launcher.getAttribute('aria-busy'), 'true');
      t.ok((await getOpacity(page)) < 1);

      code.release();
      await page.waitForFunction('customElements.get("maria-chat")');
      t.equal(await launcher.isVisible(), true, 'the panel needs its texts');
      t.equal(await launcher.getAttribute('aria-busy'), 'true');
      t.equal(await launcher.getAttribute('aria-expanded'), 'false');

      texts.release();
      await widget.root.getByRole('dialog').waitFor();
      await launcher.waitFor({state: 'hidden'});
      t.equal(await launcher.getAttribute('aria-busy'), null);
      t.equal(await launcher.getAttribute('aria-expanded'), 'true');
      await context.close();
    },
  );

  await t.test('opens the chat once, however often it is repeated', async (t) => {
    const {page, context, widget, launcher} = await openPage();
    const code = await hold(page, '**/widget/chat-*');
    const texts = await hold(page, '**/widget/en-*');

    await launcher.tap();
    await code.asked;
    await launcher.dispatchEvent('click');
    code.release();
    await page.waitForFunction('customElements.get("maria-chat")');
    await launcher.dispatchEvent('click');
    texts.release();

    await t.resolves(widget.button('Start').waitFor());
    t.equal(await page.evaluate('MariaChat.element.isOpen'), true);
    await context.close();
  });

  for (const [part, pattern] of [
    ['code', '**/widget/chat-*'],
    ['language', '**/widget/en-*'],
  ] as const) {
    await t.test(`opens nothing once the visitor types before the ${part} arrives`, async (t) => {
      const {page, context, widget, launcher} = await openPage();
      const held = await hold(page, pattern);

      await launcher.tap();
      await held.asked;
      await page.locator('#own').fill('socks');
      held.release();
      await page.waitForFunction('customElements.get("maria-chat")');
      await page.waitForFunction(`!MariaChat.element.shadowRoot.querySelector('[aria-busy]')`);

      t.equal(await page.evaluate('MariaChat.element.isOpen'), false);
      t.equal(await page.evaluate('document.activeElement.id'), 'own');
      await launcher.dispatchEvent('click');
      await t.resolves(widget.root.getByRole('dialog').waitFor());
      await context.close();
    });
  }

  await t.test('leaves the focus in a field of the page', async (t) => {
    const {page, context, widget, launcher} = await openPage();
    const rest = await hold(page, '**/widget/intake-*');

    await launcher.tap();
    await rest.asked;
    await widget.button('Start').waitFor();
    await page.evaluate('own.focus()');
    rest.release();
    await page.waitForLoadState('networkidle');
    await page.evaluate('MariaChat.element.requestUpdate(); MariaChat.element.updateComplete');

    t.equal(await page.evaluate('document.activeElement.id'), 'own');
    await context.close();
  });

  await t.test('is acknowledged at once on the menu button', async (t) => {
    const {page, context, widget, launcher} = await openPage();
    await launcher.tap();
    await widget.button('Start').waitFor();
    const dialogs = await hold(page, '**/widget/dialogs-*');

    await widget.button('More').tap();
    await dialogs.asked;
    t.equal(await widget.button('More').getAttribute('aria-busy'), 'true');
    dialogs.release();

    await widget.root.getByRole('dialog', {name: 'More'}).waitFor();
    t.equal(await widget.button('More').getAttribute('aria-busy'), null);
    await context.close();
  });
});

t.test('a press without a connection', async (t) => {
  const {url} = await startServer(t);
  const {page, context, widget} = await openSite(await openBrowser(t), {
    body: FIELD + createScriptTag(url),
    ...PHONE,
  });
  await untilProtected(page);
  const launcher = widget.root.locator('.launcher');
  const excuse = widget.getByText('Chat unavailable.');
  await context.setOffline(true);

  await launcher.tap();
  await excuse.waitFor();
  await page.waitForFunction(`!MariaChat.element.shadowRoot.querySelector('[aria-busy]')`);
  await launcher.dispatchEvent('click');
  await page.waitForFunction(`!MariaChat.element.shadowRoot.querySelector('[aria-busy]')`);
  t.equal(await excuse.count(), 1, 'one message for two presses');

  await page.locator('#own').focus();
  await context.setOffline(false);
  await page.waitForFunction('navigator.onLine');
  await page.waitForLoadState('networkidle');
  t.notOk(await page.evaluate('customElements.get("maria-chat")'), 'nothing was loaded');
  t.equal(await page.evaluate('document.activeElement.id'), 'own');

  await launcher.dispatchEvent('click');
  await t.resolves(widget.button('Start').waitFor(), 'the next press opens the chat');
});

/** Waits until the second file of the widget has run. */
const untilProtected = (page: Page) =>
  page.waitForFunction('MariaChat.element?.hasAttribute("data-turbo-permanent")');

const getOpacity = (page: Page) =>
  page.evaluate<number>(
    `Number(getComputedStyle(MariaChat.element.shadowRoot.querySelector('.launcher')).opacity)`,
  );

/** Delays requests for these URLs. `asked` resolves with the first one. */
const hold = async (page: Page, pattern: string) => {
  let note = (): void => undefined;
  const asked = new Promise<void>((resolve) => (note = resolve));
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(pattern, async (route: Route) => {
    note();
    await released;
    await route.continue();
  });
  return {asked, release};
};
