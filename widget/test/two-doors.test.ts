import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  inside,
  lines,
  mount,
  mountAtDoors,
  mountOpen,
  newSite,
  press,
  start,
  stored,
  until,
  untilAsked,
  untilQuiet,
  untilSaid,
} from './helpers.js';
import {field, key, refuseQuestion, type, untilListening, uuidOf, write} from './talking.js';

const STORING = 'May we store';
const TRAINING = 'to train our AI';

/** Asks a question, and agrees to storing it. */
const askFirst = async (text = 'Is a copy enough?') => {
  const site = newSite();
  const chat = await mountAtDoors(site);
  await write(chat, text);
  await untilSaid(chat, STORING);
  await press(chat, 'I agree');
  await until(() => lines(chat).includes(text), 'the question in the conversation');
  await until(() => inside(chat, '.doors'), 'the doors');
  return {chat, site};
};

const pathsOf = async (site: string) =>
  (await backend.calls(site)).map(({method, path}) => `${method} ${path.split('?')[0]!}`);

describe('the two doors', () => {
  it('a new visitor has both, and a field to write in', async () => {
    const chat = await mountAtDoors();

    expect(lines(chat)).to.have.length(1);
    expect(button(chat, 'Start')).to.exist;
    expect(button(chat, 'Ask a question')).to.exist;
    expect(field(chat)).to.exist;
    expect(inside(chat, '[name=answer]')).not.to.exist;
    // One line, in the middle.
    const {blockSize, paddingBlockStart} = getComputedStyle(field(chat)!);
    expect(parseFloat(blockSize)).to.be.closeTo(48, 1);
    expect(paddingBlockStart).to.equal('12px');
  });

  it('the first door leads to the first step', async () => {
    const site = newSite();
    const chat = await mountAtDoors(site);
    expect(await pathsOf(site)).not.to.include('POST /api/session/progress');

    await press(chat, 'Start');
    await until(() => inside(chat, '[name=answer]'), 'the field for the name');

    expect(lines(chat)).to.have.length(2);
    expect(field(chat)).not.to.exist;
    await until(() => button(chat, 'Ask a question'), 'the way to a question');
  });

  it('the second door leads to the field, and Maria asks', async () => {
    const chat = await mountAtDoors();

    await press(chat, 'Ask a question');

    await until(() => chat.shadowRoot!.activeElement === field(chat), 'the focus in the field');
    expect(lines(chat).at(-1)).to.equal('What is your question?');
    expect(button(chat, 'Ask a question')).not.to.exist;
    expect(button(chat, 'Start')).to.exist;
  });

  it('a question is sent once the consent to storing is recorded', async () => {
    const {chat, site} = await askFirst();

    await until(() => button(chat, 'Start'), 'the way to the steps');
    await untilQuiet(site);
    const paths = await pathsOf(site);
    expect(paths.indexOf('PUT /api/session/consents')).to.be.below(
      paths.indexOf('POST /api/messages'),
    );
    expect(paths).not.to.include('POST /api/session/progress');
    expect(field(chat)!.value).to.equal('');
  });

  it('before the consent, the question is in the field only', async () => {
    const site = newSite();
    const chat = await mountAtDoors(site);

    await write(chat, 'Is a copy enough?');
    await untilSaid(chat, STORING);
    await untilQuiet(site);

    expect(field(chat)!.value).to.equal('Is a copy enough?');
    expect(lines(chat)).not.to.include('Is a copy enough?');
    expect(await pathsOf(site)).not.to.include('POST /api/messages');
  });

  it('the consent is asked for with the words of the site, and once', async () => {
    const site = newSite();
    const steps = [
      {id: 'name', type: 'ask', field: 'name'},
      {id: 'storing', type: 'consent', purpose: 'personal_data', text: 'May Acme keep this?'},
      {id: 'files', type: 'upload'},
      {id: 'email', type: 'ask', field: 'email'},
      {id: 'end', type: 'end', outcome: 'complete'},
    ];
    await backend.config(site, {conversation: {version: 1, steps}});
    const chat = await mountAtDoors(site);

    await write(chat, 'Hello?');
    await untilSaid(chat, 'May Acme keep this?');
    await press(chat, 'I agree');
    await until(() => inside(chat, '.doors'), 'the doors');
    await press(chat, 'Start');
    await answer(chat, 'Your name', 'Ana');

    await until(() => inside(chat, '.dropzone'), 'the step after the consent');
    const recorded = async () => (await backend.visit(uuidOf(site))).consents[0];
    const consent = await untilAsked(recorded, 'the consent to be recorded');
    expect(consent).to.include({purpose: 'personal_data', wording: 'May Acme keep this?'});
    expect(lines(chat).filter((line) => line === 'May Acme keep this?')).to.have.length(1);
  });

  it('a conversation without the consent has one for questions', async () => {
    const site = newSite();
    const steps = [
      {id: 'name', type: 'ask', field: 'name'},
      {id: 'end', type: 'end', outcome: 'complete'},
    ];
    await backend.config(site, {conversation: {version: 1, steps}});
    const chat = await mountAtDoors(site);

    await write(chat, 'Hello?');
    await untilSaid(chat, STORING);
    await press(chat, 'I agree');

    await until(() => lines(chat).includes('Hello?'), 'the question');
  });

  it('after a refusal the question stays unsent, and is gone with the closed panel', async () => {
    const {chat, site} = await refuseQuestion();

    expect(lines(chat).at(-1)).to.equal('Not sent yet.');
    expect(inside(chat, '.doors button')!.textContent.trim()).to.equal('Start');
    expect(field(chat)!.value).to.equal('Is a copy enough?');
    expect(await pathsOf(site)).not.to.include('POST /api/messages');

    await chat.close();
    expect(stored(site, 'answers')).to.equal(null);
    await chat.open();
    await until(() => inside(chat, '.doors'), 'the doors');
    expect(lines(chat)).to.have.length(1);
    expect(field(chat)!.value).to.equal('');
  });

  it('after a refusal the consent is asked for again, and then the question is sent', async () => {
    const {chat, site} = await refuseQuestion();

    key(chat, {});
    await until(() => lines(chat).filter((line) => line.includes(STORING)).length === 2, 'it');
    await press(chat, 'I agree');

    await until(() => lines(chat).includes('Is a copy enough?'), 'the question');
    await untilQuiet(site);
    expect((await backend.visit(uuidOf(site))).messages).to.have.length(1);
  });

  it('the visitor may write before anything has arrived', async () => {
    const site = newSite();
    await backend.fault(site, {path: '/api/', delayMs: 1_500, times: 2});
    const chat = await mount(site);
    await chat.open();
    const area = await until(() => field(chat), 'the field');
    expect(lines(chat)).to.deep.equal([]);

    type(chat, 'Early');
    key(chat, {});
    await untilSaid(chat, STORING);

    expect(field(chat)).to.equal(area);
    expect(area.value).to.equal('Early');
  });

  it('a text that was typed early is still there after the greeting', async () => {
    const site = newSite();
    await backend.fault(site, {path: '/generate-uuid', isHeld: true});
    const chat = await mount(site);
    await chat.open();
    await until(() => field(chat), 'the field');
    type(chat, 'Half a quest');
    await backend.heal(site);

    await start(chat);

    expect(field(chat)!.value).to.equal('Half a quest');
  });

  it('a site at which nobody replies has neither doors nor a field', async () => {
    const site = newSite();
    await backend.config(site, {can_ask: false});
    const chat = await mountOpen(site);

    await until(() => inside(chat, '[name=answer]'), 'the field for the name');
    expect(lines(chat)).to.have.length(2);
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, STORING);
    expect(button(chat, 'Ask a question')).not.to.exist;
    expect(field(chat)).not.to.exist;
  });
});

describe('a question between the steps', () => {
  it('at the name, the consent comes first, and then the name again', async () => {
    const chat = await mountOpen();
    await press(chat, 'Ask a question');
    await until(() => field(chat), 'the field');
    await write(chat, 'Who are you?');
    await untilSaid(chat, STORING);
    await press(chat, 'I agree');

    await until(() => lines(chat).includes('Who are you?'), 'the question');
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, TRAINING);
    expect(lines(chat).filter((line) => line.includes(STORING))).to.have.length(1);
  });

  it('after a refusal of its consent, the steps go on, and ask for the consent in its place', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await press(chat, 'Ask a question');
    await until(() => field(chat), 'the field');
    await write(chat, 'Who are you?');
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'Not sent yet.');
    await answer(chat, 'Your name', 'Ana');
    await until(() => chat.step === 'consent_personal_data', 'the consent in its place');
    expect(field(chat)!.value).to.equal('Who are you?');
    await press(chat, 'I agree');
    await untilSaid(chat, TRAINING);
    expect(lines(chat)).not.to.include('Who are you?');
    expect(await pathsOf(site)).not.to.include('POST /api/messages');
    await untilQuiet(site);
    const {consents} = await backend.visit(uuidOf(site));
    expect(consents.map(({granted}) => granted)).to.deep.equal([true]);
  });

  it('a refusal of the consent in its place ends the steps, also if a question waits', async () => {
    const chat = await mountOpen();
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, STORING);
    await press(chat, 'Ask a question');
    await until(() => field(chat), 'the field');
    await write(chat, 'For how long?');
    await until(() => chat.controller.messaging, 'the code of messages');
    await press(chat, 'I do not agree');
    await until(() => chat.step === 'refused', 'the end');
    expect(field(chat)!.value).to.equal('For how long?');
  });

  it('at the consent, the answer sends it', async () => {
    const chat = await mountOpen();
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, STORING);
    await press(chat, 'Ask a question');
    await until(() => field(chat), 'the field');
    await write(chat, 'For how long?');
    await press(chat, 'I agree');

    await until(() => lines(chat).includes('For how long?'), 'the question');
    await untilSaid(chat, TRAINING);
    expect(lines(chat).filter((line) => line.includes(STORING))).to.have.length(1);
  });
});

describe('a reply that needs an e-mail address', () => {
  const reachReply = async () => {
    const {chat, site} = await askFirst();
    await untilListening(site);
    const reply = {role: 'maria', body: 'A person will reply.', asks_for_email: true};
    await backend.say(uuidOf(site), reply);
    await press(chat, 'Leave my e-mail address');
    return {chat, site};
  };

  it('has a button that asks for the name and the address, and submits both', async () => {
    const {chat, site} = await reachReply();
    await until(() => inside(chat, '[name=answer]'), 'the field for the name');
    expect(field(chat), 'no second field').not.to.exist;
    const position = () => inside(chat, '.titles p')!.textContent;
    expect(position()).to.equal('Your assistant');
    await answer(chat, 'Your name', 'Ana');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => inside(chat, '.card'), 'the pending card');
    expect(position()).to.equal('Your assistant');
    expect(inside(chat, '.card')!.textContent).to.not.include('continue');

    expect(await backend.visit(uuidOf(site))).to.include({name: 'Ana', email: 'ana@example.com'});
    expect(await pathsOf(site)).not.to.include('POST /api/session/progress');
    expect(button(chat, 'Leave my e-mail address')).not.to.exist;
  });

  it('leaves the other steps for later', async () => {
    const {chat, site} = await reachReply();
    await answer(chat, 'Your name', 'Ana');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await press(chat, 'Continue with my request');

    await untilSaid(chat, TRAINING);
    await press(chat, 'I do not agree');
    await until(() => inside(chat, '.dropzone'), 'the files');
    expect(button(chat, 'Continue with my request')).not.to.exist;
    const isRecorded = async () =>
      (await backend.visit(uuidOf(site))).consents.some(
        ({purpose, granted}) => purpose === 'ai_training' && !granted,
      );
    await untilAsked(isRecorded, 'the decision to be recorded');
  });

  it('a confirmation does not interrupt these steps', async () => {
    const {chat, site} = await reachReply();
    await answer(chat, 'Your name', 'Ana');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await press(chat, 'Continue with my request');
    await untilSaid(chat, TRAINING);

    await backend.confirm(uuidOf(site));

    await until(() => inside(chat, '.toast'), 'the news');
    expect(inside(chat, '.consent')).to.exist;
    expect(chat.state).to.equal('complete');
  });
});
