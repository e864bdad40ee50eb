import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  inside,
  lines,
  mount,
  mountAtDoors,
  newSite,
  press,
  pressInMenu,
  reachPending,
  start,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';
import {field, key, refuseQuestion, type, write} from './talking.js';

const STORING = 'May we store';

/** Answers with a conversation of the site's own. */
const withSteps = async (...steps: object[]) => {
  const site = newSite();
  await backend.config(site, {conversation: {version: 1, steps}});
  return site;
};

describe('a way on after a refusal', () => {
  it('the consent that the site does not ask for can be given after all', async () => {
    const site = await withSteps(
      {id: 'name', type: 'ask', field: 'name'},
      {id: 'end', type: 'end', outcome: 'complete'},
    );
    const chat = await mountAtDoors(site);
    await write(chat, 'Hello?');
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'Not sent yet.');
    key(chat, {});
    await until(() => lines(chat).filter((line) => line.includes(STORING)).length === 2, 'it');
    await press(chat, 'I agree');

    await until(() => lines(chat).includes('Hello?'), 'the question');
    expect(lines(chat).join()).not.to.include('Thank you');
    expect(inside(chat, '.done')).not.to.exist;
  });

  it('two impatient keys ask for the consent once', async () => {
    const {chat, site} = await refuseQuestion();
    key(chat, {});
    key(chat, {});
    await until(() => inside(chat, '.consent'), 'the consent');
    await untilQuiet(site);

    expect(lines(chat).filter((line) => line.includes(STORING))).to.have.length(2);
  });

  it('starting over deletes the question that was not sent', async () => {
    const {chat} = await refuseQuestion();
    await pressInMenu(chat, 'Start over');
    (await until(() => inside(chat, '.dialog .danger'), 'the question')).click();

    await until(() => lines(chat).length === 1 && inside(chat, '.doors'), 'a new beginning');
    expect(field(chat)!.value).to.equal('');
  });
});

describe('a way on for an early question', () => {
  it('where nobody replies, it is not asked', async () => {
    const site = newSite();
    await backend.config(site, {can_ask: false});
    await backend.fault(site, {path: '/generate-uuid', isHeld: true});
    const chat = await mount(site);
    await chat.open();
    await until(() => field(chat), 'the field');
    type(chat, 'Early');
    key(chat, {});
    await backend.heal(site);

    await until(() => inside(chat, '[name=answer]'), 'the field for the name');
    await untilQuiet(site);
    expect(lines(chat).join()).not.to.include(STORING);
    expect(chat.step).to.equal('name');
  });
});

describe('a visitor who is active', () => {
  it('continues without a question after a press of *Start* or *Continue*', async () => {
    const site = newSite();
    const first = await mountAtDoors(site);
    await start(first);
    await answer(first, 'Your name', 'Ana');
    await untilSaid(first, STORING);
    first.remove();
    // A new tab asks, and its answer counts in it.
    const second = await mount(site);
    await second.open();
    await press(second, 'Continue');
    await until(() => inside(second, '.consent'), 'the consent');
    second.remove();
    const third = document.createElement('maria-chat');
    third.setAttribute('site', site);
    document.body.append(third);
    await third.open();

    await until(() => inside(third, '.consent'), 'the consent');
    expect(button(third, 'Discard')).not.to.exist;
    third.remove();
  });
});

describe('few presses', () => {
  const countPresses = (chat: Element) => {
    let presses = 0;
    for (const type of ['click', 'submit', 'change']) {
      chat.shadowRoot!.addEventListener(type, () => presses++, {capture: true});
    }
    return () => presses;
  };

  it('a question is sent with one, beside the consent', async () => {
    const chat = await mountAtDoors();
    const presses = countPresses(chat);
    await write(chat, 'Hello?');
    await press(chat, 'I agree');
    await until(() => lines(chat).includes('Hello?'), 'the question');

    expect(presses()).to.equal(2);
  });

  it('a request is pending after seven', async () => {
    const chat = await mountAtDoors();
    const presses = countPresses(chat);
    await reachPending(chat);

    expect(presses()).to.equal(7);
  });
});
