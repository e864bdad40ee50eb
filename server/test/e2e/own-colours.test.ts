import type {Page} from 'playwright-core';
import t from 'tap';
import type {Test} from 'tap';

import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {findViolations} from './axe.js';
import {openBrowser, openDemo} from './browser.js';
import type {Widget} from './browser.js';

const LANGUAGES = ['en', 'ar'];

const {url} = await startServer(t);
const browser = await openBrowser(t);

type Look = (state: string) => Promise<void>;

t.test('all elements keep their edges in forced colours', async (t) => {
  for (const lang of LANGUAGES) {
    await t.test(lang, async (t) => {
      const options = {forcedColors: 'active', colorScheme: 'dark'} as const;
      const {page, context, widget, noise} = await openDemo(browser, url, options);
      await speak(page, lang);
      const hasEdges = async () => (await page.evaluate<string[]>(EDGELESS)).length === 0;
      const look = async (state: string) => {
        // Wait for the lazily loaded styles, which contain the rules for these colours.
        await until(hasEdges);
        t.same(await findViolations(page, 'maria-chat'), [], state);
      };

      t.equal(await page.evaluate('matchMedia("(forced-colors: active)").matches'), true);
      t.ok(await hasEdges(), 'the launcher has edges immediately');
      await goAllTheWay(widget, look);
      t.same(noise, []);
      await context.close();
    });
  }
});

t.test('the higher-contrast setting shows no grey text, and visible edges', async (t) => {
  for (const [lang, colorScheme] of [
    ['en', 'light'],
    ['ar', 'dark'],
  ] as const) {
    await t.test(`${lang}, ${colorScheme}`, async (t) => {
      await seeMoreContrast(t, {lang, colorScheme});
    });
  }
});

interface Viewing {
  lang: string;
  colorScheme: 'light' | 'dark';
}

const seeMoreContrast = async (t: Test, viewing: Viewing): Promise<void> => {
  const options = {contrast: 'more', colorScheme: viewing.colorScheme} as const;
  const {page, context, widget, noise} = await openDemo(browser, url, options);
  await speak(page, viewing.lang);
  t.equal(await page.evaluate('matchMedia("(prefers-contrast: more)").matches'), true);
  const look = async (state: string) => {
    await until(async () => (await page.evaluate<string[]>(GREY)).length === 0);
    t.same(await findViolations(page, 'maria-chat'), [], state);
    t.same(await page.evaluate(PALE), [], `${state}: Maria’s messages have an edge`);
  };
  await goAllTheWay(widget, look);
  t.same(noise, []);
  await context.close();
};

const speak = (page: Page, lang: string) =>
  page.evaluate(`window.MariaChat.ready.then((chat) => chat.setAttribute('lang', '${lang}'))`);

/** Finds elements by position, because their texts are in the visitor's language. */
const goAllTheWay = async (widget: Widget, look: Look): Promise<void> => {
  const press = (selector: string) => widget.root.locator(selector).first().click();
  const see = (selector: string) => widget.root.locator(selector).first().waitFor();
  const fill = async (text: string) => {
    await widget.root.locator('.composer input').fill(text);
    await press('.send');
  };
  await press('.launcher');
  await see('.doors');
  await look('doors');
  await press('.doors button');
  await see('.composer input');
  await look('name');
  await fill('Ana');
  await see('.consent');
  await look('consent');
  await press('.consent .choice');
  await widget.root.locator('.line.visitor').nth(1).waitFor();
  await see('.consent');
  await press('.consent .choice + .choice');
  await see('.dropzone');
  await widget.addFiles([{name: 'contract.pdf', buffer: makePdf()}]);
  await press('.files > .pair button');
  await see('.file.success');
  await look('files');
  await press('.files > .pair button');
  await see('.composer');
  await fill('ana@example.com');
  await see('.card');
  await look('pending');
  await press('.header .icon');
  await press('.item:nth-of-type(4)');
  await see('[role=alertdialog]');
  await look('start over?');
};

const shown = (selector: string) =>
  `[...document.querySelector('maria-chat').shadowRoot.querySelectorAll('${selector}')]
    .filter((element) => element.checkVisibility())`;

const EDGELESS = `${shown('button')}
  .filter((button) => parseFloat(getComputedStyle(button).borderTopWidth) === 0)
  .map((button) => button.outerHTML)`;

const GREY = `${shown('.hint, .footnote, time')}
  .filter((words) => getComputedStyle(words).color !== getComputedStyle(words.closest('.panel')).color)
  .map((words) => words.outerHTML)`;

const PALE = `${shown('.bubble')}
  .filter((bubble) => getComputedStyle(bubble).outlineStyle !== 'solid')
  .map((bubble) => bubble.outerHTML)`;
