import t from 'tap';

import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {openBrowser, openDemo} from './browser.js';

t.test('a browser that remembers a failed module still loads the whole chat', async (t) => {
  const server = await startServer(t);
  const {page, widget, noise} = await openDemo(await openBrowser(t), server.url);
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  // The connection failed for a moment, and the browser will not request this URL again.
  await page.route('**/widget/chat-*', (route) => route.abort());

  await widget.open();
  await widget.submitName('Ana');
  await widget.getByText(/May we store your name/).waitFor();
  await widget.button('I agree').waitFor();

  const chats = fetched.filter((path) => path.includes('/chat-'));
  t.equal(chats.length, 2, 'the file is requested once more');
  t.match(chats[1], /^\/widget\/again\/chat-/);
  const parts = fetched
    .slice(fetched.indexOf(chats[1] ?? ''))
    .filter((path) => path.endsWith('.js'));
  t.ok(
    parts.length >= 3 && parts.every((path) => path.startsWith('/widget/again/')),
    'all its imports come from the same folder, so that no module is loaded twice',
  );
  t.same(
    noise.filter((line) => !line.includes('ERR_FAILED')),
    [],
  );
});

t.test('a lasting failure is displayed, and the next press tries again', async (t) => {
  const server = await startServer(t);
  const {page, widget} = await openDemo(await openBrowser(t), server.url);
  await page.route('**/widget/**', (route) => route.abort());

  await widget.button('Open chat').click();
  await widget.getByText('Chat unavailable.').waitFor();
  await page.unroute('**/widget/**');
  await widget.open();

  await t.resolves(widget.root.getByLabel('Your name').waitFor());
});

t.test('a missing file of developer warnings is reported once, not at every change', async (t) => {
  const server = await startServer(t);
  const {page, widget, noise} = await openDemo(await openBrowser(t), server.url);
  await page.route('**/widget/**/attribute-warnings-*', (route) => route.abort());
  await page.route('**/widget/attribute-warnings-*', (route) => route.abort());
  await page.evaluate(`document.querySelector('maria-chat').setAttribute('heading', 'Acme')`);

  await widget.open();
  await widget.submitName('Ana');
  await widget.getByText(/May we store your name/).waitFor();
  await widget.button('I agree').waitFor();

  const told = () => noise.filter((line) => line.includes('Maria Chat:')).length;
  await until(() => told() > 0);
  t.equal(told(), 1);
});
