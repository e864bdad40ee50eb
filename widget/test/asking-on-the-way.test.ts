import {expect} from '@open-wc/testing';

import {answer, lines, mountAtDoors, mountOpen, until, untilSaid} from './helpers.js';
import {refuseQuestion, key, write} from './talking.js';

const REASON = 'To send your question, I need your consent first.';
const STORING = 'May we store';

describe('a question on the way', () => {
  it('says why the consent is asked for now', async () => {
    const chat = await mountAtDoors();
    await write(chat, 'Is a copy enough?');
    await untilSaid(chat, STORING);
    const said = lines(chat);
    expect(said.indexOf(REASON)).to.equal(said.length - 2);
  });

  it('says so again after a refusal', async () => {
    const {chat} = await refuseQuestion();
    key(chat, {});
    await until(() => lines(chat).filter((line) => line === REASON).length === 2, 'the reason');
  });

  it('needs no reason where the consent is asked for in its place', async () => {
    const chat = await mountOpen();
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, STORING);
    expect(lines(chat)).to.not.include(REASON);
  });
});
