import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  every,
  inside,
  lines,
  mountOpen,
  press,
  until,
  untilCalled,
  untilSaid,
} from './helpers.js';
import {
  KINDS,
  LANGUAGES,
  ask,
  field,
  give,
  kept,
  openWith,
  sent,
  siteWith,
  submitContact,
  submitEmail,
  tick,
  untilFault,
  untilStep,
} from './questions.js';

const CONTACT = '/api/session/contact';

const when = (condition: object, to: string) => ({when: condition, to});
const say = (id: string, text: string | object, next: object[] = []) => ({
  id,
  type: 'say',
  text,
  next,
});

/** Only nurses are asked for their ward, and only doctors for their speciality. Both for the car. */
const BY_POSITION = [
  {
    ...ask('choice', KINDS.choice),
    next: [when({field: 'answers.choice', operator: 'is', value: 'doctor'}, 'speciality')],
  },
  {...ask('ward', {kind: 'text', text: 'Which ward?'}), next: [{to: 'yes_no'}]},
  ask('speciality', {kind: 'text', text: 'Which speciality?'}),
  {
    ...ask('yes_no', KINDS.yes_no),
    next: [when({field: 'answers.ward', operator: 'is_set', value: true}, 'for_nurses')],
  },
  say('for_doctors', 'That is all, doctor.', [{to: 'name'}]),
  say('for_nurses', 'That is all, nurse.', [{to: 'name'}]),
];

describe('paths of questions', () => {
  it('a changed answer leads another way, on which nothing is asked twice', async () => {
    const {chat, site} = await openWith(BY_POSITION);
    await press(chat, 'Nurse');
    await untilStep(chat, 'ward');
    await give(chat, 'Surgery');
    await press(chat, 'Yes');
    await untilSaid(chat, 'That is all, nurse.');
    await press(chat, 'Change: Nurse');
    await press(chat, 'Doctor');
    await untilStep(chat, 'speciality');
    await give(chat, 'Cardiology');
    // The car is known, and the ward has no effect on the conditions.
    await untilSaid(chat, 'That is all, doctor.');
    await submitContact(chat);
    await untilCalled(site, 'PUT', CONTACT);
    const {answers} = (await sent(site, 'PUT', CONTACT))!;
    expect(answers).to.deep.equal({choice: 'doctor', speciality: 'Cardiology', yes_no: true});
  });

  it('back on the first way, its answer is still valid', async () => {
    const {chat, site} = await openWith(BY_POSITION);
    await press(chat, 'Nurse');
    await untilStep(chat, 'ward');
    await give(chat, 'Surgery');
    await press(chat, 'Yes');
    await press(chat, 'Change: Nurse');
    await press(chat, 'Doctor');
    await untilStep(chat, 'speciality');
    await press(chat, 'Change: Doctor');
    await press(chat, 'Nurse');
    await submitContact(chat);
    await untilCalled(site, 'PUT', CONTACT);
    const {answers} = (await sent(site, 'PUT', CONTACT))!;
    expect(answers).to.deep.equal({choice: 'nurse', ward: 'Surgery', yes_no: true});
  });

  it('a changed answer begins with what was answered, and can be kept', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text), ask('number', KINDS.number)]);
    await give(chat, 'ACME');
    await untilStep(chat, 'number');
    await press(chat, 'Change: ACME');
    await untilStep(chat, 'text');
    expect((await field(chat)).value).to.equal('ACME');
    const input = await field(chat);
    input.value = 'Other';
    input.dispatchEvent(new Event('input', {bubbles: true}));
    await press(chat, 'Cancel');
    await untilStep(chat, 'number');
    expect(kept(site)).to.deep.equal({'answers.text': 'ACME'});
    await press(chat, 'Change: ACME');
    await untilStep(chat, 'text');
    expect((await field(chat)).value).to.equal('ACME');
  });

  const CONDITIONS: [string, string | boolean, boolean][] = [
    ['is', 'nurse', true],
    ['is_not', 'nurse', false],
    ['is_set', true, true],
    ['is_set', false, false],
  ];
  for (const [operator, value, isTaken] of CONDITIONS) {
    it(`the condition “${operator} ${value}” reads a choice`, async () => {
      const next = [when({field: 'answers.choice', operator, value}, 'taken')];
      const {chat} = await openWith([
        {...ask('choice', KINDS.choice), next},
        say('other', 'The other way.', [{to: 'name'}]),
        say('taken', 'The way of the condition.'),
      ]);
      await press(chat, 'Nurse');
      await untilStep(chat, 'name');
      expect(lines(chat).includes('The way of the condition.')).to.equal(isTaken);
    });
  }

  it('conditions compare numbers and dates, and look into several choices', async () => {
    const next = (to: string, field: string, operator: string, value: unknown) => ({
      next: [when({field: `answers.${field}`, operator, value}, to)],
    });
    const {chat} = await openWith([
      {...ask('number', KINDS.number), ...next('far', 'number', 'at_least', 100)},
      say('near', 'You are near.', [{to: 'date'}]),
      say('far', 'You are far.'),
      {...ask('date', KINDS.date), ...next('soon', 'date', 'at_most', '2030-06-30')},
      say('late', 'That is late.', [{to: 'languages'}]),
      say('soon', 'That is soon.'),
      {...ask('languages', LANGUAGES), ...next('french', 'languages', 'includes', 'fr')},
      say('without', 'Without French.', [{to: 'name'}]),
      say('french', 'With French.'),
    ]);
    await give(chat, '100');
    await untilStep(chat, 'date');
    await give(chat, '2030-07-01');
    await tick(chat, 'EN', 'FR');
    await press(chat, 'Continue');
    await untilStep(chat, 'name');
    const said = lines(chat);
    for (const line of ['You are far.', 'That is late.', 'With French.'])
      expect(said).to.include(line);
    for (const line of ['You are near.', 'That is soon.', 'Without French.'])
      expect(said).to.not.include(line);
  });

  it('an optional question can be skipped, and answered later', async () => {
    const {chat, site} = await openWith([
      {
        ...ask('text', {...KINDS.text, required: false}),
        next: [when({field: 'answers.text', operator: 'is_set', value: false}, 'phone')],
      },
      say('known', 'I know that company.'),
      ask('phone', {...KINDS.phone, required: true}),
    ]);
    await press(chat, 'Skip');
    await untilStep(chat, 'phone');
    expect(lines(chat)).to.include('Skip');
    expect(lines(chat)).to.not.include('I know that company.');
    expect(button(chat, 'Skip')).to.equal(undefined);
    await press(chat, 'Change: Skip');
    await untilStep(chat, 'text');
    await give(chat, 'ACME');
    await untilSaid(chat, 'I know that company.');
    await give(chat, '123456');
    await submitContact(chat);
    await untilCalled(site, 'PUT', CONTACT);
    const {answers} = (await sent(site, 'PUT', CONTACT))!;
    expect(answers).to.deep.equal({text: 'ACME', phone: '123456'});
  });

  it('a skipped question is not submitted', async () => {
    const {chat, site} = await openWith([ask('text', {...KINDS.text, required: false})]);
    await press(chat, 'Skip');
    await submitContact(chat);
    await untilCalled(site, 'PUT', CONTACT);
    expect((await sent(site, 'PUT', CONTACT))!['answers']).to.deep.equal({});
  });

  it('texts contain the name and the answers, as text and in the language', async () => {
    const texts = {en: 'So, {answers.choice}: {answers.text}.', de: 'Also {answers.choice}.'};
    const steps = [
      {id: 'first', type: 'ask', field: 'name'},
      ask('choice', {...KINDS.choice, text: 'Dear {name}, {answers.none}which position?'}),
      ask('text', KINDS.text),
      say('so', texts),
    ];
    const site = await siteWith(steps);
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await untilSaid(chat, 'Dear Ana, which position?');
    await press(chat, 'Doctor');
    await untilStep(chat, 'text');
    await give(chat, '<b>{name}</b>');
    await untilSaid(chat, 'So, Doctor: <b>{name}</b>.');
    expect(inside(chat, '.log b')).to.equal(null);
    await chat.setLang('de');
    await untilSaid(chat, 'Also Ärztin.');
    expect(lines(chat)).to.include('Ärztin');
  });

  it('a refused answer is asked again, and the others are kept', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text), ask('phone', KINDS.phone)]);
    await give(chat, 'ACME');
    await untilStep(chat, 'phone');
    await give(chat, '123456');
    const answers = [
      {field: 'phone', expected: {code: 'not_a_phone', min: 5, max: 15}},
      {field: 'text', expected: {code: 'too_short', min: 6}},
    ];
    const body = {status: 'error', code: 'invalid_answer', message: 'x', request_id: 'x', answers};
    await backend.fault(site, {method: 'PUT', path: '/contact', status: 422, body, times: 1});
    await submitContact(chat);
    await untilFault(chat, 'Please write at least 6 characters.');
    expect(chat.step).to.equal('text');
    const input = await field(chat);
    expect(input.value).to.equal('ACME');
    expect(button(chat, 'Cancel')).to.equal(undefined);
    await give(chat, 'ACME Ltd');
    await untilStep(chat, 'email');
    expect(inside<HTMLInputElement>(chat, 'input[type=email]')!.value).to.equal('ana@example.com');
    await submitEmail(chat);
    await untilStep(chat, 'verify');
    expect((await sent(site, 'PUT', CONTACT))!['answers']).to.deep.equal({
      text: 'ACME Ltd',
      phone: '123456',
    });
  });

  it('a question after the e-mail address is submitted at once', async () => {
    const after = [
      {
        ...ask('yes_no', KINDS.yes_no),
        next: [when({field: 'answers.text', operator: 'is', value: 'ACME'}, 'verify')],
      },
      say('unknown', 'I do not know that company.'),
    ];
    const {chat, site} = await openWith([ask('text', KINDS.text)], after);
    await give(chat, 'ACME');
    await submitContact(chat);
    await untilStep(chat, 'yes_no');
    await press(chat, 'Yes');
    await untilStep(chat, 'verify');
    expect(await sent(site, 'PATCH', '/api/session')).to.deep.equal({answers: {yes_no: true}});
    expect(lines(chat)).to.not.include('I do not know that company.');
    const changes = every(chat, '.line button').map((one) => one.getAttribute('aria-label'));
    expect(changes).to.deep.equal(['Change: ACME', 'Change: Yes']);
  });

  it('a late answer that is refused stays in its field, with the reason', async () => {
    const {chat, site} = await openWith([], [ask('number', KINDS.number)]);
    await submitContact(chat);
    await untilStep(chat, 'number');
    const answers = [{field: 'number', expected: {code: 'too_large', max: 50}}];
    const body = {status: 'error', code: 'invalid_answer', message: 'x', request_id: 'x', answers};
    await backend.fault(site, {method: 'PATCH', status: 422, body, times: 1});
    await give(chat, '60');
    await untilFault(chat, 'Please enter 50\u00a0km or less.');
    await until(() => inside<HTMLInputElement>(chat, '#answer')?.value === '60', 'the number');
    await give(chat, '40');
    await untilStep(chat, 'verify');
  });
});
