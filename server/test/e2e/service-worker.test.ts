import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

import t from 'tap';
import type {Test} from 'tap';

import {FaultProxy} from '../fault-proxy.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {Widget, collectConsole, openBrowser} from './browser.js';
import {createScriptTag} from './site-page.js';

const LONGER_THAN_THE_SILENCE_LIMIT_MS = 70_000;

const PASS_THROUGH = `
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));
`;

const REGISTER = `<script>
navigator.serviceWorker.register('/sw.js');
</script>`;

/** Serves a page of another origin whose requests may go through a service worker. */
const serveSite = async (t: Test, body: string) => {
  const site = createServer((request, response) => {
    const isWorker = request.url === '/sw.js';
    response.setHeader('content-type', isWorker ? 'text/javascript' : 'text/html');
    response.end(isWorker ? PASS_THROUGH : `<!doctype html><html lang="en"><body>${body}`);
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  t.teardown(() => {
    site.close();
    site.closeAllConnections();
  });
  return `http://localhost:${(site.address() as AddressInfo).port}/`;
};

for (const isControlled of [true, false]) {
  t.test(
    isControlled
      ? 'behind a service worker, which hides progress, a slow upload is not cut off'
      : 'without one, an upload that stays silent is begun again',
    async (t) => {
      const server = await startServer(t);
      const proxy = await FaultProxy.start(t, server.url);
      const tag = createScriptTag(proxy.replaceHost(server.url).replace('127.0.0.1', 'localhost'));
      const url = await serveSite(t, `${isControlled ? REGISTER : ''}${tag}`);
      const browser = await openBrowser(t);
      const context = await browser.newContext({locale: 'en-GB', reducedMotion: 'reduce'});
      const page = await context.newPage();
      collectConsole(page, []);
      const uploads: string[] = [];
      page.on('request', (request) => {
        if (request.url().endsWith('/api/files/upload')) uploads.push(request.method());
      });
      await page.clock.install();
      await page.goto(url);
      if (isControlled) await page.waitForFunction('navigator.serviceWorker.controller !== null');
      const widget = new Widget(page);
      await widget.open();
      await widget.submitName('Bea');
      await widget.answerConsents(true, true);
      await widget.addFiles([{name: 'slow.pdf', buffer: makePdf(2_000_000)}]);

      // The headers may arrive before the body: two more pieces contain the start of the file.
      proxy.freezeAfter = ['POST /api/files/upload', '', ''];
      await widget.button('Upload files').click();
      await until(async () => (await server.sql`select from file_uploads`).length === 1);
      const started = () => uploads.filter((method) => method === 'POST').length;
      // A late progress event restarts the limit, so one clock step may not be enough.
      await until(async () => {
        await page.clock.fastForward(LONGER_THAN_THE_SILENCE_LIMIT_MS);
        return isControlled || started() > 1;
      });
      if (isControlled) await widget.getByText(/^Uploading/).waitFor();
      await proxy.set('pass');
      await widget.root.getByText('Uploaded', {exact: true}).waitFor();

      if (isControlled) t.equal(started(), 1);
      const rows = await server.sql`select from file_uploads where state = 'stored'`;
      t.equal(rows.length, 1);
    },
  );
}
