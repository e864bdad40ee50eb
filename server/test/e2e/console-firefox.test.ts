import t from 'tap';

import {announceConsole} from '../../accounts/announce.js';
import {startServer} from '../start-server.js';
import {makeTextPdf} from '../text-pdf.js';
import {collectConsole, openBrowser} from './browser.js';
import {makeLead} from './console-page.js';

t.test(
  'in Firefox, the printed link leads to the pages of a document',
  {skip: process.env['TEST_FIREFOX_MISSING'] ?? false},
  async (t) => {
    const server = await startServer(t);
    const bytes = makeTextPdf([['Curriculum vitae']]);
    await makeLead(server, {name: 'Anna', files: [{name: 'cv.pdf', bytes}]});
    const browser = await openBrowser(t, 'firefox');
    const page = await (await browser.newContext({locale: 'en-GB'})).newPage();
    const noise: string[] = [];
    collectConsole(page, noise);

    const printed = await announceConsole(server.sql, server.config);
    await page.goto(printed?.split('\n').at(-1) ?? '');
    await page.getByRole('button', {name: 'Sign in'}).click();
    await page.getByRole('link', {name: 'Unconfirmed 1'}).click();
    await page.getByRole('link', {name: 'Anna'}).click();
    const documents = page.locator('.documents');
    await documents.getByRole('button', {name: /Look at .cv.pdf/}).click();
    await documents.getByText('Curriculum vitae').waitFor();
    await documents.getByRole('button', {name: 'Show pages'}).click();
    await page.frameLocator('iframe').locator('canvas').waitFor();
    t.same(noise, []);
  },
);
