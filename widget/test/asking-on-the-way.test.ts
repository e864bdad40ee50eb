import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  choose,
  every,
  inside,
  lines,
  mountAtDoors,
  mountOpen,
  newSite,
  pdf,
  press,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';
import {
  attach,
  field,
  refuseQuestion,
  key,
  untilListening,
  untilSent,
  uuidOf,
  write,
} from './talking.js';

const REASON = 'To send your question, I need your consent first.';
const STORING = 'May we store';

/** Asks a question at the doors, and agrees to storing it. */
const askFirst = async () => {
  const site = newSite();
  const chat = await mountAtDoors(site);
  await write(chat, 'Is a copy enough?');
  await press(chat, 'I agree');
  await until(() => inside(chat, '.doors'), 'the doors');
  return {chat, site};
};

/** Numbers of the steps that the header has shown. */
const watchSteps = (chat: Element) => {
  const seen: number[] = [];
  const note = () => {
    const index = Number(/^Step (\d)/.exec(inside(chat, '.titles p')!.textContent)?.[1]);
    if (index && index !== seen.at(-1)) seen.push(index);
  };
  new MutationObserver(note).observe(chat.shadowRoot!, {
    subtree: true,
    childList: true,
    characterData: true,
  });
  return seen;
};

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

  it('never lets the progress go backward', async () => {
    const {chat, site} = await askFirst();
    const steps = watchSteps(chat);
    await untilListening(site);
    const reply = {role: 'maria', body: 'A person will reply.', asks_for_email: true};
    await backend.say(uuidOf(site), reply);
    await press(chat, 'Leave my e-mail address');
    await answer(chat, 'Your name', 'Ana');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await press(chat, 'Continue with my request');
    await untilSaid(chat, 'train our AI assistant');
    await press(chat, 'I agree');
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Done & continue');
    await until(() => inside(chat, '.card'), 'the last step');
    expect(steps).to.deep.equal([3, 4, 6]);
  });

  it('leaves no field beside the one that Maria is about to ask for', async () => {
    const {chat} = await askFirst();
    const {controller} = chat;
    Object.defineProperty(controller, 'typingMs', {value: 100});
    const seen: boolean[] = [];
    const note = () => inside(chat, '.typing, [name=answer]') && seen.push(field(chat) !== null);
    new MutationObserver(note).observe(chat.shadowRoot!, {subtree: true, childList: true});
    await press(chat, 'Start');
    await until(() => inside(chat, '[name=answer]'), 'the name');
    expect(seen.length).to.be.greaterThan(1);
    expect(seen).to.not.include(true);
    expect(button(chat, 'Ask a question')).to.exist;
  });
});

describe('a file of a message at the file step', () => {
  it('is named as such, before and after it is sent, and after a reload', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I agree');
    await untilSaid(chat, 'train our AI assistant');
    await press(chat, 'Ask a question');
    await until(() => field(chat), 'the field');
    await attach(chat, pdf('passport.pdf'));
    await press(chat, 'I agree');
    await until(() => inside(chat, '.dropzone'), 'the files');
    const remarks = (one: Element) =>
      every(one, '.files .file').map((row) => row.textContent.includes('Attached to your message'));
    expect(remarks(chat)).to.deep.equal([true]);
    await choose(chat, pdf('contract.pdf'));
    await until(() => every(chat, '.files .file').length === 2, 'the other file');
    expect(remarks(chat)).to.deep.equal([true, false]);
    await write(chat, 'Is this the right one?');
    await untilSaid(chat, 'Is this the right one?');
    await untilSent(chat);
    expect(remarks(chat)).to.deep.equal([true, false]);

    chat.remove();
    // A late response would still be an activity in this tab, which then continues silently.
    await untilQuiet(site);
    const again = await mountOpen(site);
    await press(again, 'Continue');
    await until(() => remarks(again).join() === 'true', 'the remark');
  });
});
