import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser, openDemo} from './browser.js';
import {makePdf} from '../pdf.js';

/** Removes functions that older browsers lack; these show a usable chat in plain colours. */
const LACKS = `
delete AbortSignal.any;
delete Element.prototype.checkVisibility;
delete Array.prototype.toSpliced;
const add = CustomStateSet.prototype.add;
CustomStateSet.prototype.add = function (name) {
  if (!name.startsWith('--')) throw new DOMException('must start with --', 'SyntaxError');
  return add.call(this, name);
};
addEventListener('unhandledrejection', ({reason}) => console.error('unhandled:', String(reason)));
addEventListener('maria-open', () => console.info('maria-open arrived'));
`;

for (const width of [1280, 375]) {
  t.test(`the chat works in an older browser, ${width} px wide`, async (t) => {
    const server = await startServer(t, {repliesToMessages: true});
    const browser = await openBrowser(t);
    const {context} = await openDemo(browser, server.url, {viewport: {width, height: 700}});
    await context.addInitScript(LACKS);
    // An unknown CSS function affects this browser as light-dark() affects an older one.
    await context.route('**/*.js', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replaceAll('light-dark(', 'x-light-dark(');
      await route.fulfill({response, body});
    });
    const page = await context.newPage();
    const noise: string[] = [];
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(`uncaught: ${error.message}`));
    await page.goto(server.url);
    const chat = page.locator('maria-chat');

    await chat.getByRole('button', {name: 'Open chat', exact: true}).click();
    await chat.getByRole('button', {name: 'Start', exact: true}).click();
    await chat.getByLabel('Your name').waitFor();
    t.ok(noise.includes('maria-open arrived'));
    t.equal(
      await page.evaluate('document.activeElement.localName'),
      'maria-chat',
      'the focus is in the chat',
    );
    const colours = await chat.getByRole('dialog').evaluate((panel) => {
      const {backgroundColor, color} = (
        globalThis as unknown as {getComputedStyle: (of: unknown) => Record<string, string>}
      ).getComputedStyle(panel);
      return {backgroundColor, color};
    });
    t.same(colours, {backgroundColor: 'rgb(255, 255, 255)', color: 'rgb(26, 27, 35)'});

    for (let stop = 0; stop < 8; stop++) {
      await page.keyboard.press('Tab');
      if (width === 375)
        t.equal(await page.evaluate('document.activeElement.localName'), 'maria-chat');
    }

    await chat.getByLabel('Your name').fill('Bea');
    await chat.getByLabel('Your name').press('Enter');
    await chat.getByRole('button', {name: 'I agree', exact: true}).click();
    await chat.getByText(/to train our AI assistant/).waitFor();
    await chat.getByRole('button', {name: 'I agree', exact: true}).click();
    const files = [{name: 'a.pdf', mimeType: 'application/pdf', buffer: makePdf(1_000)}];
    await chat.locator('input[type=file]').setInputFiles(files);
    await chat.getByRole('button', {name: 'Upload files'}).click();
    await chat.getByText('Uploaded', {exact: true}).waitFor();
    await chat.getByRole('button', {name: 'Ask a question'}).click();
    await chat.locator('textarea').fill('When will I hear from you?');
    await chat.locator('textarea').press('Enter');
    await chat
      .getByText(/Thank you for your message/)
      .first()
      .waitFor();
    t.same(
      noise.filter((line) => /uncaught|unhandled/.test(line)),
      [],
    );
  });
}

t.test('a browser that is too old for the chat gets no launcher and no error', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);
  const {context} = await openDemo(browser, server.url);
  await context.addInitScript('CSS.supports = () => false;');
  const page = await context.newPage();
  const noise: string[] = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(`uncaught: ${error.message}`));
  await page.goto(server.url, {waitUntil: 'networkidle'});

  t.equal(await page.locator('maria-chat').count(), 0);
  t.same(noise, []);
});
