import {expect} from '@open-wc/testing';

import {answer, inside, newSite, press, sitePage, until, untilSaid} from './helpers.js';

describe('storage blocked', () => {
  it('the conversation works all the same, and one line says that it is not kept', async () => {
    const {chat, window} = await sitePage(`blocked=1&open=false&site=${newSite()}`);
    expect(() => (window as Window & {localStorage: Storage}).localStorage).to.throw();
    await window.MariaChat!.open();
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I agree');
    await untilSaid(chat, 'train our AI assistant');
    await press(chat, 'I agree');
    await until(() => inside(chat, '.picker'), 'the file picker');
    const text = inside(chat, '.notices')!.textContent;
    expect(text).to.include('can’t save this conversation');
    expect(text.match(/will be lost/g)).to.have.length(1);
  });
});
