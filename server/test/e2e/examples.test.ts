import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser, openDemo} from './browser.js';
import {EXAMPLE_PAGES} from './example-pages.js';

// dist/server/test/e2e/ -> the project
const EXAMPLES = fileURLToPath(new URL('../../../../examples/', import.meta.url));

t.test('every example opens, replies and leaves the console empty', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);

  for (const example of EXAMPLE_PAGES) {
    await t.test(example.file, async (t) => {
      const {context, page, widget, noise, response} = await openDemo(
        browser,
        `${server.url}/examples/${example.file}`,
      );
      const opened = {page, widget, response, url: server.url};
      if (example.open) await example.open(opened);
      else await widget.root.locator('.launcher').click();
      await widget.start();
      const field = widget.root.getByRole('textbox', {name: /name|اسمك/i});
      await field.fill('Robin');
      await field.press('Enter');
      await widget.getByText('Robin').first().waitFor();

      await example.shows(t, opened);

      t.same(noise, example.console ?? []);
      await context.close();
    });
  }
});

/** The demo page and pages with a separate test file. */
const TESTED_ELSEWHERE = /^(index|list|playground(-frame)?|languages)\.html$|^frameworks\//;

t.test('every page is linked from the demo page, and each link works', async (t) => {
  const server = await startServer(t);
  const getLinks = async (pageUrl: string) => {
    const response = await fetch(new URL(pageUrl, server.url));
    t.equal(response.status, 200, pageUrl);
    t.match(response.headers.get('content-security-policy'), /default-src 'none'/);
    const page = await response.text();
    const found = [...page.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href = '']) => href);
    return found.map((href) => new URL(href, response.url).pathname);
  };

  const first = await getLinks('/');
  for (const pageUrl of ['/examples/', '/examples/playground.html', '/examples/languages.html'])
    t.ok(first.includes(pageUrl), pageUrl);
  const listed = await getLinks('/examples/');
  t.same(
    listed.filter((pageUrl) => /^\/examples\/[\w-]+\.html$/.test(pageUrl)).sort(),
    EXAMPLE_PAGES.map(({file}) => `/examples/${file}`)
      .concat('/examples/playground.html', '/examples/languages.html')
      .sort(),
  );
  t.same(await getLinks('/examples'), listed, 'also without the trailing slash');
  // This server sends e-mail, so it has no development mailbox.
  const here = [...first, ...listed].filter((pageUrl) => pageUrl !== '/dev/mail');
  for (const pageUrl of new Set(here)) {
    t.equal((await fetch(new URL(pageUrl, server.url))).status, 200, pageUrl);
  }
});

t.test('every example is tested', async (t) => {
  const files = (await readdir(EXAMPLES, {recursive: true})).map(posix);
  const pages = files.filter((name) => name.endsWith('.html') && !TESTED_ELSEWHERE.test(name));

  t.same(EXAMPLE_PAGES.map(({file}) => file).sort(), pages.sort());
});

function posix(name: string): string {
  return name.split(path.sep).join('/');
}
