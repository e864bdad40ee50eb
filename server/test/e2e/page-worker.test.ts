import t from 'tap';

import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {openSite, createScriptTag} from './site-page.js';

/** Handles every request of the page, including requests to other hosts. */
const WORKER = `
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));
`;

const REGISTRATION = `<script>
window.controlled = new Promise((resolve) => navigator.serviceWorker.oncontrollerchange = resolve);
navigator.serviceWorker.register('/worker.js');
</script>`;

t.test(
  'a whole conversation works on a page whose service worker handles all requests',
  async (t) => {
    const {url, sql} = await startServer(t);
    const {page, widget, noise} = await openSite(await openBrowser(t), {
      head: REGISTRATION,
      body: createScriptTag(url),
      worker: WORKER,
    });
    await page.evaluate('controlled.then(() => undefined)');
    t.ok(await page.evaluate('Boolean(navigator.serviceWorker.controller)'));

    await widget.open();
    await widget.submitName('Ana');
    await widget.answerConsents(true, true);
    await widget.addFiles([{name: 'one.pdf', buffer: makePdf()}]);
    await widget.uploadAll(1);
    await widget.button('Done & continue').click();
    await widget.submitEmail('ana@example.com');
    await page.reload();
    await t.resolves(widget.getByText('a•••@example.com').first().waitFor());

    const [row] = await sql`select name, email from user_sessions`;
    t.same(row, {name: 'Ana', email: 'ana@example.com'});
    t.same(noise, [], 'the console stayed empty');
  },
);
