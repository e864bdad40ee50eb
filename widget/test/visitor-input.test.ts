import {expect} from '@open-wc/testing';

import {cleanName} from '../core/flow/clean-name.js';
import {cleanEmail, looksLikeEmail} from '../core/email/email-address.js';
import {knownLanguage} from '../i18n/languages.js';
import {
  answer,
  backend,
  choose,
  every,
  inside,
  lines,
  mountOpen,
  newSite,
  pdf,
  press,
  pressInMenu,
  reachEmail,
  reachFiles,
  reachPending,
  rows,
  stored,
  until,
  untilSaid,
} from './helpers.js';

const type = (field: HTMLInputElement | HTMLTextAreaElement, text: string) => {
  field.value = text;
  field.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
};

/** Pastes what an office program puts on the clipboard: text, and a picture of it. */
const pasteFromOffice = (field: Element, text: string | null, file: File) => {
  const clipboardData = new DataTransfer();
  if (text) clipboardData.setData('text/plain', text);
  clipboardData.items.add(file);
  const init = {clipboardData, bubbles: true, composed: true, cancelable: true};
  const event = new ClipboardEvent('paste', init);
  field.dispatchEvent(event);
  return event;
};

const picture = () => new File([new Uint8Array(100)], 'image.png', {type: 'image/png'});

describe('what visitors type and paste', () => {
  it('text with a picture of it is pasted as text', async () => {
    const chat = await mountOpen();
    await until(() => inside(chat, 'input'), 'the field');
    const event = pasteFromOffice(inside(chat, 'input')!, 'Anna', picture());
    expect(event.defaultPrevented).to.equal(false);
    expect(inside(chat, '.toast')).to.equal(null);

    await reachFiles(chat);
    // The Finder of a Mac puts the name of a copied file on the clipboard as text.
    (await until(() => inside(chat, '.ask'), 'the way to write')).click();
    const field = await until(() => inside(chat, 'textarea'), 'the field');
    const copied = pasteFromOffice(field, 'two.pdf', pdf('two.pdf'));
    if (copied.clipboardData!.types.includes('Files')) {
      expect(copied.defaultPrevented).to.equal(true);
      await until(() => rows(chat)[0]?.name === 'two.pdf', 'the file that was pasted');
    }
    const outside = pasteFromOffice(inside(chat, '.tray')!, null, pdf('one.pdf'));
    // Firefox puts no files into events that scripts make.
    if (!outside.clipboardData!.types.includes('Files')) return;
    expect(outside.defaultPrevented).to.equal(true);
    await until(() => rows(chat)[1]?.name === 'one.pdf', 'the file that was pasted beside a field');
  });

  it('e-mail addresses are recognised however they were copied or typed', () => {
    for (const written of [
      'anna@example.com',
      ' anna@example.com ',
      '\u200banna@example.com',
      '\u202aanna@example.com\u202c',
      '\u2060anna@example.com',
      'anna\u200b@example.com',
      'anna＠example.com',
      'anna@example。com',
      'mailto:anna@example.com',
      'mailto:anna@example.com?subject=Hello',
      'Anna Example <anna@example.com>',
      '<anna@example.com>',
    ]) {
      expect(cleanEmail(written), written).to.equal('anna@example.com');
    }
    expect(looksLikeEmail(cleanEmail('anna@例え。テスト'))).to.equal(true);
    expect(looksLikeEmail(cleanEmail('\u202emoc.elpmaxe@anna'))).to.equal(false);
    expect(looksLikeEmail(cleanEmail('anna@example.com, bert@example.com'))).to.equal(false);
  });

  it('a copied e-mail address reaches the backend without what was copied with it', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    const field = inside<HTMLInputElement>(chat, 'input[type=email]')!;
    type(field, 'Anna <\u200banna＠example.com>');
    field.form!.requestSubmit();
    await until(() => inside(chat, '.card'), 'the pending card');
    const {email} = await backend.visit(stored(site, 'session_uuid')!);
    expect(email).to.equal('anna@example.com');
  });

  it('a name is shown as it is stored, without overrides of its direction', async () => {
    expect(cleanName('Anna\u202egnp.exe')).to.equal('Anna gnp.exe');
    expect(cleanName(' Zoe\u0301 ')).to.equal('Zoé');
    const chat = await mountOpen();
    await answer(chat, 'Your name', 'Anna\u202egnp.exe');
    await untilSaid(chat, 'Nice to meet you');
    expect(lines(chat).join()).to.not.match(/[\u202a-\u202e]/);
  });

  it('a file name is shown without overrides of its direction', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    await choose(chat, pdf('cv\u202efdp.exe.pdf'));
    const name = await until(() => inside(chat, '.file .name'), 'the row');
    expect(name.textContent).to.equal('cv fdp.exe.pdf');
    expect(name.title).to.equal('cv fdp.exe.pdf');
  });

  it('language tags are recognised in every spelling', () => {
    for (const [tag, language] of [
      ['de', 'de'],
      ['DE-at', 'de'],
      ['de_DE', 'de'],
      ['de_DE.UTF-8', 'de'],
      ['de@euro', 'de'],
      [' deu ', 'de'],
      ['pt', 'pt-BR'],
      ['pt_PT', 'pt-BR'],
      ['ar-EG-u-nu-latn', 'ar'],
      ['fra', 'fr'],
      ['en;q=0.9', 'en'],
      ['x-default', undefined],
      ['', undefined],
      ['zh-Hant', undefined],
    ] as const) {
      expect(knownLanguage(tag), tag).to.equal(language);
    }
  });

  it('what was typed and not sent survives a reload of the tab, and no end of the conversation', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    type(await until(() => inside<HTMLInputElement>(chat, 'input'), 'the field'), 'Half na');
    chat.remove();
    const again = await mountOpen(site);
    await until(() => inside<HTMLInputElement>(again, 'input')?.value === 'Half na', 'the draft');

    await reachEmail(again);
    type(inside<HTMLInputElement>(again, 'input[type=email]')!, 'half@exa');
    again.remove();
    const third = await mountOpen(site);
    await press(third, 'Continue');
    const email = () => inside<HTMLInputElement>(third, 'input[type=email]');
    await until(() => email()?.value === 'half@exa', 'the draft of the e-mail address');
    await third.reset();
    expect(Object.keys(sessionStorage).filter((key) => key.includes(site))).to.deep.equal([]);
  });

  it('a changed e-mail address is shown before the sentence about its link', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    await press(chat, 'Change address');
    await answer(chat, 'Your e-mail address', 'anton@example.com');
    await until(() => lines(chat).includes('anton@example.com'), 'the new e-mail address');
    const at = lines(chat).indexOf('anton@example.com');
    expect(lines(chat)[at + 1]).to.match(/^We’ve sent a link to anton@example\.com/);
  });

  it('“My data” shows what the visitor has written, and nothing that was replied', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const uuid = stored(site, 'session_uuid')!;
    for (let number = 1; number <= 101; number++)
      await backend.say(uuid, {role: 'visitor', body: `Question ${number}`});
    await backend.say(uuid, {role: 'maria', body: 'A reply'});
    await pressInMenu(chat, 'My data');
    await until(
      () => every(chat, '.fact').some((one) => one.textContent.includes('Question 101')),
      'the last',
    );
    const facts = every(chat, '.fact').map(({textContent}) => textContent);
    expect(facts.filter((text) => text.includes('Question'))).to.have.length(101);
    expect(facts.join()).to.not.include('A reply');
  });

  it('what the page wanted to be said is not said by the next visitor', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await chat.sendMessage('About order 4711');
    await chat.reset();
    await reachFiles(chat);
    await press(chat, 'Ask a question');
    const field = await until(() => inside<HTMLTextAreaElement>(chat, 'textarea'), 'the field');
    expect(field.value).to.equal('');
  });

  it('the notice of a slow call stays until that call has ended', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const notices = () => inside(chat, '.notices')?.textContent ?? '';
    await backend.fault(site, {method: 'DELETE', delayMs: 7_000, times: 1});
    await choose(chat, pdf('one.pdf'), pdf('two.pdf'));
    await until(() => rows(chat).length === 2, 'the rows');
    await press(chat, 'Upload files');
    await until(() => rows(chat).every(({state}) => state === 'success'), 'the uploads');
    await press(chat, 'Remove one.pdf');
    await until(() => notices().includes('longer than usual'), 'the notice');
    // A quick call of the same conversation.
    await press(chat, 'Remove two.pdf');
    await until(() => rows(chat).length === 1, 'the second removal');
    expect(notices()).to.include('longer than usual');
    await until(() => rows(chat).length === 0, 'the first removal');
    await until(() => !notices().includes('longer than usual'), 'the notice to go');
  });

  it('texts that change are seen after a page translator has replaced their nodes', async () => {
    const chat = await mountOpen();
    const step = () => inside(chat, '.titles p')!.textContent;
    await until(() => step().includes('Step 1'), 'the first step');
    translate(inside(chat, '.header')!);
    expect(step()).to.include('[Step 1');
    await reachFiles(chat);
    await until(() => step().includes('Step 4'), 'the fourth step');
    await choose(chat, pdf('one.pdf'));
    await until(() => rows(chat)[0]?.says === 'Ready to upload', 'the row');
    translate(inside(chat, '.files')!);
    await until(() => rows(chat)[0]?.says === '[Ready to upload]', 'the translation');
    every(chat, '.files > .pair button')[0]!.click();
    await until(() => rows(chat)[0]?.says === 'Uploaded', 'the next state');
    expect(every(chat, '.files > .pair button')[0]!.textContent.trim()).to.equal(
      '[Done & continue]',
    );
  });
});

/** As page translators do: other text nodes, within elements of their own. */
const translate = (root: ParentNode & Node) => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (walker.nextNode()) found.push(walker.currentNode as Text);
  for (const node of found) {
    if (!node.data.trim()) continue;
    const font = document.createElement('font');
    font.append(`[${node.data.trim()}]`);
    node.replaceWith(font);
  }
};
