import {expect} from '@open-wc/testing';

import {DIALOGS, loadDialogTexts} from '../ui/dialogs/dialogs.js';
import {
  backend,
  button,
  every,
  inside,
  lines,
  mountOpen,
  newSite,
  press,
  pressInMenu,
  reachFiles,
  reachPending,
  replace,
  stored,
  storedKeys,
  until,
  untilCalled,
  untilQuiet,
  untilRecorded,
  untilSaid,
} from './helpers.js';

const DOWN = {status: 503, body: ''};

const content = (chat: Element) => inside(chat, '.content')?.textContent.replace(/\s+/g, ' ') ?? '';

const openMyData = async (chat: Element) => {
  await pressInMenu(chat, 'My data');
  await until(() => inside(chat, 'h2#title')?.textContent === 'My data', 'my data');
};

const openAfterPending = async () => {
  const site = newSite();
  const chat = await mountOpen(site);
  await reachPending(chat);
  await openMyData(chat);
  await until(() => button(chat, 'Erase everything'), 'what is stored');
  return {chat, site, uuid: stored(site, 'session_uuid')!};
};

const edit = async (chat: Element, label: string, text: string) => {
  await press(chat, `Change ${label}`);
  const field = await until(() => inside<HTMLInputElement>(chat, '#edit'), 'the field');
  field.value = text;
  await press(chat, 'Save');
};

/** What the browser is given to download, without its doing so. */
const catchDownloads = () => {
  const given: {name: string; href: string}[] = [];
  const stop = replace(HTMLAnchorElement.prototype, 'click', function () {
    given.push({name: this.download, href: this.href});
  });
  return {given, stop};
};

describe('my data', () => {
  it('is asked for when it covers the conversation, not before', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await untilQuiet(site);
    const isAsked = async () =>
      (await backend.calls(site)).some(
        ({method, path}) => method === 'GET' && path === '/api/session',
      );
    await loadDialogTexts('en');
    const {controller} = chat;
    const dialog = DIALOGS.myData(controller.chat!, controller);
    await untilQuiet(site);
    expect(await isAsked()).to.equal(false);
    controller.dialogs.show(dialog);
    await untilCalled(site, 'GET', '/api/session');
  });

  it('shows everything that is stored, once it is', async () => {
    const {chat} = await openAfterPending();
    for (const words of [
      'Ana',
      'a•••@example.com',
      'Storing your data ✓ Agreed on',
      'Training our AI assistant with your files ✓ Agreed on',
      'contract.pdf',
      'Your reference',
    ]) {
      expect(content(chat)).to.include(words);
    }
  });

  it('before the e-mail it says that the answers have not left this device', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat, 'Zoe');
    await openMyData(chat);
    await until(() => button(chat, 'Erase everything'), 'what is stored');
    expect(content(chat)).to.include('Zoe').and.to.include('Your answers stay on this device');
    await edit(chat, 'Your name', 'Zoe Q.');
    await until(() => content(chat).includes('Zoe Q.'), 'the new name');
    expect(stored(site, 'answers')).to.include('Zoe Q.');
    expect((await backend.calls(site)).some(({method}) => method === 'PATCH')).to.equal(false);
  });

  it('an answer corrected a moment ago is shown, however slow the line', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await untilRecorded(stored(site, 'session_uuid')!, 'files');
    await backend.fault(site, {path: '/consents', delayMs: 600, times: 1});
    every(chat, '.line button')[2]!.click();
    await until(() => chat.step === 'consent_ai_training', 'the question');
    await press(chat, 'I do not agree');
    await openMyData(chat);
    await until(() => button(chat, 'Erase everything'), 'what is stored');
    expect(content(chat)).to.include('✗ Declined on');
  });

  it('a backend that is away is told, and asked once more', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await backend.fault(site, {...DOWN, method: 'GET', path: '/api/session'});
    await openMyData(chat);
    await until(() => content(chat).includes('That didn’t work.'), 'the fault');
    expect(button(chat, 'Erase everything')).to.equal(undefined);
    await backend.heal(site);
    await press(chat, 'Try again');
    await until(() => button(chat, 'Erase everything'), 'what is stored');
    expect(content(chat)).to.not.include('That didn’t work');
  });

  it('the name is corrected at the backend', async () => {
    const {chat, uuid} = await openAfterPending();
    await edit(chat, 'Your name', '   ');
    await until(() => content(chat).includes('Please tell me your name.'), 'the fault');
    inside<HTMLInputElement>(chat, '#edit')!.value = 'Ana B.';
    await press(chat, 'Save');
    await until(() => content(chat).includes('Ana B.'), 'the new name');
    expect((await backend.visit(uuid)).name).to.equal('Ana B.');
  });

  it('a new address waits for its confirmation, and that is said', async () => {
    const {chat, uuid} = await openAfterPending();
    await edit(chat, 'Your e-mail address', 'zoe@example.org');
    await until(() => content(chat).includes('a link to z•••@example.org'), 'the new address');
    expect(content(chat)).to.include('a•••@example.com');
    expect((await backend.visit(uuid)).newEmail).to.equal('zoe@example.org');
  });

  it('a consent is withdrawn with the words of the button, and the rest stays', async () => {
    const {chat, uuid} = await openAfterPending();
    await press(chat, 'Withdraw consent Training our AI assistant with your files');
    await until(() => content(chat).includes('✗ Declined on'), 'the withdrawal');
    const withdrawn = (await backend.visit(uuid)).consents.find(
      ({purpose}) => purpose === 'ai_training',
    )!;
    expect(withdrawn.granted).to.equal(false);
    expect(withdrawn.wording).to.equal(
      'Withdraw consent: Training our AI assistant with your files',
    );
    expect(content(chat)).to.include('contract.pdf');
  });

  it('a consent that was withdrawn is given again right there, on the words of its question', async () => {
    const {chat, uuid} = await openAfterPending();
    const question =
      'May we also use the files you upload to train our AI assistant? It’s up to you and won’t affect your request.';
    await press(chat, 'Withdraw consent Training our AI assistant with your files');
    await until(() => content(chat).includes(`${question} ✗ Declined on`), 'what holds now');
    await press(chat, 'I agree Training our AI assistant with your files');
    await until(() => !content(chat).includes('✗'), 'what holds then');
    expect(content(chat)).to.include('Training our AI assistant with your files ✓ Agreed on');
    const {consents} = await backend.visit(uuid);
    expect(consents.find(({purpose}) => purpose === 'ai_training')).to.include({
      granted: true,
      wording: question,
    });
  });

  it('withdrawing what all depends on asks first, then erases', async () => {
    const {chat, site, uuid} = await openAfterPending();
    await press(chat, 'Withdraw consent Storing your data');
    const question = await until(() => inside(chat, '[role=alertdialog]'), 'the question');
    expect(question.textContent).to.include('on this device and on our servers');
    expect((await backend.visit(uuid)).ended).to.equal(undefined);
    await press(chat, 'Cancel');
    await press(chat, 'Withdraw consent Storing your data');
    await press(chat, 'Withdraw consent');
    await untilSaid(chat, `Everything has been erased. Your reference ${uuid} is no longer valid.`);
    expect((await backend.visit(uuid)).ended).to.equal('gone');
    expect(stored(site, 'session_uuid')).to.equal(null);
  });

  it('erasing asks, erases, leaves nothing here and begins nothing by itself', async () => {
    const {chat, site, uuid} = await openAfterPending();
    await press(chat, 'Erase everything');
    await until(() => inside(chat, '[role=alertdialog]'), 'the question');
    await press(chat, 'Erase everything');
    await untilSaid(chat, `Everything has been erased. Your reference ${uuid} is no longer valid.`);
    expect(lines(chat)).to.have.length(1);
    expect((await backend.visit(uuid)).ended).to.equal('gone');
    const left = storedKeys(site).filter((key) => !key.endsWith(':open'));
    expect(left).to.deep.equal([]);
    window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
    await press(chat, 'Start a new request');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    expect(stored(site, 'session_uuid')).to.not.equal(uuid);
  });

  it('a file is removed by itself after a question, also the last one of a request', async () => {
    const {chat, uuid} = await openAfterPending();
    const focused = () => chat.shadowRoot!.activeElement?.textContent.trim();
    const headings = () => every(chat, '.content h3').map(({textContent}) => textContent);
    expect(headings()).to.deep.equal(['Your files']);
    await press(chat, 'Remove contract.pdf');
    await until(() => focused() === 'Cancel', 'the harmless answer to have the focus');
    expect(inside(chat, '#consequence')!.textContent).to.include('We’ll delete contract.pdf.');
    inside(chat, '.panel')!.dispatchEvent(
      new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}),
    );
    await until(() => content(chat).includes('contract.pdf'), 'the file to be there');
    expect((await backend.visit(uuid)).files).to.have.length(1);
    await press(chat, 'Remove contract.pdf');
    await press(chat, 'Remove file');
    await until(() => content(chat) && !content(chat).includes('contract.pdf'), 'it to go');
    expect((await backend.visit(uuid)).files).to.deep.equal([]);
    expect(chat.shadowRoot!.activeElement!.id).to.equal('title');
    expect(inside(chat, '.toast')!.textContent).to.equal('File removed.');
    expect(headings()).to.deep.equal([]);
  });

  it('a removal that fails is told, and the file stays', async () => {
    const {chat, site, uuid} = await openAfterPending();
    await backend.fault(site, {...DOWN, method: 'DELETE'});
    await press(chat, 'Remove contract.pdf');
    await press(chat, 'Remove file');
    await until(() => content(chat).includes('That didn’t work.'), 'the fault');
    expect((await backend.visit(uuid)).files).to.have.length(1);
    expect(content(chat)).to.include('contract.pdf');
  });

  it('the name of a file stands above its size and date', async () => {
    const {chat} = await openAfterPending();
    const file = every(chat, '.content .fact').find((one) => one.textContent.includes('.pdf'))!;
    const words = [...file.querySelectorAll('p')].map(({textContent}) => textContent);
    expect(words[0]).to.equal('contract.pdf');
    expect(words[1]).to.match(/^2 kB · /);
  });

  it('an erasure that fails is told, and nothing is forgotten', async () => {
    const {chat, site, uuid} = await openAfterPending();
    await backend.fault(site, {...DOWN, method: 'DELETE'});
    await press(chat, 'Erase everything');
    await until(() => inside(chat, '[role=alertdialog]'), 'the question');
    await press(chat, 'Erase everything');
    await until(() => content(chat).includes('That didn’t work.'), 'the fault');
    expect(stored(site, 'session_uuid')).to.equal(uuid);
    expect(content(chat)).to.include('contract.pdf');
  });

  it('a link that comes too late after the press is opened by the next press', async () => {
    const {chat, site} = await openAfterPending();
    const {given, stop} = catchDownloads();
    try {
      await backend.fault(site, {path: '/download/', delayMs: 1_500, times: 1});
      await press(chat, 'Download contract.pdf');
      await until(() => content(chat).includes('Ready. Press again to open it.'), 'the hint');
      expect(given).to.deep.equal([]);
      await press(chat, 'Download contract.pdf');
      await until(() => given.length === 1, 'the file');
      await until(() => !content(chat).includes('Ready'), 'the hint to go');
      const asked = (await backend.calls(site)).filter(({path}) => path.includes('/download/'));
      expect(asked).to.have.length(1);
    } finally {
      stop();
    }
  });

  it('everything is given as one archive, and a file by its link', async () => {
    const {chat, site, uuid} = await openAfterPending();
    const {given, stop} = catchDownloads();
    try {
      await press(chat, 'Download everything (ZIP)');
      await until(() => given.length === 1, 'the archive');
      await press(chat, 'Download contract.pdf');
      const isLate = () => content(chat).includes('Ready.');
      await until(() => given.length === 2 || isLate(), 'the link');
      // On a busy machine the link may come too late after the press.
      if (isLate()) await press(chat, 'Download contract.pdf');
      await until(() => given.length === 2, 'the file');
    } finally {
      stop();
    }
    expect(given[0]!.name).to.equal(`maria-${uuid}.zip`);
    expect(await (await fetch(given[0]!.href)).text()).to.include('contract.pdf');
    expect(given[1]!.href).to.match(/\/given\/[\w-]{36}$/);
    await untilCalled(site, 'GET', '/api/session/export');
  });

  it('the keyboard alone opens it, leaves it by Esc and is where it was', async () => {
    const {chat} = await openAfterPending();
    const focused = () => chat.shadowRoot!.activeElement as HTMLElement | null;
    const press = (key: string) =>
      inside(chat, '.panel')!.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
    press('Escape');
    await until(() => !inside(chat, '.dialog'), 'the dialog to close');
    const more = button(chat, 'More')!;
    more.focus();
    more.click();
    await until(() => focused()?.textContent === 'More', 'the menu’s title to have the focus');
    every(chat, '.item')[0]!.click();
    await until(() => focused()?.textContent === 'My data', 'the title to have the focus');
    await until(() => button(chat, 'Change Your name'), 'the name');
    button(chat, 'Change Your name')!.click();
    await until(() => focused()?.id === 'edit', 'the field to have the focus');
    press('Escape');
    await until(() => focused()?.textContent === 'My data', 'the title, and no field, to have it');
    expect(inside(chat, '#edit')).to.equal(null);
    press('Escape');
    await until(() => focused() === more, 'the focus to be back');
  });
});
