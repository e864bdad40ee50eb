import t from 'tap';

import {startServer} from '../start-server.js';
import {findViolations} from './axe.js';
import {openBrowser, openDemo} from './browser.js';

t.test('the page of languages', async (t) => {
  const server = await startServer(t);
  const pageUrl = `${server.url}/examples/languages.html`;
  const {page, noise} = await openDemo(await openBrowser(t), pageUrl);
  const rows = page.locator('tbody tr');
  await rows.first().waitFor();

  t.same(
    await page.locator('thead th').allInnerTexts(),
    ['key', 'English', 'العربية', 'Deutsch', 'español', 'français', 'português (Brasil)'],
    'each language has its own name; English is first',
  );
  t.ok((await rows.count()) > 100);
  t.equal(await page.locator('.missing').count(), 0, 'no text is missing');
  t.equal(await page.locator('td:lang(ar)').first().getAttribute('dir'), 'rtl');
  t.match(await page.getByRole('status').innerText(), /none missing/);

  await page.getByLabel('Find').fill('Wie heißen');
  t.same(await rows.locator('visible=true').locator('th').allInnerTexts(), ['askName']);
  t.same(await findViolations(page), []);
  t.same(noise, []);
});
