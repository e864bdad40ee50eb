import {expect} from '@open-wc/testing';
import {sendKeys, sendMouse} from '@web/test-runner-commands';

import type {MariaChat} from '../element/maria-chat.js';
import {inside, mount, pause, press, until} from './helpers.js';

const messageField = (chat: Element) => inside<HTMLTextAreaElement>(chat, 'textarea');

const dialogs: HTMLElement[] = [];
const others: HTMLElement[] = [];

/** A form in front of the rest of the page, with its field focused. */
const openForm = (tag = 'div') => {
  const form = document.createElement(tag);
  form.style.cssText = 'position: fixed; inset: 0 auto auto 0; z-index: 1050; background: #fff';
  form.innerHTML = '<label>Street <input></label>';
  document.body.append(form);
  dialogs.push(form);
  const field = form.querySelector('input')!;
  field.focus();
  return {form, field};
};

const addPage = () => {
  const page = document.createElement('main');
  page.textContent = 'The page';
  document.body.append(page);
  others.push(page);
  return page;
};

const cleanUp = async (chat: MariaChat) => {
  await chat.destroy();
  for (const element of [...dialogs.splice(0), ...others.splice(0)]) element.remove();
};

const click = async (element: Element) => {
  const {x, y, width, height} = element.getBoundingClientRect();
  const position: [number, number] = [Math.round(x + width / 2), Math.round(y + height / 2)];
  await sendMouse({type: 'click', position});
};

/** As Bootstrap and MUI do: focus that goes elsewhere is taken back. */
const trapByFocusIn = (form: HTMLElement, signal: AbortSignal) =>
  document.addEventListener(
    'focusin',
    ({target}) => form.contains(target as Node) || form.querySelector('input')!.focus(),
    {signal},
  );

/** As Radix does: focus is not let go, and a press elsewhere closes the dialog. */
const trapByFocusOut = (form: HTMLElement, signal: AbortSignal) => {
  trapByFocusIn(form, signal);
  document.addEventListener(
    'focusout',
    ({relatedTarget}) => {
      if (relatedTarget === null || form.contains(relatedTarget as Node)) return;
      form.querySelector('input')!.focus();
    },
    {signal},
  );
  document.addEventListener(
    'pointerdown',
    ({target}) => form.contains(target as Node) || form.remove(),
    {signal},
  );
};

describe('a dialog of the page', () => {
  for (const [how, trap] of [
    ['that takes the focus back', trapByFocusIn],
    ['that does not let the focus go', trapByFocusOut],
  ] as const) {
    it(`${how} leaves the chat usable with pointer and keyboard`, async () => {
      const chat = await mount();
      const {form, field} = openForm();
      const trapped = new AbortController();
      trap(form, trapped.signal);
      await sendKeys({type: 'Main '});
      await click(inside(chat, '.launcher')!);
      await until(() => chat.shadowRoot!.activeElement === messageField(chat), 'the focus');
      await sendKeys({type: 'Anna'});
      expect(messageField(chat)!.value).to.equal('Anna');
      await click(field);
      await sendKeys({press: 'End'});
      await sendKeys({type: 'Street 1'});
      expect(field.value).to.equal('Main Street 1');
      expect(form.isConnected).to.equal(true);
      await click(messageField(chat)!);
      await sendKeys({type: 'bel'});
      expect(messageField(chat)!.value).to.contain('bel');
      trapped.abort();
      await cleanUp(chat);
    });
  }

  it('that does not let the focus go: the page may open the chat all the same', async () => {
    const chat = await mount();
    const {form} = openForm();
    const trapped = new AbortController();
    trapByFocusOut(form, trapped.signal);
    await chat.open();
    await until(() => chat.shadowRoot!.activeElement === messageField(chat), 'the focus');
    await sendKeys({type: 'Anna'});
    expect(messageField(chat)!.value).to.equal('Anna');
    trapped.abort();
    await cleanUp(chat);
  });

  it('that makes all around it inert and hidden leaves the chat out', async () => {
    const chat = await mount();
    document.body.append(chat);
    const page = addPage();
    const {form} = openForm();
    for (const element of document.body.children)
      if (element !== form && element instanceof HTMLElement) {
        element.inert = true;
        element.ariaHidden = 'true';
      }
    expect(chat.inert).to.equal(true);
    await until(() => !chat.inert && chat.ariaHidden === null, 'the chat to be usable');
    expect(page.inert).to.equal(true);
    await click(inside(chat, '.launcher')!);
    await until(() => chat.shadowRoot!.activeElement === messageField(chat), 'the focus');
    await cleanUp(chat);
    for (const element of document.body.children)
      if (element instanceof HTMLElement) element.inert = false;
    for (const element of document.body.children) element.ariaHidden = null;
  });

  it('a page that makes only the chat inert means it', async () => {
    const chat = await mount();
    document.body.append(chat);
    addPage();
    chat.inert = true;
    await pause(50);
    expect(chat.inert).to.equal(true);
    await cleanUp(chat);
  });

  it('that is modal to the browser takes the chat in', async () => {
    const chat = await mount();
    const home = chat.parentElement!;
    const {form} = openForm('dialog');
    const dialog = form as HTMLDialogElement;
    dialog.showModal();
    dialog.append(chat);
    await click(inside(chat, '.launcher')!);
    await until(() => chat.shadowRoot!.activeElement === messageField(chat), 'the focus');
    await sendKeys({type: 'Anna'});
    expect(messageField(chat)!.value).to.equal('Anna');
    await sendKeys({press: 'Escape'});
    expect(dialog.open, 'Esc closes what lies on top').to.equal(true);
    expect(chat.isOpen).to.equal(false);
    await press(chat, 'Open chat');
    dialog.close();
    home.append(chat);
    await until(() => messageField(chat)!.getBoundingClientRect().width > 0, 'the panel');
    expect(messageField(chat)!.value).to.equal('Anna');
    await cleanUp(chat);
  });
});
