import t from 'tap';

import {readCorpus} from '../pdf-corpus.js';
import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {makeLead, openConsole} from './console-page.js';

/** Texts that say why a document has no text or no pages. */
const REASON =
  /This file (is a scan|has a password|is damaged)|Some text is missing|takes too long/;
/** Texts that say that a document has no pages either. */
const UNREADABLE = /This file (has a password|is damaged)/;

t.test('each document shows its text and its pages, or says why not', async (t) => {
  const server = await startServer(t);
  const {page, main, noise} = await openConsole(await openBrowser(t), server, 'account');
  for (const [index, {name, bytes}] of (await readCorpus()).entries()) {
    const {uuid} = await makeLead(server, {files: [{name: `file-${index}.pdf`, bytes}]});
    await page.goto(`${server.url}/console/leads/${uuid}`);
    const documents = main.locator('.documents');
    const look = documents.getByRole('button', {name: /Look at/});
    const show = documents.getByRole('button', {name: 'Show pages'});
    await show.waitFor();
    // An encrypted document has only pages.
    if ((await look.count()) > 0) {
      await look.click();
      await documents.locator('.pages').or(documents.getByText(REASON)).first().waitFor();
      if (await documents.getByText(UNREADABLE).isVisible()) {
        t.equal(await show.count(), 0, name);
        continue;
      }
    }
    await show.click();
    const canvas = page.frameLocator('iframe').locator('canvas').first();
    const reason = documents.getByRole('alert').getByText(REASON);
    await Promise.race([canvas.waitFor(), reason.waitFor()]);
    if (await reason.isVisible()) t.comment(`${name}: ${await reason.textContent()}`);
  }
  t.same(noise, []);
});
