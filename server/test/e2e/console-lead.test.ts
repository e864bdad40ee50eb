import t from 'tap';
import {extractText} from 'unpdf';

import {makeTextPdf} from '../text-pdf.js';
import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {openBrowser} from './browser.js';
import {PHONE, makeLead, openConsole, retype} from './console-page.js';

t.test('a lead shows its messages, files and consents, and is done with one press', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna', messages: ['Is the second page enough?']});
  const {main, noise} = await openConsole(await openBrowser(t), server, `leads/${uuid}`);
  await main.getByText('Is the second page enough?').waitFor();
  for (const part of ['.transcript', '.documents'])
    t.equal(await main.locator(part).getByText('cv.pdf').count(), 1, part);
  await main.getByText('Training with the documents').first().waitFor({state: 'detached'});
  await main.locator('.consent summary').first().click();
  await main.getByText('May we use your data for personal_data?').waitFor();
  await main.locator('.consent').getByText('SHA-256').first().waitFor();

  await main.getByText('Trail').click();
  await main.getByText('Document uploaded').waitFor();
  await main.getByRole('button', {name: 'Mark as done'}).click();
  await main.getByRole('button', {name: 'Reopen'}).waitFor();
  const [lead] = await server.sql`select status from leads`;
  t.equal(lead?.['status'], 'done');
  t.same(noise, []);
});

t.test('the name is corrected, and a wrong e-mail address is refused in the dialog', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Ana'});
  const {page, main} = await openConsole(await openBrowser(t), server, `leads/${uuid}`);
  await main.getByRole('button', {name: 'More'}).click();
  await page.getByRole('button', {name: 'Correct…'}).click();
  const dialog = page.getByRole('dialog', {name: 'Correct the contact'});
  await retype(dialog.getByLabel('E-mail address'), 'anna@invalid');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await dialog.getByText(/This e-mail address is not valid/).waitFor();
  await retype(dialog.getByLabel('E-mail address'), 'anna-new@example.com');
  await retype(dialog.getByLabel('Name'), 'Anna');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await dialog.waitFor({state: 'detached'});
  await main.getByRole('heading', {name: 'Anna', exact: true}).waitFor();
  await main.getByText('anna-new@example.com').waitFor();
});

t.test('an erased lead shows its tombstone, also to another page that has it open', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna'});
  const browser = await openBrowser(t);
  const {page, main} = await openConsole(browser, server, `leads/${uuid}`);
  const other = await openConsole(browser, server, `leads/${uuid}`);
  await other.main.getByRole('heading', {name: 'Anna'}).waitFor();
  await main.getByRole('button', {name: 'More'}).click();
  await page.getByRole('button', {name: 'Erase…'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Erase', exact: true}).click();
  for (const {main} of [{main: page.locator('main')}, other])
    await main.getByText(/Erased on [^]+ A person of this site erased it\./).waitFor();
  t.equal(await other.main.getByText('Anna').count(), 0);
  t.notMatch(await other.page.title(), 'Anna');
  await main.locator('.consent summary').first().click();
  await main.getByText('May we use your data for personal_data?').waitFor();
  await main.locator('.trail li', {hasText: 'Erased'}).waitFor();
});

t.test('a printed page has the site and the time of printing at its head', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna'});
  const {page, main} = await openConsole(await openBrowser(t), server, `leads/${uuid}`);
  await main.getByRole('heading', {name: 'Anna'}).waitFor();
  await page.clock.setFixedTime('2026-03-04T10:24:00');
  t.notOk(await page.getByText('Printed on').isVisible());
  await page.emulateMedia({media: 'print'});
  await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
  await page.getByText(/Printed on .*4 Mar 2026, 10:24/).waitFor();
  t.equal(await page.locator('.printed span').first().innerText(), 'Demo');
});

t.test('the keys of the browser print everything, and fold it again', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna'});
  const {page, main} = await openConsole(await openBrowser(t), server, `leads/${uuid}`);
  await main.locator('.trail').getByText('Document uploaded').waitFor({state: 'attached'});
  const {text} = await extractText(new Uint8Array(await page.pdf()), {mergePages: true});
  for (const expected of [
    'Document uploaded',
    'May we use your data for personal_data?',
    'SHA-256',
  ])
    t.ok(text.includes(expected), expected);
  t.equal(await main.getByText('Document uploaded').isVisible(), false);
});

t.test('a document is read as text at once, and its pages are drawn in a frame', async (t) => {
  const server = await startServer(t);
  const name = `${'a-long-name-'.repeat(8)}cv.pdf`;
  const pdf = makeTextPdf([['Curriculum vitae'], ['Second page']]);
  const {uuid} = await makeLead(server, {files: [{name, bytes: pdf}]});
  const {page, main, noise} = await openConsole(await openBrowser(t), server, `leads/${uuid}`);
  await main
    .locator('.documents')
    .getByRole('button', {name: /Look at .*cv.pdf/})
    .click();
  await main.getByText('Curriculum vitae').waitFor();
  await main.getByRole('button', {name: 'Show pages'}).click();
  const frame = page.frameLocator('iframe');
  const {width = 0} = (await main.locator('iframe').boundingBox()) ?? {};
  t.ok(width > 800, `the document is ${width} px wide in a window of 1280 px`);
  await frame.getByRole('img', {name: 'Page 1 of 2'}).locator('canvas').waitFor();
  t.equal(await main.locator('iframe').getAttribute('sandbox'), 'allow-scripts');
  const attached = main.locator('.attached bdi');
  t.equal(await attached.getAttribute('title'), name);
  const {height = 99} = (await attached.boundingBox()) ?? {};
  t.ok(height < 30, 'beside the document, the name is in one line');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    main.getByRole('button', {name: /Download .*cv.pdf/}).click(),
  ]);
  t.equal(download.suggestedFilename(), name);
  t.same(noise, []);
});

t.test('on a phone, the pages are as wide as the screen, sharp, and can be enlarged', async (t) => {
  const server = await startServer(t);
  const text = makeTextPdf([['Curriculum vitae']]);
  const locked = text.toString('latin1').replace('/Root 1 0 R', '$& /Encrypt 99 0 R');
  const {uuid} = await makeLead(server, {
    files: [
      {name: 'cv.pdf', bytes: text},
      {name: 'locked.pdf', bytes: Buffer.from(locked, 'latin1')},
    ],
  });
  const {page, main, noise} = await openConsole(await openBrowser(t), server, `leads/${uuid}`, {
    context: PHONE,
  });
  await main.getByRole('button', {name: 'Details'}).click();
  const look = main.getByRole('button', {name: /Look at .cv.pdf/});
  const show = main.getByRole('button', {name: /Show pages of .cv.pdf/});
  await look.click();
  await main.locator('.pages').getByText('Curriculum vitae').waitFor();
  t.equal(await look.getAttribute('aria-pressed'), 'true');
  await show.click();
  t.equal(await look.getAttribute('aria-pressed'), 'false');
  t.equal(await show.getAttribute('aria-pressed'), 'true');
  t.equal(await main.locator('.pages').count(), 0, 'the pages replace the text');

  const canvas = page.frameLocator('iframe').locator('canvas');
  const readCanvas = async () => [
    Number(await canvas.getAttribute('width')),
    Math.round((await canvas.boundingBox())?.width ?? 0),
  ];
  await canvas.waitFor();
  t.same(await readCanvas(), [720, 360], 'two pixels of the canvas for each of the screen');
  const frame = main.locator('iframe');
  const readHeight = async () => Math.round((await frame.boundingBox())?.height ?? 0);
  await until(async () => (await readHeight()) === Math.ceil((360 * 842) / 595) + 2);

  await main.getByRole('button', {name: 'Larger'}).tap();
  await main.getByText('150%').waitFor();
  await until(async () => (await readCanvas()).join(' ') === '1080 540');
  await main.getByRole('button', {name: 'Larger'}).tap();
  await main.getByRole('button', {name: 'Larger'}).tap();
  await until(async () => (await readCanvas()).join(' ') === '2160 1080');
  t.ok((await readHeight()) < 740, 'the frame is not higher than the window');
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
  for (const name of ['Larger', 'Smaller']) {
    const box = await main.getByRole('button', {name}).boundingBox();
    t.ok(box && Math.min(box.width, box.height) >= 40, `${name} is large enough for a finger`);
  }

  await show.click();
  t.equal(await frame.count(), 0, 'a second press closes the pages');
  t.equal(await main.getByRole('button', {name: /Look at .locked.pdf/}).count(), 0);
  t.equal(await main.getByRole('button', {name: /Show pages of .locked.pdf/}).count(), 1);
  t.same(noise, []);
});

t.test('a phone has two parts, and one press from the conversation to the document', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {messages: ['Hello\n'.repeat(100)]});
  const {page, main} = await openConsole(await openBrowser(t), server, `leads/${uuid}`, {
    context: PHONE,
  });
  await main.getByText('Hello').waitFor();
  await page.evaluate('scrollTo(0, 900)');
  // The driver's click would scroll to the place of the button, which stays in view.
  await main.getByRole('button', {name: 'Details'}).dispatchEvent('click');
  await main.locator('.documents').waitFor();
  await main.getByRole('button', {name: 'Conversation'}).click();
  t.equal(await page.evaluate('scrollY'), 900, 'the conversation is where it was left');
  t.equal(await main.locator('.documents').isVisible(), false);
  await main
    .locator('.transcript')
    .getByRole('button', {name: /Look at .cv.pdf/})
    .click();
  await main
    .locator('.documents')
    .getByText(/This file is a scan/)
    .waitFor();
  t.equal(await main.getByText('Hello').isVisible(), false);
});

t.test('a consent says whether its wording is a text of the site or of the widget', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server);
  const {page, main} = await openConsole(await openBrowser(t), server, `leads/${uuid}`);
  const readNote = async () => {
    await page.reload();
    const consent = main.locator('.consent').first();
    await consent.locator('summary').click();
    const text = await consent.innerText();
    return NOTES.filter((note) => text.includes(note));
  };
  t.same(await readNote(), ['Not one of this site’s texts'], 'a client has sent its own text');
  const learn = (site: string) => server.sql`
    insert into known_wordings (site_key, sha256, purpose)
    select ${site}, wording_sha256, purpose from consents where session_uuid = ${uuid}`;
  await learn('workshop');
  t.same(await readNote(), ['Not one of this site’s texts'], 'it is a text of another site');
  await server.sql`update known_wordings set first_at = now() + interval '1 day'`;
  t.same(await readNote(), ['Recorded before wordings were checked']);
  await learn('demo');
  t.same(await readNote(), ['A text of this site or of the widget']);
});

const NOTES = [
  'A text of this site or of the widget',
  'Not one of this site’s texts',
  'Recorded before wordings were checked',
];
