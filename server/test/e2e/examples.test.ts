import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {saveSite} from '../../sites/store.js';
import {startServer} from '../start-server.js';
import {openBrowser, openDemo} from './browser.js';
import {EXAMPLE_PAGES} from './example-pages.js';

// dist/server/test/e2e/ -> the project
const EXAMPLES = fileURLToPath(new URL('../../../../examples/', import.meta.url));

t.test('every example opens, answers and leaves the console empty', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);
  await saveSite(server.sql, {
    key: 'workshop',
    name: 'Workshop',
    allowedOrigins: [server.url],
    notifyEmail: 'workshop@example.com',
    settings: {},
  });

  for (const example of EXAMPLE_PAGES) {
    await t.test(example.file, async (t) => {
      const {context, page, widget, noise, response} = await openDemo(
        browser,
        `${server.url}/examples/${example.file}`,
      );
      const opened = {page, widget, response, url: server.url};
      if (example.open) await example.open(opened);
      else await widget.root.locator('.launcher').click();
      const field = widget.root.getByRole('textbox');
      await field.fill('Robin');
      await field.press('Enter');
      await widget.says('Robin').first().waitFor();

      await example.shows(t, opened);

      t.same(noise, example.console ?? []);
      await context.close();
    });
  }
});

/** The demo page, and those that have a test file of their own. */
const TESTED_ELSEWHERE = /^(index|playground(-frame)?|languages)\.html$|^frameworks\//;

t.test('no example goes untested', async (t) => {
  const files = (await readdir(EXAMPLES, {recursive: true})).map(posix);
  const pages = files.filter((name) => name.endsWith('.html') && !TESTED_ELSEWHERE.test(name));

  t.same(EXAMPLE_PAGES.map(({file}) => file).sort(), pages.sort());
});

function posix(name: string): string {
  return name.split(path.sep).join('/');
}
