import path from 'node:path';

import {build} from 'esbuild';
import type {Page} from 'playwright-core';
import t from 'tap';

import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import type {Widget} from './browser.js';
import {openBrowser} from './browser.js';
import {installPagePackages} from './page-packages.js';
import {openSite, createScriptTag} from './site-page.js';

const PHONE = {viewport: {width: 375, height: 700}, isMobile: true, hasTouch: true};
const FORM = '<form><input id="own" name="own"></form><p><a href="/two">Two</a></p>';

t.test('the widget beside the libraries of host pages', async (t) => {
  const packages = await installPagePackages();
  const {url} = await startServer(t);
  const browser = await openBrowser(t);
  const tag = createScriptTag(url);

  await t.test('works if jQuery inserts the tag with its attributes', async (t) => {
    const {page, context, widget} = await openSite(browser, {packages, head: JQUERY});
    const inserted = `<script src="${url}/maria-chat.js" data-site="acme" data-lang="de"><\\/script>`;
    for (const insert of [
      `$('body').append('${inserted}')`,
      `$('h1').after('${inserted}')`,
      `$('<div>').appendTo('body').html('<p>Chat</p>${inserted}')`,
    ]) {
      await page.reload();
      await page.evaluate(`${insert}; undefined`);
      await widget.button('Chat öffnen').waitFor();
      t.equal(await widget.root.getAttribute('site'), 'acme', insert);
      t.equal(await widget.root.getAttribute('api'), url);
    }
    await context.close();
  });

  for (const {name, head, body} of [
    {name: 'Turbo', head: TURBO, body: FORM + tag},
    {name: 'htmx', head: HTMX, body: `<div hx-boost="true">${FORM}</div>${tag}`},
    {name: 'Inertia', head: '', body: await inertiaPage(packages, tag)},
  ]) {
    await t.test(`leaves the history to ${name} on a phone`, async (t) => {
      const {page, context, widget, requested} = await openSite(browser, {
        packages,
        head,
        body,
        ...PHONE,
      });
      for (const way of ['on the first page', 'after a visit']) {
        if (way === 'after a visit') {
          await page.getByRole('link', {name: 'Two'}).tap();
          await page.waitForURL('**/two');
        }
        await page.locator('#own').fill('half filled');
        await page.evaluate('window.bodyBefore = document.body; undefined');
        const {length} = await getHistory(page);
        const before = requested.length;

        await openAndWait(widget);
        t.equal((await getHistory(page)).length, length, way);
        t.equal((await getHistory(page)).mark, null, way);
        await widget.button('Close chat').tap();
        await widget.button('Open chat').waitFor();
        await page.waitForLoadState('networkidle');

        t.equal(await page.locator('#own').inputValue(), 'half filled', way);
        t.equal(await page.evaluate('bodyBefore === document.body'), true, way);
        t.same(
          requested.slice(before).filter((one) => /localhost:\d+\/(two)?$/.test(one)),
          [],
          way,
        );
      }
      await context.close();
    });

    await t.test(`shows one chat with ${name} during all navigation`, async (t) => {
      const {page, context, widget} = await openSite(browser, {packages, head, body});
      await openAndWait(widget);
      await widget.root.getByLabel('Your name').pressSequentially('Half na');
      for (let time = 0; time < 2; time++) {
        await page.getByRole('link', {name: 'Two'}).click();
        await page.waitForURL('**/two');
        await untilOne(page);
        await page.goBack();
        await page.waitForURL(/\/$/);
        await untilOne(page);
      }
      t.equal(await widget.root.getByLabel('Your name').inputValue(), 'Half na');
      await widget.submitName('Ana');
      await t.resolves(widget.button('I agree').waitFor());
      await context.close();
    });
  }

  await t.test('scrolls its panel while Lenis scrolls the page', async (t) => {
    const {page, context, widget} = await openSite(browser, {
      packages,
      head: '<script src="/packages/lenis/dist/lenis.min.js"></script>',
      body: `<div style="height: 5000px"></div>${tag}<script>new Lenis({autoRaf: true})</script>`,
      viewport: {width: 900, height: 500},
    });
    await openAndWait(widget);
    await widget.submitName('Ana');
    await widget.answerConsents(true, true);
    const names = ['a.pdf', 'b.pdf', 'c.pdf'];
    await widget.addFiles(names.map((name) => ({name, buffer: makePdf()})));
    await widget.root.getByText('c.pdf').waitFor();
    for (const [part, by] of [
      ['.log', -100],
      ['.tray', 100],
    ] as const) {
      await widget.root.locator(part).hover();
      await page.evaluate(`${getBox(part)}.scrollTop = 0`);
      await page.mouse.wheel(0, by);
      await page.waitForFunction(`${getBox(part)}.scrollTop !== 0`);
      t.equal(await page.evaluate('scrollY'), 0, `the page does not scroll over ${part}`);
    }
    await widget.root.locator('.header').hover();
    await page.mouse.wheel(0, 300);
    await page.mouse.move(100, 100);
    t.equal(await page.evaluate('scrollY'), 0, 'the page does not scroll over the header');
    await page.mouse.wheel(0, 300);
    await t.resolves(page.waitForFunction('scrollY > 0'), 'the page scrolls beside the panel');
    await context.close();
  });

  await t.test('keeps the keyboard beside an open modal of Bootstrap', async (t) => {
    const {page, context, widget} = await openSite(browser, {
      packages,
      head: BOOTSTRAP,
      body: `<div class="modal" id="modal" tabindex="-1"><div class="modal-dialog"><div class="modal-content">
        <label>Street <input id="street"></label></div></div></div>${tag}`,
    });
    await page.evaluate(`new Promise((resolve) => {
      modal.addEventListener('shown.bs.modal', resolve, {once: true});
      new bootstrap.Modal(modal).show();
    })`);
    await page.locator('#street').fill('Main');

    await openAndWait(widget);
    await page.keyboard.type('Anna');
    t.equal(await widget.root.getByLabel('Your name').inputValue(), 'Anna');
    await page.locator('#street').press('End');
    await page.keyboard.type(' Street');
    t.equal(await page.locator('#street').inputValue(), 'Main Street');
    await widget.root.getByLabel('Your name').click();
    await page.keyboard.type('bel');
    t.equal(await widget.root.getByLabel('Your name').inputValue(), 'Annabel');
    await page.keyboard.press('Escape');
    t.equal(await page.locator('#modal').isVisible(), true, 'Esc closes only the chat');
    await context.close();
  });

  for (const state of ['closed', 'open'] as const) {
    await t.test(`survives hydration by React while the chat is ${state}`, async (t) => {
      const {page, context, widget} = await openSite(browser, {packages, head: REACT, body: tag});
      await widget.button('Open chat').waitFor();
      if (state === 'open') {
        await openAndWait(widget);
        await page.keyboard.type('Half na');
      }
      await page.evaluate(`{
        const h = React.createElement;
        const body = h('body', null, h('main', null, 'Rendered in the browser'));
        ReactDOM.hydrateRoot(document, h('html', null, h('head', null, h('title', null, 'App')), body), {
          onRecoverableError: () => undefined,
        });
      }`);
      await page.locator('main').waitFor();
      await untilOne(page);
      if (state === 'open')
        await page.waitForFunction('document.activeElement === MariaChat.element');

      if (state === 'closed') await openAndWait(widget);
      else await page.keyboard.type('me');
      t.equal(
        await widget.root.getByLabel('Your name').inputValue(),
        state === 'closed' ? '' : 'Half name',
      );
      await widget.submitName('Ana');
      await t.resolves(widget.button('I agree').waitFor());
      await context.close();
    });
  }
});

const JQUERY = '<script src="/packages/jquery/dist/jquery.min.js"></script>';
const TURBO = '<script src="/packages/@hotwired/turbo/dist/turbo.es2017-umd.js"></script>';
const HTMX = '<script src="/packages/htmx.org/dist/htmx.min.js"></script>';
const BOOTSTRAP = `<link rel="stylesheet" href="/packages/bootstrap/dist/css/bootstrap.min.css">
<script src="/packages/bootstrap/dist/js/bootstrap.bundle.min.js"></script>`;
const REACT = `<script src="/packages/react/umd/react.production.min.js"></script>
<script src="/packages/react-dom/umd/react-dom.production.min.js"></script>`;

/**
 * Builds an Inertia app with two pages. The page itself plays the server's part of the protocol.
 */
async function inertiaPage(packages: string, tag: string): Promise<string> {
  const {outputFiles} = await build({
    stdin: {contents: INERTIA_APP, resolveDir: path.dirname(packages), loader: 'js'},
    bundle: true,
    minify: true,
    write: false,
    define: {'process.env.NODE_ENV': '"production"', 'import.meta.env': '{}'},
  });
  const first = JSON.stringify({component: 'Page', props: {errors: {}}, url: '/', version: '1'});
  return `<div id="app" data-page='${first}'></div><script>${outputFiles[0]?.text}</script>${tag}`;
}

const INERTIA_APP = `
import {createInertiaApp, router} from '@inertiajs/react';
import {createElement as h} from 'react';
import {createRoot} from 'react-dom/client';
const Page = () => h('div', null,
  h('input', {id: 'own'}),
  h('a', {href: '/two', onClick: (event) => {
    event.preventDefault();
    router.push({component: 'Page', url: '/two', props: (props) => props});
  }}, 'Two'));
createInertiaApp({
  resolve: () => Page,
  setup: ({el, App, props}) => createRoot(el).render(h(App, props)),
});
`;

async function openAndWait(widget: Widget): Promise<void> {
  await widget.open();
  await widget.root.getByLabel('Your name').waitFor();
}

const getHistory = (page: Page) =>
  page.evaluate<{length: number; mark: number | null}>(
    '({length: history.length, mark: history.state?.mariaChat ?? null})',
  );

const getBox = (part: string) => `MariaChat.element.shadowRoot.querySelector('${part}')`;

/** Waits until the visible page contains exactly one element. */
const untilOne = (page: Page) =>
  page.waitForFunction(`{
    const all = document.querySelectorAll('maria-chat');
    all.length === 1 && all[0] === MariaChat.element;
  }`);
