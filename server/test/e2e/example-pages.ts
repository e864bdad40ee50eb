import type {Page, Response} from 'playwright-core';
import type {Test} from 'tap';

import type {Widget} from './browser.js';
import {answerQuestions} from './question-example.js';

export interface Opened {
  page: Page;
  widget: Widget;
  response: Response;
  url: string;
}

export interface ExamplePage {
  /** File of the page, below `examples/`. */
  file: string;
  /** Checks what only this page shows. The chat is open, and the name has been answered. */
  shows: (t: Test, opened: Opened) => Promise<void>;
  /** Opens the chat. If absent, the test presses the launcher. */
  open?: (opened: Opened) => Promise<void>;
  /** Expected output of the console. */
  console?: string[];
}

/** Every page of `examples/` but the demo page; a test opens each. */
export const EXAMPLE_PAGES: ExamplePage[] = [
  {file: 'script-tag.html', shows: scriptTag},
  {file: 'element.html', shows: element},
  {
    file: 'strict-csp.html',
    shows: strictPolicy,
    // The test itself causes this message. It shows that the console reports violations.
    console: [
      "error: This document requires 'TrustedHTML' assignment. The action has been blocked.",
    ],
  },
  {file: 'hostile.html', shows: hostile},
  {file: 'single-page.html', shows: singlePage},
  {
    file: 'two-sites.html',
    shows: twoSites,
    open: ({widget}) => widget.button('Open chat').click(),
    console: ['info: Maria Chat: second script ignored'],
  },
  {file: 'inline.html', shows: inline, open: async () => undefined},
  {file: 'questions.html', shows: answerQuestions},
  {file: 'arabic.html', shows: arabic},
  {file: 'dark.html', shows: dark},
  {
    file: 'own-button.html',
    shows: ownButton,
    open: ({page}) => page.getByRole('button', {name: 'Send us your documents'}).click(),
  },
];

const count = (page: Page, selector: string): Promise<number> =>
  page.evaluate<number>(`document.querySelectorAll('${selector}').length`);

async function scriptTag(t: Test, {page}: Opened): Promise<void> {
  t.equal(await count(page, 'script'), 1, 'the tag is one line');
  t.equal(await page.evaluate('window.MariaChat.element.getAttribute("site")'), 'demo');
}

async function element(t: Test, {page, widget, url}: Opened): Promise<void> {
  t.equal(await page.evaluate('typeof window.MariaChat'), 'undefined', 'the loader has not run');
  t.equal(await page.evaluate('document.querySelector("maria-chat").api'), url);
  t.ok(await widget.root.getByRole('dialog', {name: 'Ask Maria'}).isVisible());
}

async function strictPolicy(t: Test, {page, response}: Opened): Promise<void> {
  const policy = response.headers()['content-security-policy'] ?? '';
  t.match(policy, /default-src 'none'; script-src 'nonce-[\w+/]{22}==' 'strict-dynamic';/);
  t.match(policy, /require-trusted-types-for 'script'; trusted-types lit-html$/);
  t.notMatch(policy, /unsafe|data:|blob:|\*/);
  const assigning = page.evaluate(`document.createElement('p').innerHTML = '<b>x</b>'`);
  await t.rejects(assigning, /TrustedHTML/, 'the policy is enforced');
}

/** Position of every element in the panel, and the style of its text. */
const LAYOUT = `(() => {
  const {shadowRoot} = document.querySelector('maria-chat');
  const names = ['color', 'backgroundColor', 'fontFamily', 'fontSize', 'letterSpacing', 'lineHeight',
    'wordSpacing', 'textTransform', 'textAlign', 'textShadow', 'whiteSpace', 'cursor', 'userSelect', 'opacity'];
  return [...shadowRoot.querySelectorAll('*')].map((element) => {
    const {x, y, width, height} = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const box = [x, y, width, height].map(Math.round).join(' ');
    return [element.className?.baseVal ?? element.className, box, ...names.map((name) => style[name])].join('; ');
  });
})()`;

async function hostile(t: Test, {page, widget, url}: Opened): Promise<void> {
  const plain = await page.context().newPage();
  await plain.goto(`${url}/examples/script-tag.html`);
  // This page resumes the conversation of the other one.
  await plain.locator('maria-chat .panel').waitFor();
  await plain.locator('maria-chat').getByRole('button', {name: 'Continue'}).click();
  await plain.locator('maria-chat').getByText('May we store your name').waitFor();
  await page.evaluate('sessionStorage.clear()');
  await page.reload();
  await widget.button('Continue').click();
  await widget.getByText('May we store your name').waitFor();

  for (const one of [page, plain]) await one.mouse.move(0, 0);
  const [here, there] = [await page.evaluate(LAYOUT), await plain.evaluate(LAYOUT)];
  t.ok((there as string[]).length > 40);
  t.same(here, there, 'every box and every text is the same as on a plain page');
  await widget.button('Close chat').first().click();
  const place = await widget.button('Open chat').boundingBox();
  t.same(place && [place.width, place.height], [60, 60]);
  await plain.close();
}

async function singlePage(t: Test, {page, widget}: Opened): Promise<void> {
  await widget.getByText('May we store your name').waitFor();
  for (const view of ['Prices', 'Home', 'Prices']) {
    await page.getByRole('link', {name: view}).click();
    await page.getByRole('heading', {name: view}).waitFor();
    t.ok(
      await widget.getByText('May we store your name').isVisible(),
      `the conversation is on ${view}`,
    );
  }
  await page.goBack();
  await page.getByRole('heading', {name: 'Home'}).waitFor();
  t.ok(
    await widget.root.getByRole('dialog').isVisible(),
    'the conversation returns with the visitor',
  );
  t.equal(await count(page, 'maria-chat'), 1);
  await widget.button('I agree').click();
  await t.resolves(widget.getByText('to train our AI assistant').waitFor(), 'the chat still works');
}

async function twoSites(t: Test, {page, widget}: Opened): Promise<void> {
  t.equal(await count(page, 'maria-chat'), 2, 'the second script has created no element');
  await widget.root.getByRole('dialog', {name: 'Maria'}).getByLabel('Close chat').click();
  await widget.button('Workshop').click();
  const workshop = widget.root.getByRole('dialog', {name: 'Workshop'});
  await workshop.getByRole('button', {name: 'Start', exact: true}).click();
  await workshop.getByLabel('Your name').fill('Kim');
  await workshop.getByRole('button', {name: 'Send'}).click();
  await workshop.getByText('Kim').first().waitFor();
  t.equal(await workshop.getByText('Robin').count(), 0, 'the other conversation is not visible');
  const [one, two] = await page.evaluate<string[]>(
    `['demo', 'workshop'].map((site) => localStorage.getItem('maria-chat:' + site + ':session_uuid'))`,
  );
  t.ok(one && two && one !== two, 'each site has a separate session');
}

async function inline(t: Test, {page, widget}: Opened): Promise<void> {
  const panel = page.locator('#chat').locator('maria-chat').getByRole('region', {name: 'Maria'});
  t.ok(await panel.isVisible(), 'the chat is inline and no dialog');
  t.equal(await widget.root.locator('.launcher').isVisible(), false);
}

async function arabic(t: Test, {page, widget}: Opened): Promise<void> {
  t.equal(await widget.root.locator('.inside').getAttribute('dir'), 'rtl');
  t.equal(await widget.root.locator('.inside').getAttribute('lang'), 'ar');
  await page.mouse.move(640, 0);
  const box = await widget.root.locator('.launcher').boundingBox();
  t.equal(box?.x, 20, 'the launcher is at the inline end, on the left');
  t.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
}

async function dark(t: Test, {page}: Opened): Promise<void> {
  const colours = (selector: string): Promise<string[]> =>
    page.evaluate<string[]>(`(() => {
      const {shadowRoot} = document.querySelector('maria-chat');
      const {backgroundColor, color} = getComputedStyle(shadowRoot.querySelector('${selector}'));
      return [backgroundColor, color];
    })()`);
  t.same(await colours('.panel'), ['rgb(23, 24, 31)', 'rgb(238, 238, 245)']);
  const [ground, words] = await colours('.launcher');
  t.equal(ground, 'rgb(245, 158, 11)');
  t.match(words, /0 0 0|rgb\(0, 0, 0\)/, 'black on a light accent');
}

async function ownButton(t: Test, {page, widget}: Opened): Promise<void> {
  t.equal(await widget.root.locator('.launcher').isVisible(), false, 'no bubble');
  await page.keyboard.press('Escape');
  await widget.root.getByRole('dialog').waitFor({state: 'hidden'});
  t.equal(await widget.getFocusedName(), 'Send us your documents');
  await page.getByRole('link', {name: /name filled in/}).click();
  await widget.root.getByRole('dialog').waitFor();
}
