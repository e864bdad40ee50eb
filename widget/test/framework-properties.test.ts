import {expect} from '@open-wc/testing';

import type {MariaChat} from '../index.js';
import {inside, mount, newSite, start, until} from './helpers.js';

const VALUES: Record<string, string> = {
  site: newSite(),
  open: 'false',
  launcher: 'bubble',
  target: '#place',
  load: 'idle',
  mode: 'popup',
  theme: 'dark',
};

/** As React 19 and Vue do: to the property where there is one, to the attribute otherwise. */
const write = (chat: MariaChat, name: string, value: string) => {
  if (name in chat) Object.assign(chat, {[name]: value});
  else chat.setAttribute(name, value);
};

describe('attributes that frameworks write as properties', () => {
  for (const [name, value] of Object.entries(VALUES)) {
    it(`${name} leaves the chat as it is`, async () => {
      const chat = await mount();
      write(chat, name, value);
      await chat.updateComplete;
      await chat.open();
      await start(chat);
      await until(() => inside(chat, 'input[name=answer]'), 'the first question');
      await chat.close();
      expect(chat.isOpen).to.equal(false);
      const written = (chat as unknown as Record<string, unknown>)[name];
      expect([chat.getAttribute(name), written].includes(value), name).to.equal(true);
    });
  }
});
