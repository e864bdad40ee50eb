import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';

import type {Locator, Page} from 'playwright-core';
import t from 'tap';

import {WIDGET_EVENTS} from '../../contract/event-names.js';
import {DEV_LINKS} from '../../http/dev-links.js';
import {DevMailbox} from '../../mail/dev-mailbox.js';
import {DEMO_OWNER} from '../../text/email.js';
import {makePdf} from '../pdf.js';
import {startServer, temporaryFolder} from '../start-server.js';
import {until} from '../until.js';
import {findViolations} from './axe.js';
import {openBrowser, openDemo} from './browser.js';
import {EXAMPLE_PAGES} from './example-pages.js';

// dist/server/test/e2e/ -> the project
const EXAMPLES = new URL('../../../../examples/', import.meta.url);
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/** Swagger UI nests links in buttons and skips levels of headings. Both are in its own markup. */
const SWAGGER_UI = /^(nested-interactive|heading-order):/;

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim();
const readExample = (name: string) => readFile(new URL(name, EXAMPLES), 'utf8');

t.test('pages of a development server', async (t) => {
  const mailbox = await DevMailbox.start(await temporaryFolder(t));
  t.teardown(() => mailbox.stop());
  const server = await startServer(t, {deps: {mailbox, smtpUrl: mailbox.smtpUrl}});
  const browser = await openBrowser(t);
  const getNav = (page: Page): Locator =>
    page.getByRole('banner').getByRole('navigation', {name: 'Pages'});

  for (const {path, label} of DEV_LINKS) {
    await t.test(`${label} links to all of them`, async (t) => {
      const {page, context, noise} = await openDemo(browser, `${server.url}${path}`);
      const links = getNav(page).getByRole('link');
      await links.last().waitFor();
      const hrefs = await Promise.all((await links.all()).map((link) => link.getAttribute('href')));
      t.same(
        hrefs.map((href, i) => ({path: href, label: DEV_LINKS[i]?.label})),
        DEV_LINKS,
      );
      t.same(
        await links.allInnerTexts(),
        DEV_LINKS.map((link) => link.label),
      );
      t.equal(await getNav(page).locator('[aria-current=page]').innerText(), label);
      t.equal(await page.getByRole('heading', {level: 1}).count(), 1);
      t.same(noise, []);
      await context.close();
    });
  }

  await t.test(
    'axe finds nothing in light and dark, and nothing is wider than 320 px',
    async (t) => {
      const examples = EXAMPLE_PAGES.map(({file}) => `/examples/${file}`);
      const pages = [...DEV_LINKS.map(({path}) => path), ...examples];
      for (const path of pages.filter((one) => !one.includes('hostile'))) {
        const {page, context} = await openDemo(browser, `${server.url}${path}`);
        await page.waitForLoadState('networkidle');
        const isSwagger = path === '/api/docs';
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({colorScheme});
          const found = await findViolations(page);
          t.same(
            found.filter((violation) => !(isSwagger && SWAGGER_UI.test(violation))),
            [],
            `${path}, ${colorScheme}`,
          );
        }
        await page.setViewportSize({width: 320, height: 568});
        t.ok((await page.evaluate<number>(OVERFLOW)) <= 0, path);
        await context.close();
      }
    },
  );

  /** Opens an e-mail of the mailbox, as soon as it has arrived. */
  const openMail = async (page: Page, name: RegExp) => {
    await until(async () => {
      await page.goto(`${server.url}/dev/mail`);
      return (await page.getByRole('main').getByRole('link', {name}).count()) > 0;
    });
    await page.getByRole('main').getByRole('link', {name}).first().click();
  };

  await t.test(
    'the demo page takes a newcomer to the e-mails, and these to the lead',
    async (t) => {
      const {page, widget, context, noise} = await openDemo(browser, `${server.url}/`);
      await page.getByRole('button', {name: 'Talk to Maria'}).click();
      await widget.start();
      await widget.submitName('Ana');
      await widget.answerConsents(true, false);
      const sample = await fetch(
        (await page.getByRole('link', {name: 'this sample'}).getAttribute('href'))?.replace(
          /^/,
          server.url,
        ) ?? '',
      );
      await widget.addFiles([
        {name: 'sample.pdf', buffer: Buffer.from(await sample.arrayBuffer())},
        {name: 'other.pdf', buffer: makePdf()},
      ]);
      await widget.uploadAll(2);
      await widget.button('Done & continue').click();
      await widget.submitEmail('ana@example.com');
      await getNav(page).getByRole('link', {name: 'E-mails'}).click();
      await page.getByRole('link', {name: /ana@example\.com/}).click();
      t.same(await findViolations(page), []);
      const popup = page.waitForEvent('popup');
      await page.frameLocator('iframe').getByRole('link', {name: 'Confirm'}).first().click();
      await (await popup).getByRole('button', {name: 'Confirm'}).click();
      await (await popup).getByRole('heading', {name: 'Thank you'}).waitFor();
      await openMail(page, /New request.*owner@localhost/s);
      const opened = page.waitForEvent('popup');
      await page.frameLocator('iframe').locator('a[href*="/console/leads/"]').click();
      const lead = await opened;
      await lead.getByLabel('E-mail address').fill(DEMO_OWNER);
      await lead.getByRole('button', {name: 'Send me a link'}).click();
      await lead.getByRole('heading', {name: 'Check your inbox'}).waitFor();
      await openMail(page, /Sign in.*owner@localhost/s);
      const link = page.waitForEvent('popup');
      await page.frameLocator('iframe').getByRole('link').first().click();
      const signedIn = await link;
      await signedIn.getByRole('button', {name: 'Sign in'}).click();
      await signedIn.getByRole('heading', {name: 'Ana'}).waitFor();
      await signedIn.goto(`${server.url}/console/demo/site`);
      await signedIn.getByText('Recently seen').waitFor();
      const withTime = signedIn.getByRole('listitem').filter({has: signedIn.locator('.note')});
      await withTime.filter({hasText: server.url}).waitFor();
      t.equal(await signedIn.getByText('Waiting for the first visit').count(), 0);
      t.same(noise, []);
      await context.close();
    },
  );

  await t.test('a press on the demo page before the chat has loaded opens it', async (t) => {
    const context = await browser.newContext({locale: 'en-GB', reducedMotion: 'reduce'});
    const page = await context.newPage();
    let release: () => void = () => undefined;
    const pressed = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/maria-chat.js', async (route) => {
      await pressed;
      await route.continue();
    });
    await page.goto(`${server.url}/`, {waitUntil: 'domcontentloaded'});
    await page.getByRole('button', {name: 'Talk to Maria'}).click();
    release();
    await t.resolves(page.locator('maria-chat').getByRole('dialog').waitFor());
    await context.close();
  });

  await t.test('the choices of the demo page change the chat and the line', async (t) => {
    const {page, widget, context} = await openDemo(browser, `${server.url}/`);
    await page.getByRole('button', {name: 'Talk to Maria'}).click();
    await widget.root.getByRole('dialog').waitFor();
    await page.getByLabel('Language').selectOption('de');
    await page.getByLabel('Theme').selectOption('dark');
    await page.getByLabel('Colour').fill('#0f766e');
    await widget.button('Frage stellen').waitFor();
    t.equal(await page.evaluate(LAUNCHER_COLOUR), 'rgb(15, 118, 110)');
    t.equal(
      await page.locator('#snippet').innerText(),
      `<script src="${server.url}/maria-chat.js" data-site="demo" data-lang="de" data-theme="dark" data-accent="#0f766e" async></script>`,
    );
    await context.close();
  });

  await t.test('before opening, a page loads two files of less than 6 kB', async (t) => {
    for (const name of ['index.html', 'script-tag.html'])
      t.match(squeeze(await readExample(name)), /two small files, less than 6&nbsp;kB/, name);
    const {page, context} = await openDemo(browser, `${server.url}/examples/script-tag.html`);
    await page.locator('maria-chat .launcher').waitFor();
    await page.waitForLoadState('networkidle');
    const bytes = await page.evaluate<number[]>(LOADED);
    t.equal(bytes.length, 2);
    const sum = bytes.reduce((all, one) => all + one, 0);
    t.ok(sum > 3_000 && sum < 6_000, `${sum} bytes`);
    await context.close();
  });

  await t.test('demo page and playground show every event', async (t) => {
    for (const name of ['demo.js', 'playground-frame.js']) {
      const [, list = ''] = /const EVENTS =(.+?);/s.exec(await readExample(name)) ?? [];
      t.same(
        list.match(/[a-z][a-z-]+/g)?.map((event) => `maria-${event}`),
        WIDGET_EVENTS,
        name,
      );
    }
  });

  await t.test('every example says what it shows, and which lines to copy', async (t) => {
    for (const {file} of EXAMPLE_PAGES) {
      const {page, context} = await openDemo(browser, `${server.url}/examples/${file}`);
      const back = page.getByRole('navigation').getByRole('link').first();
      await back.waitFor();
      t.equal(await back.getAttribute('href'), '/examples/', file);
      const sentence = squeeze((await page.locator('.lead').textContent()) ?? '');
      t.match(sentence, /^[^.]+\.$/, `${file}: one sentence`);

      const scripts = await Promise.all(
        (await readExample(file)).match(/(?<=src=")[\w-]+\.js/g)?.map(readExample) ?? [],
      );
      const source = squeeze([await readExample(file), ...scripts].join('\n'));
      const copied = await page.locator('.copy:not(:has(.policy)) code').allTextContents();
      t.ok(copied.length > 0, file);
      for (const line of copied.flatMap(splitTags)) t.ok(source.includes(line), `${file}: ${line}`);
      await context.close();
    }
  });

  await t.test('the strict example shows the policy that it has', async (t) => {
    const {page, context, response} = await openDemo(
      browser,
      `${server.url}/examples/strict-csp.html`,
    );
    const sent = response.headers()['content-security-policy'] ?? '';
    t.equal(
      squeeze((await page.locator('.policy').textContent()) ?? ''),
      sent.replace(/nonce-[\w+/=]+/, 'nonce-…'),
    );
    await context.close();
  });

  await t.test('the files that the page of languages names exist', async (t) => {
    const named = (await readExample('languages.html')).match(/(?:server|widget)\/[\w./-]+/g) ?? [];
    t.equal(named.length, 3);
    for (const name of named.filter((one) => one.endsWith('.ts')))
      t.ok(await readFile(fileURLToPath(new URL(`../${name}`, EXAMPLES))), name);
  });
});

/** Returns the elements or statements of copied lines, as the example has them. */
function splitTags(text: string): string[] {
  return text
    .split(/\n(?=<\w|\n)/)
    .map((part) =>
      squeeze(part)
        .replaceAll('https://chat.example.com', '')
        .replace('data-site="acme"', 'data-site="demo"')
        .replace(' site="acme"', ' site="demo"')
        .replace('nonce="…"', 'nonce=""'),
    );
}

// Page scripts are strings, because the types of a page are not those of the server.
const LAUNCHER_COLOUR = `getComputedStyle(
  document.querySelector('maria-chat').shadowRoot.querySelector('.launcher'),
).backgroundColor`;
const LOADED = `performance.getEntriesByType('resource')
  .filter(({name}) => /maria-chat\\.js$|\\/widget\\//.test(name))
  .map(({encodedBodySize}) => encodedBodySize)`;
