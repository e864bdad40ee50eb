import {expect} from '@open-wc/testing';
import {sendKeys, setViewport} from '@web/test-runner-commands';

import {
  answer,
  backend,
  button,
  choose,
  every,
  inside,
  mountOpen,
  newSite,
  pdf,
  press,
  reachFiles,
  rows,
  setOnline,
  stored,
  until,
  untilCalled,
} from './helpers.js';

const atFiles = async (site = newSite(), lang = 'en') => {
  const chat = await mountOpen(site, lang);
  if (lang === 'en') await reachFiles(chat);
  return {chat, site};
};

const actions = (chat: Element) =>
  every(chat, '.files > .pair button').map((one) => one.ariaLabel ?? one.textContent.trim());

const states = (chat: Element) =>
  rows(chat)
    .map(({state}) => state)
    .join();

const untilState = (chat: Element, ...wanted: string[]) =>
  until(() => states(chat) === wanted.join(), `the rows to be ${wanted.join()}`);

const hints = (chat: Element) =>
  every(chat, '.about').map((one) =>
    [...one.querySelectorAll('.hint')]
      .map(({textContent}) => textContent.replace(/\s+/g, ' ').trim())
      .join(' '),
  );

const focusedName = (chat: Element) => {
  const focused = chat.shadowRoot!.activeElement;
  return focused?.getAttribute('aria-label') ?? focused?.className;
};

/** Whether the page would ask before it is left. */
const asksBeforeLeaving = () => {
  const leaving = new Event('beforeunload', {cancelable: true});
  return !window.dispatchEvent(leaving);
};

const FAILED = {path: '/upload', status: 500, body: '<h1>Oops</h1>'};

describe('file rows', () => {
  it('a file of the same name and size is hinted at and taken all the same', async () => {
    const {chat} = await atFiles();
    await choose(chat, pdf('one.pdf'));
    await untilState(chat, 'queued');
    await choose(chat, pdf('one.pdf'));
    await until(
      () => hints(chat)[1]?.includes('This seems to be the same file as one.pdf.'),
      'the hint',
    );
    expect(hints(chat)[0]).to.not.include('seems to be the same file');
    await press(chat, 'Upload files');
    await untilState(chat, 'success', 'success');
  });

  it('the same bytes under another name are hinted at, other bytes are not', async () => {
    const {chat} = await atFiles();
    const other = new File(['%PDF-1.7\n', new Uint8Array(1_991).fill(1)], 'other.pdf');
    await choose(chat, pdf('one.pdf'), other, pdf('copy.pdf'));
    await until(
      () => hints(chat)[2]?.includes('This seems to be the same file as one.pdf.'),
      'the hint',
    );
    expect(hints(chat)[1]).to.not.include('seems to be the same file');
  });

  it('the hint goes with the file that it names', async () => {
    const {chat} = await atFiles();
    await choose(chat, pdf('one.pdf'), pdf('copy.pdf'));
    await until(() => hints(chat)[1]?.includes('seems to be the same file'), 'the hint');
    await press(chat, 'Remove one.pdf');
    await until(() => rows(chat).length === 1, 'the row to go');
    expect(hints(chat)[0]).to.equal('2 kB');
  });

  it('two that failed are tried again by one press', async () => {
    const {chat, site} = await atFiles();
    await backend.fault(site, FAILED);
    await choose(chat, pdf('1.pdf'));
    await press(chat, 'Upload files');
    await untilState(chat, 'error');
    await choose(chat, pdf('2.pdf'), new File(['x'], 'none.pdf'));
    await untilState(chat, 'error', 'queued', 'error');
    await press(chat, 'Upload files');
    await untilState(chat, 'error', 'error', 'error');
    await backend.heal(site);
    await press(chat, 'Upload files');
    await untilState(chat, 'success', 'success', 'error');
  });

  it('a file added later waits for the visitor’s word, whatever else is sent', async () => {
    const {chat, site} = await atFiles();
    await backend.fault(site, {path: '/upload', delayMs: 300, times: 1});
    await choose(chat, pdf('1.pdf'));
    await press(chat, 'Upload files');
    await choose(chat, pdf('2.pdf'));
    await untilState(chat, 'success', 'queued');
    expect((await backend.visit(stored(site, 'session_uuid')!)).files).to.have.length(1);
    expect(actions(chat)).to.deep.equal(['Upload files', 'Done & continue']);
  });

  it('a lost connection is told at once, and what was under way goes on when it is back', async () => {
    const {chat, site} = await atFiles();
    await backend.fault(site, {path: '/upload', delayMs: 60_000});
    await choose(chat, pdf('1.pdf'));
    await press(chat, 'Upload files');
    await untilCalled(site, 'POST', '/upload');
    setOnline(false);
    await untilState(chat, 'queued');
    expect(rows(chat)[0]!.says).to.equal(
      'Waiting for your connection. We’ll continue automatically.',
    );
    expect(inside(chat, '.notices')!.textContent).to.include('You seem to be offline.');
    expect(actions(chat)).to.deep.equal(['Done & continue']);
    await backend.heal(site);
    setOnline(true);
    await untilState(chat, 'success');
    await until(() => !inside(chat, '.notices')!.textContent.includes('offline'), 'all clear');
  });

  it('there is a button for what can be done, and none for anything else', async () => {
    const {chat, site} = await atFiles();
    expect(actions(chat)).to.deep.equal([]);
    await choose(chat, new File(['no'], 'notes.txt'));
    await untilState(chat, 'error');
    expect(actions(chat)).to.deep.equal([]);
    await backend.fault(site, {path: '/upload', delayMs: 400, times: 1});
    await choose(chat, pdf('1.pdf'));
    await untilState(chat, 'error', 'queued');
    expect(actions(chat)).to.deep.equal(['Upload files', 'Done & continue']);
    button(chat, 'Upload files')!.focus();
    await sendKeys({press: 'Enter'});
    await untilState(chat, 'error', 'uploading');
    await until(() => actions(chat).join() === 'Done & continue', 'the way on');
    expect(focusedName(chat)).to.equal('Your files');
    await untilState(chat, 'error', 'success');
    expect(actions(chat)).to.deep.equal(['Done & continue']);
    expect(focusedName(chat)).to.equal('Your files');
    expect(every(chat, '.panel button:disabled')).to.have.length(0);
  });

  it('the second click of a double click sends nobody on', async () => {
    const {chat} = await atFiles();
    await choose(chat, pdf('1.pdf'));
    await press(chat, 'Upload files');
    await untilState(chat, 'success');
    const done = await until(() => button(chat, 'Done & continue'), 'the way on');
    done.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 2}));
    await chat.updateComplete;
    expect(chat.step).to.equal('files');
    done.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 1}));
    await until(() => chat.step !== 'files', 'the next step');
  });

  it('when the limit is reached, there is no button to add files', async () => {
    const {chat} = await atFiles();
    const says = () => inside(chat, '.dropzone b')?.textContent;
    expect(says()).to.equal('Choose PDF files');
    await choose(chat, pdf('1.pdf'), pdf('2.pdf'));
    await until(() => says() === 'Add more files', 'the next words');
    await choose(chat, pdf('3.pdf'));
    await until(() => says() === undefined, 'the limit');
    expect(inside<HTMLInputElement>(chat, '.picker')!.hidden).to.equal(true);
  });

  it('removing a file is said, and the focus goes to the next row, at last to the picker', async () => {
    const {chat} = await atFiles();
    await choose(chat, pdf('1.pdf'), pdf('2.pdf'), pdf('3.pdf'));
    await untilState(chat, 'queued', 'queued', 'queued');
    button(chat, 'Remove 2.pdf')!.focus();
    for (const next of ['Remove 3.pdf', 'Remove 1.pdf', 'sr picker']) {
      await sendKeys({press: 'Enter'});
      await until(() => focusedName(chat) === next, `${next} to have the focus`);
    }
    expect(inside(chat, '.toasts[role=status]')!.textContent.trim()).to.equal('File removed.');
  });

  it('the button that replaces the one that was pressed has the focus', async () => {
    const {chat, site} = await atFiles();
    await backend.fault(site, {path: '/upload', delayMs: 60_000});
    await choose(chat, pdf('1.pdf'));
    (await until(() => button(chat, 'Upload files'), 'the way on')).focus();
    await sendKeys({press: 'Enter'});
    await until(() => focusedName(chat) === 'Your files', 'the list to have the focus');
    await sendKeys({press: 'Tab'});
    await until(() => focusedName(chat) === 'Cancel upload of 1.pdf', 'cancel');
    await sendKeys({press: 'Enter'});
    await until(() => focusedName(chat) === 'Try again: 1.pdf', 'try again');
  });

  it('the page asks before it is left only while a file would be lost', async () => {
    const {chat, site} = await atFiles();
    expect(asksBeforeLeaving()).to.equal(false);
    await choose(chat, pdf('1.pdf'));
    await untilState(chat, 'queued');
    expect(asksBeforeLeaving()).to.equal(true);
    await backend.fault(site, {...FAILED, times: 1});
    await press(chat, 'Upload files');
    await untilState(chat, 'error');
    expect(asksBeforeLeaving()).to.equal(false);
    await press(chat, 'Try again: 1.pdf');
    expect(asksBeforeLeaving()).to.equal(true);
    await untilState(chat, 'success');
    expect(asksBeforeLeaving()).to.equal(false);
    await choose(chat, pdf('2.pdf'));
    await untilState(chat, 'success', 'queued');
    await chat.reset();
    expect(asksBeforeLeaving()).to.equal(false);
  });

  it('a long name is cut in its middle, so that its end can be read', async () => {
    await setViewport({width: 390, height: 844});
    const {chat} = await atFiles();
    const name = `${'Contract of sale and everything about it '.repeat(3)}2024.pdf`;
    await choose(chat, pdf(name));
    const shown = await until(() => inside(chat, '.name'), 'the name');
    expect(shown.textContent).to.equal(name);
    expect(shown.getClientRects()).to.have.length(1);
    expect(shown.clientHeight).to.be.at.most(20);
    const start = shown.querySelector('bdi span')!;
    expect(getComputedStyle(start).textOverflow).to.equal('ellipsis');
    expect(start.scrollWidth).to.be.greaterThan(start.clientWidth);
    expect(start.parentNode!.lastChild!.textContent).to.equal(' it 2024.pdf');
    await setViewport({width: 1000, height: 800});
  });

  it('in Arabic a Latin name stands at the start of the line, and reads as it is', async () => {
    const {chat} = await atFiles(newSite(), 'ar');
    await answer(chat, 'اسمك', 'Ana');
    await press(chat, 'أوافق');
    await until(() => chat.step === 'consent_ai_training', 'the next question');
    await press(chat, 'أوافق');
    await choose(chat, pdf('contract.pdf'));
    const name = await until(() => inside(chat, '.name'), 'the name');
    const about = name.parentElement!.getBoundingClientRect();
    expect(name.getBoundingClientRect().right).to.be.closeTo(about.right, 1);
    const shown = name.firstElementChild!;
    expect(shown.getBoundingClientRect().right).to.be.closeTo(about.right, 1);
    expect(getComputedStyle(shown).direction).to.equal('ltr');
  });

  it('new rows are scrolled to, and no button hides the one with the focus', async () => {
    await setViewport({width: 390, height: 560});
    const {chat} = await atFiles();
    await choose(chat, ...['1.pdf', '2.pdf', '3.pdf', '4.pdf', '5.pdf'].map((name) => pdf(name)));
    await untilState(chat, 'queued', 'queued', 'queued', 'error', 'error');
    const tray = inside(chat, '.tray')!;
    await until(() => tray.scrollTop > 0, 'the tray to be scrolled');
    const bar = () => inside(chat, '.files > .pair')!.getBoundingClientRect();
    expect(every(chat, '.file').at(-1)!.getBoundingClientRect().bottom).to.be.at.most(bar().top);
    for (const name of ['1.pdf', '2.pdf', '3.pdf', '4.pdf', '5.pdf']) {
      const remove = button(chat, `Remove ${name}`)!;
      remove.focus();
      expect(remove.getBoundingClientRect().bottom, name).to.be.at.most(bar().top);
      expect(remove.getBoundingClientRect().top).to.be.at.least(tray.getBoundingClientRect().top);
    }
    await setViewport({width: 1000, height: 800});
  });

  it('a toast lies over the end of the log and nothing that can be pressed, at any width', async () => {
    for (const [width, height] of [
      [320, 700],
      [390, 700],
      [667, 320],
      [1000, 700],
    ] as const) {
      await setViewport({width, height});
      const {chat} = await atFiles();
      await choose(chat, pdf('1.pdf'));
      await press(chat, 'Remove 1.pdf');
      const toast = await until(() => inside(chat, '.toast'), 'the toast');
      const one = toast.getBoundingClientRect();
      const under = every(chat, '.panel button, .panel label').filter((button) => {
        const other = button.getBoundingClientRect();
        return (
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.bottom &&
          other.top < one.bottom
        );
      });
      expect(under.map(({ariaLabel}) => ariaLabel)).to.deep.equal([]);
      const log = inside(chat, '.log')!.getBoundingClientRect();
      expect(one.top).to.be.at.least(log.top);
      expect(one.bottom).to.be.within(log.bottom - 1, log.bottom + 1);
      expect(Math.abs((one.left + one.right - log.left - log.right) / 2)).to.be.below(1);
      await chat.destroy();
    }
    await setViewport({width: 1000, height: 800});
  });

  it('a file dropped where none is wanted is told so, before and after', async () => {
    const chat = await mountOpen();
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(pdf('early.pdf'));
    const drag = (type: string) =>
      inside(chat, '.header')!.dispatchEvent(
        new DragEvent(type, {dataTransfer, bubbles: true, composed: true, cancelable: true}),
      );
    await until(() => !drag('dragover'), 'the drop to be taken from the page');
    const place = await until(() => inside(chat, '.drop-here'), 'the word over the panel');
    expect(place.textContent.trim()).to.equal('You don’t need any files at this step.');
    drag('drop');
    await until(() => inside(chat, '.toast'), 'the word after the drop');
    expect(inside(chat, '.toast')!.textContent).to.equal('You don’t need any files at this step.');
    expect(inside(chat, '.drop-here')).to.equal(null);
  });

  it('the word over the panel goes when the files do, even if no event reports that', async () => {
    const chat = await mountOpen();
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(pdf('held.pdf'));
    const hold = (target: Element) =>
      target.dispatchEvent(
        new DragEvent('dragover', {dataTransfer, bubbles: true, composed: true, cancelable: true}),
      );
    await until(() => !hold(inside(chat, '.header')!), 'the drop to be taken from the page');
    await until(() => inside(chat, '.drop-here'), 'the word over the panel');
    const below = inside(chat, '.inside')!.appendChild(document.createElement('p'));
    hold(below);
    below.remove();
    await until(() => !inside(chat, '.drop-here'), 'the word to go');
  });
});
