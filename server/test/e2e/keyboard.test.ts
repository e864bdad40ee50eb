import t from 'tap';

import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {openBrowser, openDemo} from './browser.js';

t.test('the whole conversation works with the keyboard only', async (t) => {
  const server = await startServer(t);
  const {page, widget, noise} = await openDemo(await openBrowser(t), server.url);
  /** Presses Tab until the element with this name has the focus. */
  const tabTo = async (name: string) => {
    for (let i = 0; i < 60; i++) {
      if ((await widget.getFocusedName()).startsWith(name)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(
      `Tab never reached "${name}"; the focus is on "${await widget.getFocusedName()}".`,
    );
  };

  await tabTo('Open chat');
  await page.keyboard.press('Enter');
  await widget.button('Start').waitFor();
  t.equal(await widget.getFocusedName(), 'Write a message', 'the field has the focus');
  await page.keyboard.press('Shift+Tab');
  await tabTo('Start');
  await page.keyboard.press('Enter');
  await widget.root.getByLabel('Your name').waitFor();
  await tabTo('Your name');
  await page.keyboard.type('Ines');
  await page.keyboard.press('Enter');
  await widget.getByText(/May we store your name/).waitFor();
  await tabTo('I agree');
  await page.keyboard.press('Enter');
  await widget.getByText(/to train our AI assistant/).waitFor();
  await tabTo('I do not agree');
  await page.keyboard.press('Space');
  await widget.getByText(/Please add your documents/).waitFor();
  const chooser = page.waitForEvent('filechooser');
  await tabTo('Choose PDF files');
  await page.keyboard.press('Enter');
  await (
    await chooser
  ).setFiles([{name: 'by-keyboard.pdf', mimeType: 'application/pdf', buffer: makePdf()}]);
  await tabTo('Upload files');
  await page.keyboard.press('Enter');
  await widget.root.getByText('Uploaded', {exact: true}).waitFor();
  await tabTo('Done & continue');
  await page.keyboard.press('Enter');
  await widget.root.getByLabel('Your e-mail address').waitFor();
  await tabTo('Your e-mail address');
  await page.keyboard.type('ines@example.com');
  await page.keyboard.press('Enter');
  await widget.getByText('Please check your inbox').waitFor();
  await page.keyboard.press('Escape');

  t.equal((await server.sql`select from user_sessions where name = 'Ines'`).length, 1);
  t.equal(await widget.root.getByRole('dialog').isVisible(), false, 'Esc closes');
  t.match(await widget.getFocusedName(), /Open chat/, 'the launcher has the focus again');
  t.same(noise, []);
});
