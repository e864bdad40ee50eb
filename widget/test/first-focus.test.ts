import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';

import {
  answer,
  backend,
  inside,
  mountAtDoors,
  newSite,
  press,
  replace,
  until,
  untilSaid,
} from './helpers.js';
import {field} from './talking.js';

const focused = (chat: Element) => chat.shadowRoot!.activeElement as HTMLElement | null;

/** Simulates a device that is touched. */
const withFingers = async (run: () => Promise<void>) => {
  const ask = window.matchMedia.bind(window);
  const stub = (query: string) => (query === '(pointer: coarse)' ? {matches: true} : ask(query));
  const restore = replace(window, 'matchMedia', stub as never);
  try {
    await run();
  } finally {
    restore();
  }
};

const withoutDoors = async () => {
  const site = newSite();
  await backend.config(site, {can_ask: false});
  return mountAtDoors(site);
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

  it('raises no keyboard over the greeting, and does over the next question', () =>
    withFingers(async () => {
      const chat = await withoutDoors();
      const input = await until(() => inside(chat, 'input[name=answer]'), 'the field');
      await chat.updateComplete;
      expect(focused(chat)).to.not.equal(input);
      expect(focused(chat)!.matches('.panel')).to.equal(true);
      await answer(chat, 'Your name', 'Ana');
      await press(chat, 'I agree');
      await untilSaid(chat, 'train our AI assistant');
      await until(() => focused(chat)?.matches('.consent'), 'the next question');
      await press(chat, 'Change: Ana');
      await until(() => focused(chat)?.matches('input[name=answer]'), 'the field');
    }));
});
