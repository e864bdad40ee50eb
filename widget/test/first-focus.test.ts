import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';

import {backend, mountAtDoors, newSite, until} from './helpers.js';
import {field} from './talking.js';

const focused = (chat: Element) => chat.shadowRoot!.activeElement as HTMLElement | null;

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
});
