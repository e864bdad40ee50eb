import {createHash} from 'node:crypto';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {findViolations} from './axe.js';
import {openBrowser, openDemo} from './browser.js';

// dist/server/test/e2e/ -> the project
const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));
const text = (file: string) => readFile(path.join(PROJECT, file), 'utf8');
const firsts = (found: Iterable<RegExpMatchArray>) => [...found].map(([, name]) => name ?? '');

/** Values for the controls, so that all of them can be tried at once. */
const SAMPLES: Record<string, string> = {
  accent: '#0f766e',
  radius: '4',
  'offset-x': '40',
  'offset-y': '40',
  'z-index': '7',
  api: '',
  'launcher-selector': '#ask',
  'max-files': '2',
  'max-file-size': '1000',
  locale: 'de',
};

t.test('the playground', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);
  const pageUrl = `${server.url}/examples/playground.html`;
  const attributes = firsts(
    (await text('widget/element/attribute-types.ts')).matchAll(/^ {2}'?([\w-]+)'?\?:/gm),
  );
  const properties = firsts(
    (await text('widget/ui/styles/panel.ts')).matchAll(/^ \* (--maria-[\w-]+)/gm),
  );

  await t.test('has a control for every option, by its name', async (t) => {
    const {page, context, noise} = await openDemo(browser, pageUrl);
    await page.locator('#properties input').first().waitFor({state: 'attached'});
    const names = await page.evaluate<string[]>(
      `[...new Set([...document.querySelector('#controls').elements].map(({name}) => name))].filter(Boolean)`,
    );

    t.same(
      names.sort(),
      ['dressed', ...attributes.map((name) => `data-${name}`), ...properties].sort(),
    );
    t.ok(attributes.length > 20 && properties.length > 10);
    const themes = (await readdir(path.join(PROJECT, 'examples/themes'))).map((name) =>
      name.replace('.css', ''),
    );
    const offered = await page
      .locator('input[name=dressed]')
      .evaluateAll((all) => all.map((item) => (item as unknown as {value: string}).value));
    t.same(offered.sort(), ['none', ...themes].sort());
    t.same(noise, []);
    await context.close();
  });

  await t.test('passes the chosen options to the chat and to the snippet', async (t) => {
    const given = attributes
      .filter((name) => !['api', 'mode', 'target', 'launcher', 'load'].includes(name))
      .map((name) => [name, SAMPLES[name] ?? OPTIONS[name] ?? 'words'] as const);
    const query = new URLSearchParams(
      given.map(([name, value]): [string, string] => [`data-${name}`, value]),
    );
    query.set('--maria-width', '333px');
    query.set('dressed', 'paper');
    const {page, context} = await openDemo(browser, `${pageUrl}?${query.toString()}`);
    const chat = page.frameLocator('#preview').locator('maria-chat');
    await chat.locator('.launcher').waitFor();

    for (const [name, value] of given) t.equal(await chat.getAttribute(name), value, name);
    const snippet = await page.locator('#snippet').innerText();
    for (const [name, value] of given) t.ok(snippet.includes(` data-${name}="${value}"`), name);
    t.match(snippet, /maria-chat \{\n +--maria-width: 333px;/);
    t.match(snippet, /themes\/paper\.css/);
    await page.getByRole('tab', {name: 'Element'}).click();
    t.match(await page.locator('#snippet').innerText(), / theme="dark"/);
    await context.close();
  });

  await t.test('has working controls, a working event log and an empty console', async (t) => {
    const {page, context, noise} = await openDemo(browser, pageUrl);
    const chat = page.frameLocator('#preview').locator('maria-chat');
    // The frame is scaled down, which the browser driver does not support.
    await chat.locator('.launcher').dispatchEvent('click');
    await chat.getByRole('dialog').waitFor();
    await page.locator('#events').getByText('maria-open', {exact: true}).waitFor();
    // The field of the chat takes the focus, which must not happen while the accent is filled in.
    await chat.locator('textarea:focus').waitFor();
    await page.getByLabel('accent', {exact: true}).fill('#0f766e');
    // Find the frame again each time, because the preview may have been replaced.
    const accent = 'rgb(15, 118, 110)';
    let seen: string | undefined;
    await until(async () => {
      const frame = page.frames().find((frame) => frame.url().includes('frame'));
      seen = await frame?.evaluate<string>(COLOUR).catch(String);
      return seen === accent;
    }).catch(() => t.equal(seen, accent, page.url()));
    t.match(page.url(), /data-accent=%230f766e/, 'the settings can be sent as a link');
    for (const [device, width] of [
      ['Phone', 390],
      ['Tablet', 820],
    ] as const) {
      await page.getByText(device, {exact: true}).click();
      const layout = await page.evaluate<number>(PREVIEW_WIDTH);
      t.equal(layout, width, device);
    }
    await page.getByRole('button', {name: 'Reset'}).click();
    await until(async () => !page.url().includes('accent'));
    t.same(noise, []);
    await context.close();
  });

  await t.test('has a pinned snippet with the digest of the served file', async (t) => {
    const {page, context} = await openDemo(browser, pageUrl);
    await page.getByRole('tab', {name: 'Pinned'}).click();
    const snippet = await page.locator('#snippet').innerText();
    const [, src = ''] = /src="([^"]+)"/.exec(snippet) ?? [];
    const bytes = Buffer.from(await (await fetch(src)).arrayBuffer());

    t.match(src, /\/\d+\.\d+\.\d+\/maria-chat\.js$/);
    const digest = createHash('sha384').update(bytes).digest('base64');
    t.ok(snippet.includes(`integrity="sha384-${digest}"`));
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`has no findings of axe, ${colorScheme}`, async (t) => {
      const {page, context} = await openDemo(browser, pageUrl, {colorScheme});
      await page.locator('details').last().waitFor();
      await page.evaluate(
        `document.querySelectorAll('details').forEach((one) => (one.open = true))`,
      );

      t.same(await findViolations(page), []);
      await context.close();
    });
  }

  await t.test('cannot be framed by other sites', async (t) => {
    const getPolicy = async (name: string) =>
      (await fetch(`${server.url}/examples/${name}`)).headers.get('content-security-policy') ?? '';

    t.match(await getPolicy('playground.html'), /frame-ancestors 'none'; frame-src 'self'/);
    t.match(await getPolicy('playground-frame.html'), /frame-ancestors 'self'/);
    t.notMatch(await getPolicy('playground.html'), /unsafe/);
  });
});

// Page scripts are strings, because the types of a page are not those of the server.
/** Layout width of the preview, without its scaling. */
const PREVIEW_WIDTH = "document.querySelector('#preview').clientWidth";
const COLOUR = `getComputedStyle(
  document.querySelector('maria-chat').shadowRoot.querySelector('.launcher'),
).backgroundColor`;

const OPTIONS: Record<string, string> = {
  lang: 'de',
  theme: 'dark',
  position: 'start',
  open: 'false',
  debug: 'true',
};
