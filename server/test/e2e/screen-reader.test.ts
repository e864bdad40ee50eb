import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {getConfirmationLink} from '../mailbox.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {openBrowser, openDemo} from './browser.js';
import {takeAnnouncements, collectAnnouncements} from './live-regions.js';
import type {Announcement} from './live-regions.js';

// dist/server/test/e2e/ -> the project
const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));
const TRANSCRIPT = path.join(PROJECT, 'server/test/e2e/screen-reader.txt');
/**
 * Limit for announcements at one step: Maria writes two or three lines, a file has four quarters.
 */
const MAX_AT_ONCE = 9;

/** Keeps the first quarter of an upload only, because their number depends on the connection. */
const isOnce = ({words}: Announcement, at: number, all: Announcement[]): boolean =>
  !/: \d+%$/.test(words) ||
  all.findIndex((announcement) => /: \d+%$/.test(announcement.words)) === at;

/** Replaces text that differs from run to run. */
const settled = (text: string): string =>
  text
    .replace(/[\da-f]{8}-[\da-f-]{27}/g, '(reference)')
    .replace(/\d{1,2}:\d{2}( ?[AP]M)?/gi, '(time)')
    .replace(/\(\d+ s\)/g, '(seconds)')
    .replace(/: \d+%/g, ': (quarters)');

t.test('a screen reader announces the whole conversation, each part once', async (t) => {
  const server = await startServer(t);
  const {page, context, widget, noise} = await openDemo(await openBrowser(t), server.url);
  const parts: string[] = [];
  const said: Announcement[] = [];
  const hear = async (moment: string) => {
    const now = await takeAnnouncements(page);
    said.push(...now);
    t.ok(now.length <= MAX_AT_ONCE, `${moment}: ${now.length} announcements are within the limit`);
    const spoken = now.filter(isOnce).map(({by, words}) => `  ${by}: ${words}`);
    const tree = await widget.root.ariaSnapshot();
    const focused = (await widget.getFocusedName()).replace(/\s+/g, ' ');
    const focus = `Focus: ${moment === 'closed' ? 'the page' : focused}`;
    parts.push([`# ${moment}`, 'Said:', ...spoken, focus, 'There:', tree].join('\n'));
  };

  await widget.root.locator('.launcher').waitFor();
  await collectAnnouncements(page);
  await hear('closed');
  await widget.open();
  await widget.root.getByLabel('Your name').waitFor();
  await hear('the name is asked');
  await widget.submitName('Ana');
  await widget.getByText(/May we store your name/).waitFor();
  await widget.button('I agree').waitFor();
  await hear('the first consent is asked');
  await widget.button('I agree').click();
  await widget.getByText(/to train our AI assistant/).waitFor();
  await hear('the second consent is asked');
  await widget.button('I do not agree').click();
  await widget.getByText('Please add your documents').waitFor();
  await widget.addFiles([{name: 'contract.pdf', buffer: makePdf()}]);
  await widget.root.getByText('Ready to upload').waitFor();
  await hear('a file is chosen');
  await widget.uploadAll(1);
  await hear('the file is there');
  await widget.button('Done & continue').click();
  await widget.root.getByLabel('Your e-mail address').waitFor();
  await hear('the e-mail address is asked');
  await widget.submitEmail('ana@example.com');
  await hear('the link is mailed');
  const confirmation = await context.newPage();
  await confirmation.goto(getConfirmationLink(await server.mailbox.waitFor('ana@example.com')));
  await confirmation.getByRole('button', {name: 'Confirm'}).click();
  await page.bringToFront();
  await widget.getByText(/Thank you, Ana!/).waitFor();
  await widget.root.getByText('Your reference').waitFor();
  await hear('the address is confirmed');

  await t.test('nothing is announced twice', async (t) => {
    const lines = said.filter(({by}) => by === 'log').map(({words}) => settled(words));
    const twice = lines.filter((words, at) => lines.indexOf(words) !== at);
    // The visitor may give the same answer twice.
    t.same(
      twice.filter((words) => !words.startsWith('You:')),
      [],
    );
    t.ok(lines.length >= 10, 'everything is announced');
  });

  await t.test('the announcements match the transcript beside this test', async (t) => {
    const transcript = `${settled(parts.join('\n\n'))}\n`;
    // `WRITE_TRANSCRIPT=1` rewrites the file. Read it before you commit it.
    if (process.env['WRITE_TRANSCRIPT']) await writeFile(TRANSCRIPT, transcript);
    t.equal(transcript, await readFile(TRANSCRIPT, 'utf8'));
  });

  t.same(noise, []);
});
