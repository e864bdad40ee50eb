import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  every,
  inside,
  lines,
  mount,
  mountOpen,
  newSite,
  press,
  pressInMenu,
  stored,
  until,
  untilAsked,
  untilCalled,
  untilQuiet,
  untilSaid,
} from './helpers.js';
import {
  KINDS,
  ask,
  conversationWith,
  field,
  give,
  kept,
  openWith,
  sent,
  submitContact,
  untilFault,
  untilStep,
} from './questions.js';

const STEPS = [ask('text', KINDS.text), ask('choice', KINDS.choice), ask('phone', KINDS.phone)];
const PHONE = KINDS.phone.text;

const replaced = (chat: Element) =>
  every(chat, '[role=deletion]').map((one) => one.textContent.trim());

const countOf = (chat: Element, text: string) =>
  lines(chat).filter((line) => line.startsWith(text)).length;

const changeInMyData = async (chat: Element, question: string) => {
  await pressInMenu(chat, 'My data');
  await press(chat, `Change ${question}`);
};

/** At the end, with an answer to the question of the text. */
const reachEnd = async () => {
  const opened = await openWith([ask('text', KINDS.text)]);
  const {chat, site} = opened;
  await give(chat, 'ACME');
  await submitContact(chat);
  await untilStep(chat, 'verify');
  await backend.confirm(stored(site, 'session_uuid')!);
  await untilStep(chat, 'complete');
  return opened;
};

describe('changed answers to questions', () => {
  it('the earlier answer is marked, and the open question is said once, as the last line', async () => {
    const {chat} = await openWith(STEPS);
    await give(chat, 'ACME');
    await press(chat, 'Nurse');
    await untilStep(chat, 'phone');
    await press(chat, 'Change: ACME');
    await untilStep(chat, 'text');
    expect(replaced(chat)).to.deep.equal([]);
    await give(chat, 'Other Ltd');
    await untilStep(chat, 'phone');
    expect(replaced(chat)).to.deep.equal(['ACME']);
    expect(getComputedStyle(inside(chat, '[role=deletion]')!).textDecorationLine).to.equal(
      'line-through',
    );
    expect(lines(chat).at(-1)).to.equal(PHONE);
    expect(countOf(chat, PHONE)).to.equal(1);
  });

  it('after a change that was cancelled, the log is what it was', async () => {
    const {chat} = await openWith(STEPS);
    await give(chat, 'ACME');
    await press(chat, 'Nurse');
    await untilStep(chat, 'phone');
    const before = lines(chat);
    await press(chat, 'Change: ACME');
    await untilStep(chat, 'text');
    await press(chat, 'Cancel');
    await untilStep(chat, 'phone');
    expect(lines(chat)).to.deep.equal(before);
    expect(replaced(chat)).to.deep.equal([]);
  });

  it('after the end, an answer is changed in the log', async () => {
    const {chat, site} = await reachEnd();
    expect(button(chat, 'Change: Ana'), 'the name').to.equal(undefined);
    await press(chat, 'Change: ACME');
    await untilStep(chat, 'text');
    await give(chat, 'Other Ltd');
    await untilStep(chat, 'complete');
    expect(lines(chat).at(-1)).to.equal('Changed: Other Ltd');
    expect(await sent(site, 'PATCH', '/api/session')).to.deep.equal({answers: {text: 'Other Ltd'}});
  });

  it('a skipped question is answered later in My data, before and after the e-mail step', async () => {
    const optional = {...KINDS.text, required: false};
    const {chat, site} = await openWith([
      ask('text', optional),
      ask('more', {...optional, text: 'Anything else?'}),
    ]);
    await press(chat, 'Skip');
    await untilStep(chat, 'more');
    await press(chat, 'Skip');
    await untilStep(chat, 'name');
    await changeInMyData(chat, KINDS.text.text);
    await untilStep(chat, 'text');
    await give(chat, 'ACME');
    await submitContact(chat);
    await untilStep(chat, 'verify');
    await changeInMyData(chat, 'Anything else?');
    await untilStep(chat, 'more');
    await give(chat, 'No, thanks');
    await untilStep(chat, 'verify');
    expect((await sent(site, 'PUT', '/api/session/contact'))!['answers']).to.deep.equal({
      text: 'ACME',
    });
    expect(await sent(site, 'PATCH', '/api/session')).to.deep.equal({
      answers: {more: 'No, thanks'},
    });
  });

  it('a second change in My data takes the place of the first one', async () => {
    const {chat} = await openWith(STEPS);
    await give(chat, 'ACME');
    await press(chat, 'Nurse');
    await give(chat, '123456');
    await submitContact(chat);
    await untilStep(chat, 'verify');
    const before = lines(chat).length;
    await changeInMyData(chat, KINDS.text.text);
    await untilStep(chat, 'text');
    await changeInMyData(chat, PHONE);
    await untilStep(chat, 'phone');
    expect(countOf(chat, KINDS.text.text), 'the first question').to.equal(1);
    await give(chat, '654321');
    await untilStep(chat, 'verify');
    expect(lines(chat).slice(before)).to.deep.equal([PHONE, '654321', 'Changed: 654321']);
  });

  it('after the end, a change is confirmed in one sentence', async () => {
    const {chat} = await reachEnd();
    await changeInMyData(chat, KINDS.text.text);
    await untilStep(chat, 'text');
    await give(chat, 'Other Ltd');
    await untilStep(chat, 'complete');
    expect(lines(chat).at(-1)).to.equal('Changed: Other Ltd');
    expect(countOf(chat, 'Thank you')).to.equal(1);
    expect(replaced(chat)).to.deep.equal(['ACME']);
    expect(inside(chat, '.done')?.checkVisibility()).to.equal(true);
  });

  it('after an end without an e-mail step, nobody is greeted again', async () => {
    const site = newSite();
    const {steps} = conversationWith([ask('text', KINDS.text)]);
    const without = steps.filter(
      (step) => !['email', 'verify'].includes((step as {id: string}).id),
    );
    await backend.config(site, {conversation: {version: 1, steps: without}});
    const chat = await mountOpen(site);
    await give(chat, 'ACME');
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I agree');
    await untilStep(chat, 'complete');
    const before = lines(chat);
    await press(chat, 'Change: Ana');
    await answer(chat, 'Your name', 'Hanna');
    await untilStep(chat, 'complete');
    await press(chat, 'Change: ACME');
    await give(chat, 'Other Ltd');
    await untilStep(chat, 'complete');
    expect(countOf(chat, 'Nice to meet you')).to.equal(1);
    expect(lines(chat).slice(before.length)).to.include('Changed: Other Ltd');
    expect(countOf(chat, before.at(-1)!), 'the end').to.equal(1);
  });

  it('after the end, a change can be cancelled, also one that was refused', async () => {
    const {chat, site} = await reachEnd();
    const before = lines(chat);
    await changeInMyData(chat, KINDS.text.text);
    await untilStep(chat, 'text');
    await press(chat, 'Cancel');
    await untilStep(chat, 'complete');
    expect(lines(chat)).to.deep.equal(before);
    await changeInMyData(chat, KINDS.text.text);
    await untilStep(chat, 'text');
    const answers = [{field: 'text', expected: {code: 'too_short', min: 12}}];
    const body = {status: 'error', code: 'invalid_answer', message: 'x', request_id: 'x', answers};
    await backend.fault(site, {method: 'PATCH', status: 422, body, times: 1});
    await give(chat, 'Other Ltd');
    await untilFault(chat, 'Please write at least 12 characters.');
    await press(chat, 'Cancel');
    await untilStep(chat, 'complete');
    expect(lines(chat)).to.deep.equal(before);
    expect(replaced(chat)).to.deep.equal([]);
    await changeInMyData(chat, KINDS.text.text);
    expect((await field(chat)).value).to.equal('ACME');
    await give(chat, 'Other Company Ltd');
    await untilStep(chat, 'complete');
    expect(lines(chat).at(-1)).to.equal('Changed: Other Company Ltd');
    expect(countOf(chat, 'Thank you')).to.equal(1);
  });

  it('answers that are too large together are shortened where they are given', async () => {
    const large = ['a', 'b', 'c'].map((name) => ask(name, {kind: 'long_text', text: `${name}?`}));
    const {chat, site} = await openWith([...large, ask('d', {kind: 'long_text', text: 'd?'})]);
    for (const name of ['a', 'b', 'c']) {
      await untilStep(chat, name);
      await give(chat, '\u{1f600}'.repeat(4_000));
    }
    await untilStep(chat, 'd');
    await give(chat, 'x'.repeat(2_000));
    await untilFault(chat, 'Your answers are too long together. Please shorten this one.');
    expect(kept(site)).to.not.have.property('answers.d');
    await give(chat, 'x'.repeat(500));
    await untilStep(chat, 'name');
    await submitContact(chat);
    await untilStep(chat, 'verify');
    const {answers} = (await sent(site, 'PUT', '/api/session/contact')) as {answers: object};
    expect(Object.keys(answers)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('answers on a way that was left do not count for the size', async () => {
    const long = (name: string) => ask(name, {kind: 'long_text', text: `${name}?`});
    const next = [{when: {field: 'answers.yes_no', operator: 'is', value: false}, to: 'd'}];
    const {chat} = await openWith([
      {...ask('yes_no', KINDS.yes_no), next},
      ...['a', 'b', 'c', 'd'].map(long),
    ]);
    await press(chat, 'Yes');
    for (const name of ['a', 'b', 'c']) {
      await untilStep(chat, name);
      await give(chat, '\u{1f600}'.repeat(4_000));
    }
    await untilStep(chat, 'd');
    await press(chat, 'Change: Yes');
    await press(chat, 'No');
    await untilStep(chat, 'd');
    await give(chat, '\u{1f600}'.repeat(4_000));
    await untilStep(chat, 'name');
  });

  it('an answer before a changed one still counts for the size, and so do those after it', async () => {
    const long = (name: string) => ask(name, {kind: 'long_text', text: `${name}?`});
    const {chat} = await openWith([long('first'), ...['a', 'b', 'c'].map(long)]);
    await give(chat, 'Short.');
    for (const name of ['a', 'b', 'c']) {
      await untilStep(chat, name);
      await give(chat, '\u{1f600}'.repeat(4_000));
    }
    await untilStep(chat, 'name');
    await press(chat, 'Change: Short.');
    await untilStep(chat, 'first');
    await give(chat, 'x'.repeat(2_000));
    await untilFault(chat, 'Your answers are too long together. Please shorten this one.');
  });

  it('the fields are locked until a refused answer is asked again', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text)]);
    await give(chat, 'ACME');
    const answers = [{field: 'text', expected: {code: 'too_short', min: 6}}];
    const body = {status: 'error', code: 'invalid_answer', message: 'x', request_id: 'x', answers};
    await backend.fault(site, {method: 'PUT', path: '/contact', status: 422, body, times: 1});
    await backend.fault(site, {method: 'GET', path: '/config', isHeld: true});
    await submitContact(chat);
    await untilCalled(site, 'GET', '/config');
    expect(inside<HTMLInputElement>(chat, 'input[type=email]')!.readOnly).to.equal(true);
    await backend.heal(site);
    await untilFault(chat, 'Please write at least 6 characters.');
    expect((await field(chat)).readOnly).to.equal(false);
  });

  it('after a refusal and another thought, everything is asked again in its order', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text)]);
    await give(chat, 'ACME');
    await untilStep(chat, 'name');
    const name = inside<HTMLInputElement>(chat, '.tray input')!;
    name.value = 'Ana';
    name.form!.requestSubmit();
    await press(chat, 'I do not agree');
    await until(() => stored(site, 'session_uuid') === null, 'the refusal to be known');
    await press(chat, 'I’ve changed my mind');
    await untilStep(chat, 'consent');
    await press(chat, 'I agree');
    await untilStep(chat, 'text');
    expect((await field(chat)).value).to.equal('');
    expect(stored(site, 'answers')).to.not.match(/ACME|Ana/);
    await give(chat, 'Other Ltd');
    await untilStep(chat, 'name');
    expect(inside<HTMLInputElement>(chat, '.tray input')!.value).to.equal('');
  });
});

describe('questions after the e-mail address', () => {
  it('those after its confirmation are asked before the end', async () => {
    const site = newSite();
    const late = [ask('text', KINDS.text)];
    await backend.config(site, {conversation: conversationWith([], [], late)});
    const chat = await mountOpen(site);
    await submitContact(chat);
    await untilStep(chat, 'verify');
    await backend.confirm(stored(site, 'session_uuid')!);
    await untilStep(chat, 'text');
    expect(inside(chat, '.toast')!.textContent).to.equal('Your e‑mail address is confirmed.');
    await give(chat, 'ACME');
    await untilStep(chat, 'complete');
    await untilSaid(chat, 'Thank you, Ana!');
    expect(await sent(site, 'PATCH', '/api/session')).to.deep.equal({answers: {text: 'ACME'}});
  });

  it('an optional one is asked although the page was loaded again', async () => {
    const {chat, site} = await openWith([], [ask('text', {...KINDS.text, required: false})]);
    await submitContact(chat);
    await untilStep(chat, 'text');
    chat.remove();
    const again = await mountOpen(site);
    await press(again, 'Continue with my request');
    await untilStep(again, 'text');
    await until(() => button(again, 'Skip'), 'the way past it');
  });

  it('My data has the answers once the questions are loaded, and opens before', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text)]);
    await give(chat, 'ACME');
    await submitContact(chat);
    await untilStep(chat, 'verify');
    chat.remove();
    const length = await untilQuiet(site);
    await backend.fault(site, {method: 'GET', path: '/api/session', isHeld: true, times: 1});
    const again = await mount(site);
    await again.open();
    const fetched = async () =>
      (await backend.calls(site)).slice(length).some(({path}) => path === '/api/session');
    await untilAsked(fetched, 'the call for the answers');
    await pressInMenu(again, 'My data');
    await until(() => button(again, 'Erase everything'), 'what is stored');
    expect(button(again, `Change ${KINDS.text.text}`)).to.equal(undefined);
    await backend.heal(site);
    await until(() => button(again, `Change ${KINDS.text.text}`), 'the answers');
  });
});
