import {readFile} from 'node:fs/promises';

import t from 'tap';

import {storeWordings} from '../../sites/wordings.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {Widget, collectConsole, openBrowser} from './browser.js';

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'";
const PAGE =
  '<!doctype html><html lang="en"><title>Site</title><body><h1>A page</h1><script src="/maria-chat.js" async></script></body></html>';

t.test('a visitor sees, corrects, downloads and erases the stored data', async (t) => {
  const {sql, url, mailbox} = await startServer(t, {store: 'disk'});
  const browser = await openBrowser(t);
  const context = await browser.newContext({locale: 'en-GB', reducedMotion: 'reduce'});
  const page = await context.newPage();
  const noise: string[] = [];
  collectConsole(page, noise);
  await page.route('**/strict.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: {'Content-Security-Policy': POLICY},
      body: PAGE,
    }),
  );
  await page.goto(`${url}/strict.html`);
  const widget = new Widget(page);
  await widget.open();
  await widget.submitName('Anna Beispiel');
  await widget.answerConsents(true, true);
  await widget.addFiles([{name: 'Zeugnis.pdf', buffer: makePdf(90_000)}]);
  await widget.uploadAll(1);
  await widget.button('Done & continue').click();
  await widget.submitEmail('anna@example.com');

  await widget.chooseMenuEntry('My data');
  await widget.getByText('Anna Beispiel').last().waitFor();

  const [archive] = await Promise.all([
    page.waitForEvent('download'),
    widget.button('Download everything (ZIP)').click(),
  ]);
  const bytes = await readFile(await archive.path());
  t.match(archive.suggestedFilename(), /^maria-[\da-f-]{36}\.zip$/);
  t.equal(bytes.subarray(0, 2).toString(), 'PK');
  t.ok(bytes.includes('session.json') && bytes.includes('Zeugnis.pdf'), 'rows and files');
  t.ok(bytes.length > 90_000, 'the file is complete');

  // The link opens in a separate tab, which closes too early to be observed.
  const given = page.evaluate<string>(
    'new Promise((resolve) => { HTMLAnchorElement.prototype.click = function () { resolve(this.href); }; })',
  );
  const link = widget.button('Download Zeugnis.pdf');
  const file = await fetch(await widget.untilOpened(given, () => link.click()));
  t.match(file.headers.get('content-disposition'), /^attachment; filename="Zeugnis.pdf"/);
  t.equal((await file.arrayBuffer()).byteLength, 90_000);

  await widget.button('Change Your name').click();
  await widget.root.locator('#edit').fill('Anna B.');
  await widget.button('Save').click();
  await widget.getByText('Anna B.').last().waitFor();
  t.equal((await sql`select name from user_sessions`)[0]?.['name'], 'Anna B.');

  await widget.button('Change Your e-mail address').click();
  await widget.root.locator('#edit').fill('anna.b@example.org');
  await widget.button('Save').click();
  await widget.getByText('a link to a•••@example.org').last().waitFor();
  await mailbox.waitFor('anna.b@example.org');

  await widget.button('Withdraw consent Training our AI assistant with your files').click();
  await widget
    .getByText(/Declined on/)
    .last()
    .waitFor();
  const [{consent_ai_training: training}] =
    (await sql`select consent_ai_training from user_sessions`) as unknown as [
      {consent_ai_training: boolean},
    ];
  t.equal(training, false);
  await widget.button('I agree Training our AI assistant with your files').click();
  await widget.button('Withdraw consent Training our AI assistant with your files').waitFor();
  const [again] = await sql`select from user_sessions where consent_ai_training`;
  t.ok(again, 'consent is granted again there');
  await storeWordings(sql);
  const recorded = await sql<{wording: string; isKnown: boolean}[]>`
    select wording, exists (
      select from known_wordings k
      where k.site_key = '*' and k.purpose = c.purpose and k.sha256 = c.wording_sha256) as "isKnown"
    from consents c order by id`;
  t.ok(recorded.length >= 4);
  t.same(
    recorded.filter(({isKnown}) => !isKnown),
    [],
    'the build has listed every recorded wording',
  );

  await widget.button('Erase everything').click();
  await widget.root
    .getByRole('alertdialog')
    .getByRole('button', {name: 'Erase everything'})
    .click();
  await widget.getByText(/Everything has been erased/).waitFor();
  t.equal((await sql`select from user_sessions`).length, 0);
  t.equal(await widget.storage('session_uuid'), null);
  t.equal(await widget.storage('token'), null);
  // The page asks for the state of the session at times, also while it is being erased.
  const unexpected = noise.filter((line) => !line.includes('status of 410'));
  t.same(unexpected, [], 'the console is empty, and no policy is violated');
});
