import type {Page} from 'playwright-core';
import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {openSite, createScriptTag} from './site-page.js';

const PHONE = {viewport: {width: 375, height: 700}, isMobile: true, hasTouch: true};
const LINK = '<p><a href="/two">Two</a></p>';
t.test('a page reloaded while the chat filled the screen', async (t) => {
  const {url} = await startServer(t);
  const browser = await openBrowser(t);
  const openTwo = async () => {
    const site = await openSite(browser, {
      body: LINK + createScriptTag(url),
      ...PHONE,
    });
    await site.page.getByRole('link', {name: 'Two'}).tap();
    await site.page.waitForURL('**/two');
    await site.widget.button('Open chat').tap();
    await site.widget.button('Start').waitFor();
    await untilMark(site.page, 1);
    return site;
  };

  for (const [how, forget] of [
    ['and is remembered as open', ''],
    ['and is not remembered', 'localStorage.clear()'],
  ] as const) {
    await t.test(`needs one press of back to leave: ${how}`, async (t) => {
      const {page, context, requested} = await openTwo();
      if (forget) await page.evaluate(forget);
      await page.reload();
      await untilMark(page, null);
      const pages = requested.filter((address) => address.endsWith('/two')).length;
      t.equal(pages, 2, 'the page was loaded by the link and by the reload');

      await page.goBack();
      t.match(page.url(), /:\d+\/$/);
      await context.close();
    });
  }
});

const untilMark = (page: Page, mark: number | null) =>
  page.waitForFunction(
    `window.MariaChat?.element?.hasAttribute('data-turbo-permanent')
      && (history.state?.mariaChat ?? null) === ${mark}`,
  );
