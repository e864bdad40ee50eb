import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';

import {
  button,
  inside,
  lines,
  mount,
  mountOpen,
  press,
  pressInMenu,
  reachFiles,
  reachPending,
  start,
  until,
  untilSaid,
} from './helpers.js';

const focused = (chat: Element) => chat.shadowRoot!.activeElement as HTMLElement | null;
const type = (text: string) => sendKeys({type: text});
const key = (name: string) => sendKeys({press: name});
const keyBack = async () => {
  await sendKeys({down: 'Shift'});
  await key('Tab');
  await sendKeys({up: 'Shift'});
};

describe('keyboard', () => {
  it('the whole way to the files needs no mouse', async () => {
    const chat = await mount();
    inside(chat, '.launcher')!.focus();
    await key('Enter');
    await until(() => focused(chat)?.matches('textarea'), 'the field to have the focus');
    await until(() => inside(chat, '.doors'), 'the doors');
    await keyBack();
    await keyBack();
    expect(focused(chat)!.textContent.trim()).to.equal('Start');
    await key('Enter');
    await until(() => focused(chat)?.matches('input[name=answer]'), 'the field to have the focus');
    await type('Ana');
    await key('Enter');
    await until(() => focused(chat)?.matches('.consent'), 'the group to have the focus');
    await key('Tab');
    expect(focused(chat)!.textContent.trim()).to.equal('Privacy policy');
    await key('Tab');
    expect(focused(chat)!.textContent.trim()).to.equal('I agree');
    await key('Enter');
    await untilSaid(chat, 'train our AI assistant');
    await until(() => focused(chat)?.matches('.consent'), 'the second group');
    await key('Tab');
    await key('Tab');
    await key('Tab');
    expect(focused(chat)!.textContent.trim()).to.equal('I do not agree');
    await key(' ');
    await until(() => focused(chat)?.matches('input[type=file]'), 'the file picker');
  });

  it('Esc closes, and the focus returns to the launcher', async () => {
    const chat = await mount();
    inside(chat, '.launcher')!.focus();
    await key('Enter');
    await until(() => focused(chat)?.matches('textarea'), 'the focus to move in');
    await key('Escape');
    await until(() => focused(chat)?.matches('.launcher'), 'the launcher to have the focus');
    expect(inside(chat, '.panel')!.hidden).to.equal(true);
  });

  it('Esc in the question whether to start over closes the question alone', async () => {
    const chat = await mountOpen();
    button(chat, 'More')!.focus();
    await pressInMenu(chat, 'Start over');
    await until(() => inside(chat, '[role=alertdialog]'), 'the dialog');
    await until(() => focused(chat)?.textContent.trim() === 'Cancel', 'Cancel to have the focus');
    expect(inside(chat, '.main')!.inert).to.equal(true);
    await key('Escape');
    await until(() => !inside(chat, '.dialog'), 'the dialog to close');
    expect(chat.isOpen).to.equal(true);
    expect(focused(chat)!.ariaLabel).to.equal('More');
  });

  it('Esc leaves a dialog first, then a correction, then the chat', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    await press(chat, 'Change: Ana');
    await until(() => focused(chat)?.matches('input[name=answer]'), 'the field to have the focus');
    await pressInMenu(chat, 'Start over');
    await until(() => focused(chat)?.textContent.trim() === 'Cancel', 'the question');
    await key('Escape');
    await until(() => !inside(chat, '.dialog'), 'the dialog to close');
    expect(chat.step).to.equal('name');
    await key('Escape');
    await until(() => chat.step === 'files', 'the files');
    expect(chat.isOpen).to.equal(true);
    expect(lines(chat).filter((line) => line === 'Ana')).to.have.length(1);
    await key('Escape');
    await until(() => !chat.isOpen, 'the chat to close');
  });

  it('the title of a dialog has the focus, also after another dialog', async () => {
    const chat = await mountOpen();
    await pressInMenu(chat, 'My data');
    const hasFocus = () => focused(chat)?.matches('h2') && focused(chat)!.textContent === 'My data';
    await until(hasFocus, 'the title to have the focus');
  });

  it('Esc leaves the address as it is before it closes the chat', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    await press(chat, 'Change address');
    await until(() => focused(chat)?.matches('input[type=email]'), 'the field to have the focus');
    await key('Escape');
    await until(() => inside(chat, '.card'), 'the card');
    expect(chat.isOpen).to.equal(true);
    await key('Escape');
    await until(() => !chat.isOpen, 'the chat to close');
  });

  it('the page stays usable: the Tab key leads out of the panel', async () => {
    const chat = await mountOpen();
    inside(chat, '.ask')!.focus();
    await key('Tab');
    expect(focused(chat)!.matches('.launcher')).to.equal(true);
  });

  it('opening by the page itself leaves the focus where it is', async () => {
    const chat = await mount();
    const field = document.createElement('input');
    document.body.append(field);
    field.focus();
    await chat.open({isQuiet: true});
    await start(chat);
    await until(() => inside(chat, 'input[name=answer]'), 'the question');
    expect(document.activeElement).to.equal(field);
    field.remove();
  });

  it('the file picker is a real input that the focus can reach', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    const picker = inside(chat, '.picker')!;
    picker.focus();
    expect(focused(chat)).to.equal(picker);
    expect(getComputedStyle(picker).display).to.not.equal('none');
  });
});
