import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import type {BrowserContextOptions} from 'playwright-core';
import t from 'tap';
import type {Test} from 'tap';

import type {SiteSettings} from '../../contract/sites.js';
import {siteCommand} from '../../accounts/site-command.js';
import {runCommand} from '../run-command.js';
import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {findViolations} from './axe.js';
import {openBrowser} from './browser.js';
import {ACCEPTED, KINDS, getFocusedName, openEditor} from './playground-editor.js';

const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

t.test('the editor of questions in the playground', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);
  const pageUrl = `${server.url}/examples/playground.html#questions`;
  const open = (t: Test, options?: BrowserContextOptions) =>
    openEditor(t, browser, pageUrl, options);

  await t.test('adds a question of each kind, which the preview asks at once', async (t) => {
    const {chat, getConversation, add, noise, untilReported} = await open(t);
    for (const [label, , text] of KINDS) {
      await add(label);
      await chat.getByText(text).first().waitFor();
    }
    await untilReported(ACCEPTED);
    const conversation = await getConversation();
    const asked = conversation.steps.flatMap((step) =>
      'kind' in step ? [[step.kind, step.text]] : [],
    );
    t.same(
      asked,
      KINDS.map(([, kind, text]) => [kind, text]),
    );

    const file = path.join(server.dataDir, 'questions.json');
    await writeFile(file, JSON.stringify({conversation}));
    const printed = await runCommand(server, siteCommand, 'set', 'demo', '--settings', file);
    t.notMatch(printed, /warning/i);
    const shown = await runCommand(server, siteCommand, 'show', 'demo', '--json');
    const {settings} = JSON.parse(shown) as {settings: SiteSettings};
    t.same(settings, {conversation});
    t.same(noise, []);
  });

  await t.test('copies the settings as they are', async (t) => {
    const {page, add, getConversation} = await open(t);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await add('Phone number');
    const conversation = await getConversation();
    await page.getByRole('button', {name: 'Copy'}).click();
    await page.getByRole('button', {name: 'Copied'}).waitFor();

    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    t.same(JSON.parse(copied), {conversation});
    t.ok(conversation.steps.some((step) => step.id === 'phone_number_call'));
  });

  await t.test('orders questions with the keyboard, and keeps the focus', async (t) => {
    const {page, add, getConversation} = await open(t);
    const getIds = async () => (await getConversation()).steps.map(({id}) => id).slice(0, 6);
    await add('Date');
    await add('Yes or no');
    t.same((await getIds()).slice(4), ['day_want_begin', 'customer_already']);

    const up = page.getByRole('button', {name: 'Up Are you a customer'});
    await up.focus();
    await page.keyboard.press('Enter');
    await page.getByText('“Are you a customer already?” is now step 5 of 9.').waitFor();
    t.same((await getIds()).slice(4), ['customer_already', 'day_want_begin']);
    for (let presses = 0; presses < 4; presses++) await page.keyboard.press('Enter');
    await until(async () => (await getIds())[0] === 'customer_already');
    t.ok(await up.isDisabled(), 'the first step cannot move up');
    t.equal(await getFocusedName(page), 'Down', 'the focus is on the other button');
    await page.keyboard.press('Enter');
    await until(async () => (await getIds())[1] === 'customer_already');
    t.equal(await getFocusedName(page), 'Down');
  });

  await t.test('removes a question, and restores it', async (t) => {
    const {page, add, chat, getQuestions, press} = await open(t);
    await add('Text');
    await add('Number');
    await press('Remove How many people are you?');
    await page.getByText('“How many people are you?” is removed.').waitFor();
    t.match(await getFocusedName(page), /^Which company do you work for\?/);
    t.same(
      (await getQuestions()).map(({kind}) => kind),
      ['text'],
    );
    await chat.getByText('Which company do you work for?').first().waitFor();
    await press('Undo');
    await chat.getByText('How many people are you?').first().waitFor();
    t.match(await getFocusedName(page), /^How many people are you\?/);
    await press('Remove How many people are you?');
    await press('Remove Which company do you work for?');
    t.equal(await getFocusedName(page), 'Text', 'the focus is on the first kind');
    t.same(await getQuestions(), []);
    await page.locator('#report:empty').waitFor({state: 'attached'});
  });

  await t.test('asks the open question first, or the whole conversation', async (t) => {
    const {page, add, chat} = await open(t);
    await add('Text');
    await add('Number');
    await page.getByRole('button', {name: 'Which company do you work for? Text'}).click();
    await chat.getByLabel('Which company do you work for?').fill('Acme');
    await chat.getByRole('button', {name: 'Send'}).dispatchEvent('click');
    await page.getByLabel('in order').check();
    await chat.getByLabel('Your name').waitFor();
  });

  await t.test('keeps the questions in the URL', async (t) => {
    const {page, add, card, getConversation, noise} = await open(t);
    await add('Choice');
    await card.getByLabel('Question', {exact: true}).fill('100 % “fair” & #1?');
    await until(async () => page.url().includes('fair'));
    const conversation = await getConversation();
    await page.reload();
    t.same(await getConversation(), conversation);
    await page.getByRole('button', {name: 'Reset'}).click();
    await until(async () => !page.url().includes('fair'));
    t.equal(await page.locator('#steps .question').count(), 0);

    for (const wrong of ['%', '7', '[null]', '[{"kind":"text"}]']) {
      await page.goto('about:blank');
      await page.goto(`${pageUrl}=${wrong}`);
      await page.locator('#steps li').first().waitFor();
      t.equal(await page.locator('#steps .question').count(), 0, wrong);
    }
    t.same(
      noise.filter((line) => line.startsWith('uncaught')),
      [],
    );
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`has no findings of axe, ${colorScheme}`, async (t) => {
      const {page, add, card} = await open(t, {colorScheme});
      for (const [label] of KINDS) {
        await add(label);
        t.same(await findViolations(page), [], label);
      }
      await page.getByRole('button', {name: /^Which service/}).click();
      await card.getByLabel('Field name').fill('!');
      await page.getByText('There is a problem.').waitFor();
      t.same(await findViolations(page), []);
    });
  }

  await t.test('fits into a window of 320 px', async (t) => {
    const {page, add} = await open(t, {viewport: {width: 320, height: 568}});
    for (const [label] of KINDS) {
      await add(label);
      t.ok((await page.evaluate<number>(OVERFLOW)) <= 0, label);
    }
  });
});
