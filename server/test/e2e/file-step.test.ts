import t from 'tap';

import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {openBrowser, openDemo} from './browser.js';

const SLOW_BYTES_PER_SECOND = 250_000;

t.test('the file step on a bad connection', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);
  const {page, context, widget} = await openDemo(browser, server.url);
  await widget.open();
  await widget.submitName('Bea');
  await widget.answerConsents(true, true);
  const line = await context.newCDPSession(page);
  await line.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 20,
    downloadThroughput: -1,
    uploadThroughput: SLOW_BYTES_PER_SECOND,
  });

  await widget.addFiles([{name: 'slow.pdf', buffer: makePdf(2_500_000)}]);
  await widget.button('Upload files').click();
  await widget.getByText(/Uploading, [1-9]/).waitFor();

  await t.test('leaving during an upload asks for confirmation', async (t) => {
    const asked = page.waitForEvent('dialog');
    const leaving = page.close({runBeforeUnload: true});
    const dialog = await asked;
    t.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    await leaving;
  });

  await t.test('a lost connection is displayed, and the file arrives later', async (t) => {
    await context.setOffline(true);
    await widget.getByText('Waiting for your connection. We’ll continue automatically.').waitFor();
    t.equal(await widget.button('Upload files').count(), 0, 'nothing is left to press');
    await context.setOffline(false);
    await widget.root.getByText('Uploaded', {exact: true}).waitFor();
    await until(async () => {
      const rows = await server.sql`select state from file_uploads where not is_deleted`;
      return rows.length === 1 && rows[0]?.['state'] === 'stored';
    });
  });

  await t.test('leaving without an upload asks no question', async (t) => {
    let questions = 0;
    page.on('dialog', (dialog) => {
      questions++;
      void dialog.accept();
    });
    await page.close({runBeforeUnload: true});
    await until(() => Promise.resolve(page.isClosed()));
    t.equal(questions, 0);
  });
  await context.close();
});
