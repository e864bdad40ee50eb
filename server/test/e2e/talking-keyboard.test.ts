import {readFile} from 'node:fs/promises';

import t from 'tap';

import {makePdf} from '../pdf.js';
import {until} from '../until.js';
import {openBrowser, openDemo} from './browser.js';
import {takeAnnouncements, collectAnnouncements} from './live-regions.js';
import {startChatServer} from './live-chat.js';

t.test('a conversation with keyboard and screen reader', async (t) => {
  const server = await startChatServer(t);
  const {page, widget, noise} = await openDemo(await openBrowser(t), server.url);
  const written = async () => {
    const rows = await server.sql<{body: string}[]>`
      select body from messages where role = 'visitor' order by id`;
    return rows.map(({body}) => body);
  };
  await widget.open();
  await widget.button('I agree').click();
  await widget.getByText('What is your question?').waitFor();
  const field = widget.root.getByLabel('Write a message');
  await field.focus();

  await t.test('Enter sends, Shift+Enter begins a line, and the focus stays', async (t) => {
    await page.keyboard.type('One');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('Two');
    t.equal(await field.inputValue(), 'One\nTwo');
    await page.keyboard.press('Enter');

    await until(async () => (await written()).length === 1);
    t.same(await written(), ['One\nTwo']);
    t.equal(await field.inputValue(), '');
    t.equal(await widget.getFocusedName(), 'Write a message');
  });

  await t.test('Enter at the end of a composition sends nothing', async (t) => {
    const ime = await page.context().newCDPSession(page);
    await ime.send('Input.imeSetComposition', {text: 'にほん', selectionStart: 3, selectionEnd: 3});
    await ime.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Enter',
      windowsVirtualKeyCode: 229,
    });
    await ime.send('Input.insertText', {text: '日本'});
    t.equal(await field.inputValue(), '日本');
    await page.keyboard.press('Enter');
    await until(async () => (await written()).length === 2);
    t.same(await written(), ['One\nTwo', '日本']);
  });

  await t.test('a reply is announced once, when it is complete', async (t) => {
    for (const asked of ['One\nTwo', '日本']) {
      const turn = await server.waitForTurn(asked);
      turn.write(`To ${asked}.`);
      turn.end();
      await widget.root.locator('.bubble', {hasText: 'To '}).last().waitFor();
    }
    await collectAnnouncements(page);
    await page.keyboard.type('Is it done?');
    await page.keyboard.press('Enter');
    const turn = await server.waitForTurn('Is it done?');
    for (const word of ['It ', 'is ', 'done.']) {
      turn.write(word);
      await widget.root.locator('.bubble', {hasText: word.trim()}).last().waitFor();
    }
    const before = (await takeAnnouncements(page)).map(({words}) => words);
    turn.end();
    await until(async () => (await widget.root.locator('.bubble [aria-hidden]').count()) === 0);
    const after = (await takeAnnouncements(page)).map(({words}) => words);

    t.notMatch(before.join(), /It is|done\./, 'not while it is being written');
    t.equal(after.filter((words) => words.includes('It is done.')).length, 1);
    t.equal(await widget.getFocusedName(), 'Write a message');
  });

  await t.test('a file is attached, sent and downloaded', async (t) => {
    const pdf = makePdf(5_000);
    await widget.root
      .locator('.talk input[type=file]')
      .setInputFiles([{name: 'Zeugnis 📜.pdf', mimeType: 'application/pdf', buffer: pdf}]);
    await widget.getByText('Uploaded').waitFor();
    await field.focus();
    await page.keyboard.type('Here.');
    await page.keyboard.press('Enter');
    const name = widget.root
      .locator('.bubble')
      .getByRole('button', {name: 'Zeugnis 📜.pdf', exact: true});
    const download = await widget.untilDownloaded(() => name.press('Enter'));
    t.equal(download.suggestedFilename(), 'Zeugnis 📜.pdf');
    t.same(await readFile(await download.path()), pdf);
  });

  t.same(noise, [], 'the console stayed empty');
});
