import {expect} from '@open-wc/testing';

import {
  backend,
  every,
  inside,
  lines,
  mountOpen,
  press,
  until,
  untilAsked,
  untilCalled,
  untilSaid,
} from './helpers.js';
import {
  KINDS,
  ask,
  conversationWith,
  field,
  give,
  openWith,
  sent,
  submitContact,
  submitEmail,
  tick,
  untilFault,
  untilStep,
} from './questions.js';

const CONTACT = '/api/session/contact';
const PROGRESS = '/api/session/progress';
const HELLO = {id: 'hello', type: 'say', text: 'Welcome to our company.'};

/** Lets the site's owner save other questions, which make the backend refuse an answer once. */
const edit = async (site: string, steps: object[], answers: object[]) => {
  await backend.config(site, {conversation: conversationWith(steps)});
  const body = {status: 'error', code: 'invalid_answer', message: 'x', request_id: 'x', answers};
  await backend.fault(site, {method: 'PUT', path: '/contact', status: 422, body, times: 1});
};

/** Returns the steps that were reported, in their order. */
const reported = async (site: string) => {
  const calls = (await backend.calls(site)).filter(({path}) => path === PROGRESS);
  return calls.map(({data}) => (data as {step: string}).step);
};

describe('questions that the owner edits during a visit', () => {
  it('a question that is a text now shows an answer of its earlier kind', async () => {
    const {chat, site} = await openWith([ask('car', KINDS.yes_no)]);
    await press(chat, 'Yes');
    await untilStep(chat, 'name');
    chat.remove();
    const text = ask('car', {kind: 'text', text: 'Which car do you have?'});
    await backend.config(site, {conversation: conversationWith([text])});
    const again = await mountOpen(site);
    await press(again, 'Continue');
    await until(() => lines(again).includes('Yes'), 'the answer');
    await press(again, 'Change: Yes');
    await untilStep(again, 'car');
    expect((await field(again)).value).to.equal('');
  });

  it('a visitor with too many answers reads so', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text)]);
    await give(chat, 'ACME');
    await edit(
      site,
      [ask('text', KINDS.text)],
      [{field: 'text', expected: {code: 'too_many_answers', max: 100}}],
    );
    await submitContact(chat);
    await untilFault(chat, 'We can’t store further answers. Please write to us instead.');
  });

  it('a refused answer is asked again in its present form, and what is new is asked, too', async () => {
    const {chat, site} = await openWith([
      HELLO,
      ask('text', KINDS.text),
      ask('phone', KINDS.phone),
    ]);
    await give(chat, 'ACME');
    await untilStep(chat, 'phone');
    await give(chat, '123456');
    await untilStep(chat, 'name');
    const text = {...KINDS.text, text: 'What is its full name?', min_length: 6, hint: 'With Ltd.'};
    await edit(
      site,
      [HELLO, ask('text', text), ask('yes_no', KINDS.yes_no), ask('phone', KINDS.phone)],
      [{field: 'text', expected: {code: 'too_short', min: 6}}],
    );
    await submitContact(chat);
    await untilFault(chat, 'Please write at least 6 characters.');
    expect(lines(chat).at(-1)).to.equal('What is its full name?');
    expect((await field(chat)).value).to.equal('ACME');
    expect((await field(chat)).getAttribute('aria-describedby')).to.equal('answer-hint error');
    await give(chat, 'ACME Ltd');
    await press(chat, 'No');
    await untilStep(chat, 'email');
    expect(lines(chat).filter((line) => line === HELLO.text)).to.have.length(1);
    await submitEmail(chat);
    await untilStep(chat, 'verify');
    expect((await sent(site, 'PUT', CONTACT))!['answers']).to.deep.equal({
      text: 'ACME Ltd',
      yes_no: false,
      phone: '123456',
    });
  });

  it('options are the present ones', async () => {
    const {chat, site} = await openWith([ask('choice', KINDS.choice)]);
    await press(chat, 'Nurse');
    await untilStep(chat, 'name');
    const options = ['cook', 'waiter'].map((value) => ({value, label: `A ${value}`}));
    await edit(
      site,
      [ask('choice', {...KINDS.choice, options: [null, ...options], multiple: true})],
      [{field: 'choice', expected: {code: 'wrong_type', type: 'choices'}}],
    );
    await submitContact(chat);
    await untilFault(chat, 'Please answer this question.');
    expect(every(chat, '.option').map((one) => one.textContent.trim())).to.deep.equal([
      'A cook',
      'A waiter',
    ]);
    await tick(chat, 'A waiter');
    await press(chat, 'Continue');
    await untilStep(chat, 'email');
    await submitEmail(chat);
    await untilStep(chat, 'verify');
    expect((await sent(site, 'PUT', CONTACT))!['answers']).to.deep.equal({choice: ['waiter']});
  });

  it('an answer that is no longer asked for is not sent again', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text), ask('phone', KINDS.phone)]);
    await give(chat, 'ACME');
    await untilStep(chat, 'phone');
    await give(chat, '123456');
    await untilStep(chat, 'name');
    await edit(
      site,
      [ask('phone', KINDS.phone)],
      [{field: 'text', expected: {code: 'answers_too_large', max: 49_152}}],
    );
    await submitContact(chat);
    await untilCalled(site, 'PUT', CONTACT);
    await until(() => inside(chat, 'input[type=email]:read-write'), 'the unlocked field');
    const asked = lines(chat).filter((line) => line.startsWith('Where can we reach you?'));
    expect(asked).to.have.length(1);
    await submitEmail(chat);
    await untilStep(chat, 'verify');
    expect((await sent(site, 'PUT', CONTACT))!['answers']).to.deep.equal({phone: '123456'});
  });

  it('a late answer is asked again in its present form', async () => {
    const {chat, site} = await openWith([], [ask('number', KINDS.number)]);
    await submitContact(chat);
    await untilStep(chat, 'number');
    const text = 'How far, at most?';
    await backend.config(site, {
      conversation: conversationWith([], [ask('number', {...KINDS.number, text, max: 50})]),
    });
    const answers = [{field: 'number', expected: {code: 'too_large', max: 50}}];
    const body = {status: 'error', code: 'invalid_answer', message: 'x', request_id: 'x', answers};
    await backend.fault(site, {method: 'PATCH', status: 422, body, times: 1});
    await give(chat, '60');
    await untilFault(chat, 'Please enter 50\u00a0km or less.');
    await untilSaid(chat, text);
    await give(chat, '40');
    await untilStep(chat, 'verify');
  });

  it('without the present settings, the question is asked in its earlier form', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text)]);
    await give(chat, 'ACME');
    await untilStep(chat, 'name');
    await edit(
      site,
      [ask('text', {...KINDS.text, text: 'Never read?'})],
      [{field: 'text', expected: {code: 'too_short', min: 6}}],
    );
    await backend.fault(site, {method: 'GET', path: '/config', status: 503, times: 1});
    await submitContact(chat);
    await untilFault(chat, 'Please write at least 6 characters.');
    expect(lines(chat).at(-1)).to.equal(KINDS.text.text);
  });

  it('each step is counted, also if the visitor is faster than the line', async () => {
    const {chat, site} = await openWith([ask('yes_no', KINDS.yes_no), ask('choice', KINDS.choice)]);
    await untilCalled(site, 'POST', PROGRESS);
    await backend.fault(site, {method: 'POST', path: PROGRESS, delayMs: 1_000, times: 1});
    await press(chat, 'No');
    await press(chat, 'Nurse');
    await untilStep(chat, 'name');
    await untilAsked(async () => (await reported(site)).includes('name'), 'the last step');
    expect(await reported(site)).to.deep.equal(['yes_no', 'choice', 'name']);
  });

  it('a step that the site no longer has keeps nothing from being submitted', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text)]);
    await untilCalled(site, 'POST', PROGRESS);
    const body = {status: 'error', code: 'invalid_request', message: 'x', request_id: 'x'};
    await backend.fault(site, {method: 'POST', path: PROGRESS, status: 400, body});
    await give(chat, 'ACME');
    await submitContact(chat);
    await untilStep(chat, 'verify');
    expect((await sent(site, 'PUT', CONTACT))!['answers']).to.deep.equal({text: 'ACME'});
  });
});
