import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {PHONE, findTooWide, makeLead, openConsole} from './console-page.js';

const WIDTHS = [360, 320];
const LANGUAGES = ['en-GB', 'es', 'fr', 'de', 'pt-BR', 'ar'];
const MIN_TARGET_PX = 40;

// Page scripts are strings, because the types of a page are not those of the server.
const FIND_SMALL = `[...document.querySelectorAll('a, button, input, select, summary')]
  .map((element) => element.closest('label') ?? element)
  .filter((element) => element.checkVisibility({visibilityProperty: true}))
  .filter((element) => !element.closest('.skip, [popover]:not(:popover-open)'))
  .map((element) => [element.textContent.trim() || element.className, element.getBoundingClientRect()])
  .filter(([, {width, height}]) => Math.min(width, height) < ${MIN_TARGET_PX} - 0.5)
  .map(([name, {width, height}]) => name + ': ' + Math.round(width) + ' x ' + Math.round(height))`;

const FIND_CUT = `[...document.querySelectorAll('.top a, .top strong, .tabs a')]
  .filter((element) => {
    const {left, right} = element.getBoundingClientRect();
    return left < 0 || right > screen.width + 0.5 || element.scrollWidth > element.clientWidth + 1;
  })
  .map(({textContent}) => textContent.trim())`;

t.test('on a phone, everything can be pressed with a finger', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {messages: ['Hello']});
  const browser = await openBrowser(t);
  for (const width of WIDTHS) {
    const context = {...PHONE, viewport: {width, height: 640}};
    const {page, main} = await openConsole(browser, server, '', {
      context,
      email: `a-long-address-of-an-owner-${width}@example.com`,
    });
    const check = async (name: string) => {
      t.same(await page.evaluate(FIND_SMALL), [], `${name}, ${width} px`);
      t.same(await page.evaluate(FIND_CUT), [], `nothing is cut: ${name}, ${width} px`);
      t.same(await findTooWide(page), [], `no sideways scrolling: ${name}, ${width} px`);
    };
    await page.goto(`${server.url}/console/demo/leads?view=all`);
    await main.locator('tbody .select label').click();
    await main.locator('.bulk').waitFor();
    await check('list with a selection');
    await main.locator('.filters summary').click();
    await check('filters');
    await page.goto(`${server.url}/console/leads/${uuid}`);
    await main.getByText('Hello').waitFor();
    await check('conversation');
    await main.getByRole('button', {name: 'Details'}).click();
    await main.locator('.documents button').first().click();
    await main.getByText(/This file is a scan/).waitFor();
    await check('details');
    await page.goto(`${server.url}/console/demo/funnel?days=365`);
    await main.locator('.empty, .bars').waitFor();
    await check('funnel');
    await page.context().close();
  }
});

t.test('in every language, a small phone shows all views and pages', async (t) => {
  const server = await startServer(t);
  await makeLead(server);
  const browser = await openBrowser(t);
  for (const locale of LANGUAGES) {
    const context = {...PHONE, viewport: {width: 320, height: 640}, locale};
    const {page, main} = await openConsole(browser, server, 'demo/leads?view=all', {context});
    await main.locator('tbody tr').waitFor();
    t.same(await page.evaluate(FIND_CUT), [], locale);
    t.same(await findTooWide(page), [], locale);
    await page.context().close();
  }
});

t.test('on a phone, Back closes the details of a lead before it leaves the lead', async (t) => {
  const server = await startServer(t);
  for (const name of ['Anna', 'Ben']) await makeLead(server, {name, messages: [`I am ${name}`]});
  const {page, main} = await openConsole(await openBrowser(t), server, 'demo/leads?view=all', {
    context: PHONE,
  });
  const details = main.getByRole('button', {name: 'Details'});
  const conversation = main.locator('.talk');
  await main.getByRole('link', {name: 'Ben'}).click();
  await details.click();
  await main.locator('.documents').waitFor();
  t.notOk(await conversation.isVisible());
  await page.goBack();
  await conversation.waitFor();
  t.ok(await main.getByRole('heading', {name: 'Ben'}).isVisible(), 'the lead stays');
  await page.goBack();
  await main.getByRole('link', {name: 'Ben'}).waitFor();

  await main.getByRole('link', {name: 'Ben'}).click();
  await details.click();
  await main.getByRole('link', {name: 'Next lead'}).click();
  await main.getByRole('heading', {name: 'Anna'}).waitFor();
  await details.click();
  await main.getByRole('link', {name: 'Back to the list'}).click();
  await main.getByRole('link', {name: 'Ben'}).waitFor();
});
