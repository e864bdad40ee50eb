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
const PASSWORD = /This file has a password/;
/** Least share of the documents without a password whose pages are drawn. */
const DRAWN_SHARE = 0.97;

t.test('each document shows its text and its pages, or says why not', async (t) => {
  const server = await startServer(t);
  const {page, main, noise} = await openConsole(await openBrowser(t), server, 'account');
  let drawn = 0;
  let readable = 0;
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
        if (!(await documents.getByText(PASSWORD).isVisible())) readable += 1;
        continue;
      }
    }
    await show.click();
    const canvas = page.frameLocator('iframe').locator('canvas').first();
    const reason = documents.getByRole('alert').getByText(REASON);
    await Promise.race([canvas.waitFor(), reason.waitFor()]);
    const text = (await canvas.isVisible()) ? '' : ((await reason.textContent()) ?? '');
    if (!PASSWORD.test(text)) readable += 1;
    if (text === '') drawn += 1;
    else t.comment(`${name}: ${text}`);
  }
  t.ok(drawn >= readable * DRAWN_SHARE, `${drawn} of ${readable} documents are drawn`);
  t.same(noise, []);
});
