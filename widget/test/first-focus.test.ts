import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';

import {backend, inside, mount, mountAtDoors, newSite, replace, until} from './helpers.js';
import {field} from './talking.js';

const focused = (chat: Element) => chat.shadowRoot!.activeElement as HTMLElement | null;

const withoutDoors = async () => {
  const site = newSite();
  await backend.config(site, {can_ask: false});
  return mountAtDoors(site);
};

const asOnPhone = async (act: () => Promise<void>) => {
  const match = window.matchMedia.bind(window);
  const answer = (query: string) => match(query === '(pointer: coarse)' ? 'all' : query);
  const restore = replace(window, 'matchMedia', answer as () => unknown);
  try {
    await act();
  } finally {
    restore();
  }
};

describe('the first focus', () => {
  it('is in the field for messages, which takes keys at once', async () => {
    const chat = await mountAtDoors();
    await until(() => focused(chat) === field(chat), 'the focus in the field');
    await sendKeys({type: 'Hi'});
    expect(field(chat)!.value).to.equal('Hi');
  });

  it('is in the field of the first question, if there are no doors', async () => {
    const chat = await withoutDoors();
    await until(() => focused(chat)?.matches('input[name=answer]'), 'the field');
  });

  it('raises no keyboard over the doors, and is in the first field after a press', async () => {
    const chat = await mount();
    const focused: string[] = [];
    chat.shadowRoot!.addEventListener('focusin', ({target}) =>
      focused.push((target as Element).localName),
    );
    await asOnPhone(async () => {
      await chat.open();
      const door = await until(() => inside(chat, '.doors button'), 'the doors');
      expect(focused).to.deep.equal(['section']);
      door.click();
      await until(() => chat.shadowRoot!.activeElement?.matches('input[name]'), 'the field');
    });
  });

  it('raises no keyboard over the greeting of a site without doors', async () => {
    await asOnPhone(async () => {
      const chat = await withoutDoors();
      await until(() => inside(chat, 'input[name]'), 'the field');
      await chat.updateComplete;
      expect(chat.shadowRoot!.activeElement).to.equal(inside(chat, '.panel'));
    });
  });
});
