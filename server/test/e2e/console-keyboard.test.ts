import type {Page} from 'playwright-core';
import t from 'tap';

import {OwnerClient} from '../owner-client.js';
import {makeTextPdf} from '../text-pdf.js';
import {confirm} from '../lead-helpers.js';
import {until} from '../until.js';
import {
  createSite,
  focusedName,
  makeLead,
  openConsole,
  openContext,
  saveFrom,
  startConsole,
  tabTo,
} from './console-page.js';

const {server, browser} = await startConsole(t);

// Page scripts are strings, because the types of a page are not those of the server.

/** Describes a focus that is lost or cannot be seen; empty if it is good. */
const FOCUS_FAULT = `(() => {
  const active = document.activeElement;
  if (!active || active === document.body || active.tagName === 'HTML') return 'lost';
  if (active.matches('main, dialog, h1, iframe, [tabindex="-1"]')) return '';
  const {outlineStyle, outlineWidth} = getComputedStyle(active);
  const {width, height, bottom, top} = active.getBoundingClientRect();
  const isSeen = active.type === 'radio' || active.type === 'checkbox' || width * height > 0;
  if (!isSeen || bottom < 0 || top > innerHeight) return 'outside: ' + active.outerHTML.slice(0, 120);
  return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0
    ? '' : 'without an outline: ' + active.outerHTML.slice(0, 120);
})()`;

/** Everything that a person without a mouse does, each step with the keys they press. */
class Keys {
  constructor(
    readonly page: Page,
    private readonly faults: string[],
  ) {}

  /** Presses a key, and notes if the focus is lost or invisible afterwards. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.check(`after ${key}`);
  }

  async check(when: string): Promise<void> {
    const fault = await this.page.evaluate<string>(FOCUS_FAULT);
    if (fault) this.faults.push(`${when}: ${fault} (${this.page.url()})`);
  }

  /** Goes to a control with Tab, and presses it. */
  async activate(name: string): Promise<void> {
    await tabTo(this.page, name);
    await this.check(`on ${name}`);
    await this.page.keyboard.press('Enter');
  }

  /** Opens a menu, and chooses an entry when the menu has the focus. */
  async choose(menu: string, entry: string): Promise<void> {
    await this.activate(menu);
    await this.page.locator('[popover]:focus-within').waitFor();
    await this.activate(entry);
  }

  see(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).first().waitFor();
  }
}

t.test('everything can be done without a mouse, and the focus is never lost', async (t) => {
  const site = await createSite(server, 'Acme');
  const bytes = makeTextPdf([['Curriculum vitae']]);
  const files = [{name: 'cv.pdf', bytes}];
  await makeLead(server, {site, name: 'Ben', email: 'ben@example.com'});
  await makeLead(server, {site, name: 'Anna', email: 'anna@example.com', files});
  await confirm(server, 'anna@example.com');
  const email = 'olga@example.com';
  await OwnerClient.create(server, {email, roles: {[site]: 'owner'}});
  const context = await openContext(browser);
  const page = await context.newPage();
  const faults: string[] = [];
  const keys = new Keys(page, faults);

  await page.goto(`${server.url}/console/`);
  await keys.see('Send me a link');
  t.equal(await focusedName(page), 'E-mail address', 'the field has the focus');
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
  await keys.see('Check your inbox');
  const {text = ''} = await server.mailbox.waitFor(email);
  await page.goto(/http\S+\/console\/sign-in\/#\S+/.exec(text)?.[0] ?? '');
  await keys.see('You sign in as');
  await page.keyboard.press('Enter');

  await page.getByRole('link', {name: 'Anna'}).waitFor();
  await keys.press('/');
  await page.keyboard.type('anna');
  await page.getByRole('link', {name: 'All 1'}).waitFor();
  await keys.press('Enter');
  t.equal(await focusedName(page), 'Anna');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Anna'}).waitFor();
  await keys.check('on the lead');

  await keys.activate('Look at');
  await keys.see('Curriculum vitae');
  await keys.check('after the text');
  await keys.activate('Show pages');
  await page.frameLocator('iframe').locator('canvas').waitFor();
  await keys.check('after the pages');
  const [file] = await Promise.all([page.waitForEvent('download'), keys.activate('Download')]);
  t.equal(file.suggestedFilename(), 'cv.pdf');

  await keys.activate('Mark as done');
  await page.getByRole('button', {name: 'Reopen'}).waitFor();
  await keys.check('after the mark');
  await keys.choose('More', 'Correct');
  await page.getByRole('dialog').waitFor();
  await keys.check('in the dialog');
  await tabTo(page, 'Name');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Anna B.');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Anna B.'}).waitFor();
  await keys.check('after the correction');

  await keys.press('Escape');
  await page.getByRole('link', {name: 'Anna B.'}).waitFor();
  const list = await saveFrom(page, () => keys.choose('Export', 'Table (CSV)'));
  t.match(list.name, /\.csv$/);
  await keys.check('after the export');

  await keys.press('g');
  await keys.press('f');
  await page.getByRole('heading', {name: 'Funnel'}).waitFor();
  await keys.check('on the funnel');
  await keys.press('g');
  await keys.press('p');
  await page.getByRole('heading', {name: 'People'}).waitFor();
  await keys.activate('Invite');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('dana@example.com');
  await page.keyboard.press('Enter');
  await keys.see('dana@example.com');
  await page.getByRole('dialog').waitFor({state: 'detached'});
  await keys.check('after the invitation');

  await keys.press('g');
  await keys.press('l');
  await keys.activate('Done');
  await page.getByRole('link', {name: 'Done 1'}).waitFor();
  await page.getByRole('link', {name: 'Anna B.'}).waitFor();
  await keys.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Anna B.'}).waitFor();
  await keys.choose('More', 'Erase');
  await page.getByRole('dialog').waitFor();
  t.equal(await focusedName(page), 'Keep', 'Enter erases nothing');
  await keys.press('Tab');
  await page.keyboard.press('Enter');
  await keys.see(/Erased on/);
  await keys.check('after the erasure');
  t.same(faults, []);
});

t.test('the pages of a document are scrolled with the keys, and Tab leaves them', async (t) => {
  const bytes = makeTextPdf(Array.from({length: 4}, (_, index) => [`Page ${index + 1}`]));
  const {uuid} = await makeLead(server, {files: [{name: 'cv.pdf', bytes}]});
  const {page} = await openConsole(browser, server, `leads/${uuid}`);
  await tabTo(page, 'Show pages');
  await page.keyboard.press('Enter');
  await page.frameLocator('iframe').locator('canvas').first().waitFor();
  const frame = page.frames().find((one) => one.url().endsWith('/console/pages/'));
  if (!frame) throw new Error('There is no frame for the pages.');
  await tabTo(page, 'Larger');
  await page.keyboard.press('Tab');
  t.equal(await page.evaluate('document.activeElement.tagName'), 'IFRAME');
  t.equal(await frame.evaluate(RING), '2px', 'the focus is seen');
  await page.keyboard.press('PageDown');
  await until(() => frame.evaluate<boolean>('scrollY > 0'));
  await page.keyboard.press('Tab');
  t.equal(await focusedName(page), 'Copy');
  t.equal(await frame.evaluate(RING), '0px');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  t.equal(await focusedName(page), 'Larger');
});

/** Width of the ring around the pages. */
const RING = `getComputedStyle(document.documentElement, '::after').borderTopWidth`;
