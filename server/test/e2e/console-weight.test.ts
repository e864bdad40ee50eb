import {readFile} from 'node:fs/promises';

import t from 'tap';

import {makeLead, openConsole, startConsole} from './console-page.js';

const {server, browser} = await startConsole(t);

const FOLDER = new URL('../../../widget/console/', import.meta.url);
/** Limits in bytes after gzip, as in `server/scripts/size.mjs`. */
const LIST_BYTES = 35_000;
const ALL_BYTES = 90_000;

/** Requests until the list can be used: page, scripts, language and calls. */
const MAX_REQUESTS = 5;

interface Manifest {
  files: {name: string; role: string; gzip: number}[];
}

t.test('a usable list is small, and the library for PDFs is loaded with the pages', async (t) => {
  const {uuid} = await makeLead(server, {name: 'Anna'});
  const {page, main, requested} = await openConsole(browser, server, 'demo/leads?view=all');
  const {files} = JSON.parse(await readFile(new URL('manifest.json', FOLDER), 'utf8')) as Manifest;
  const sumOf = (names: readonly string[]) =>
    files.filter(({name}) => names.includes(name)).reduce((sum, {gzip}) => sum + gzip, 0);
  const loaded = () =>
    requested
      .map((url) => new URL(url).pathname)
      .filter((path) => path.startsWith('/console/assets/'))
      .map((path) => path.split('/').at(-1) ?? '');

  await main.getByRole('link', {name: 'Anna'}).waitFor();
  t.ok(loaded().length > 0);
  t.ok(sumOf(loaded()) <= LIST_BYTES, `${sumOf(loaded())} bytes`);
  for (const path of [`leads/${uuid}`, 'demo/funnel', 'demo/site', 'demo/people', 'account']) {
    await page.goto(`${server.url}/console/${path}`);
    await main.locator('h2, table, .empty, .bars').first().waitFor();
  }
  t.ok(sumOf([...new Set(loaded())]) <= ALL_BYTES, `${sumOf(loaded())} bytes`);
  t.notOk(loaded().some((name) => name.startsWith('pdfjs-')));
});

t.test('a usable list needs few requests', async (t) => {
  await makeLead(server, {name: 'Anna'});
  const {main, requested} = await openConsole(browser, server, 'demo/leads?view=all');
  await main.getByRole('link', {name: 'Anna'}).first().waitFor();

  // The stream of live events stays open, and browsers request the icon on their own.
  const needed = requested.filter((url) => !/\/events$|icon/.test(url));
  t.ok(needed.length <= MAX_REQUESTS, needed.join(' '));
});
