import {expect} from '@open-wc/testing';

import {backend, button, every, inside, lines, press, stored, until} from './helpers.js';
import {
  KINDS,
  LANGUAGES,
  ask,
  fault,
  field,
  give,
  kept,
  openWith,
  submitContact,
  tick,
  untilFault,
  untilStep,
} from './questions.js';

describe('kinds of questions', () => {
  it('every kind is asked, shown in the log, kept and submitted', async () => {
    const steps = [
      ...Object.entries(KINDS).map(([name, question]) => ask(name, question)),
      ask('languages', LANGUAGES),
    ];
    const {chat, site} = await openWith(steps);
    await give(chat, '  ACME\u202e  GmbH ');
    await untilStep(chat, 'long_text');
    await give(chat, 'First line\nSecond line');
    await press(chat, 'Doctor');
    await press(chat, 'No');
    await untilStep(chat, 'number');
    await give(chat, '1,200.5');
    await untilStep(chat, 'date');
    await give(chat, '2030-02-28');
    await untilStep(chat, 'phone');
    await give(chat, '+49 (30) 12 34-56');
    await untilStep(chat, 'url');
    await give(chat, 'example.com/ana');
    await tick(chat, 'DE', 'FR', 'Other');
    inside<HTMLInputElement>(chat, 'input[name=other]')!.value = 'Esperanto';
    await press(chat, 'Continue');
    await untilStep(chat, 'name');
    const answers = {
      text: 'ACME GmbH',
      long_text: 'First line\nSecond line',
      choice: 'doctor',
      yes_no: false,
      number: 1200.5,
      date: '2030-02-28',
      phone: '+49 (30) 12 34-56',
      url: 'https://example.com/ana',
      languages: ['de', 'fr', {other: 'Esperanto'}],
    };
    const keys = Object.entries(answers).map(([name, value]) => [`answers.${name}`, value]);
    expect(kept(site)).to.deep.equal(Object.fromEntries(keys));
    const shown = lines(chat);
    for (const line of ['Doctor', 'No', '1200.5\u00a0km', 'February 28, 2030', 'DE, FR, Esperanto'])
      expect(shown).to.include(line);
    await submitContact(chat);
    await untilStep(chat, 'verify');
    const {answers: received} = await backend.visit(chat.controller.chat!.reference);
    expect(received).to.deep.equal(answers);
    expect(stored(site, 'answers')).to.equal(null);
  });

  const WRONG: [keyof typeof KINDS, string, string][] = [
    ['text', '', 'Please write at least 3 characters.'],
    ['text', 'ab', 'Please write at least 3 characters.'],
    ['long_text', '', 'Please answer this question.'],
    ['long_text', 'x'.repeat(41), 'Please use 40 characters or fewer.'],
    ['number', '', 'Please enter only the number, such as 12.'],
    ['number', 'ten', 'Please enter only the number, such as 12.'],
    ['number', '45 kilometres', 'Please enter only the number, such as 12.'],
    ['number', '0', 'Please enter 1\u00a0km or more.'],
    ['number', '2000.1', 'Please enter 2000\u00a0km or less.'],
    ['number', '1.25', 'Decimal places: 1 at most.'],
    ['date', '', 'Please enter a full date.'],
    ['date', '2029-12-31', 'Please choose January 1, 2030 or later.'],
    ['date', '2031-01-01', 'Please choose December 31, 2030 or earlier.'],
    ['phone', '1234', 'Please enter a phone number of 5 to 15 digits, without letters.'],
    ['phone', '+44 20 79x', 'Please enter a phone number of 5 to 15 digits, without letters.'],
    ['url', 'not a page', 'Please enter a web address without spaces, such as example.com.'],
    ['url', 'example', 'Please enter a web address without spaces, such as example.com.'],
    ['url', 'ftp://example.com', 'Please enter an address that begins with https:// or http://.'],
  ];
  for (const [kind, text, words] of WRONG) {
    it(`${kind}: “${text.slice(0, 20)}” is not accepted, and the field says why`, async () => {
      const {chat} = await openWith([ask(kind, KINDS[kind])]);
      await give(chat, text);
      await untilFault(chat, words);
      const input = await field(chat);
      expect(input.getAttribute('aria-invalid')).to.equal('true');
      expect(input.getAttribute('aria-describedby')).to.equal('error');
      expect(inside(chat, '#error')!.textContent).to.equal(words);
      expect(input.value).to.equal(text);
      input.dispatchEvent(new Event('input', {bubbles: true}));
      await until(() => fault(chat) === '', 'the fault to go with the next key');
      expect(chat.step).to.equal(kind);
    });
  }

  const TYPED: [keyof typeof KINDS, string, unknown, string][] = [
    ['number', '45 KM', 45, '45\u00a0km'],
    ['number', '1,200.5km', 1200.5, '1200.5\u00a0km'],
    ['url', 'www.example.com', 'https://www.example.com', 'https://www.example.com'],
    ['phone', ' +٤٤ (٢٠) ٧٩٤٦ ', '+٤٤ (٢٠) ٧٩٤٦', '\u202d+٤٤ (٢٠) ٧٩٤٦\u202c'],
  ];
  for (const [kind, text, value, label] of TYPED) {
    it(`${kind}: “${text}” is kept as ${String(value)}`, async () => {
      const {chat, site} = await openWith([ask(kind, KINDS[kind])]);
      await give(chat, text);
      await untilStep(chat, 'name');
      expect(kept(site)![`answers.${kind}`]).to.equal(value);
      expect(lines(chat)).to.include(label);
    });
  }

  it('the longest unit is taken from a number, whichever language has it', async () => {
    const run = {kind: 'number', text: 'How far?', unit: {en: 'm', de: 'km'}} as const;
    const {chat, site} = await openWith([ask('run', run)]);
    await give(chat, '45 km');
    await untilStep(chat, 'name');
    expect(kept(site)!['answers.run']).to.equal(45);
  });

  it('a list says how many options are needed, and how many are too many', async () => {
    const {chat} = await openWith([ask('languages', LANGUAGES)]);
    const go = () => press(chat, 'Continue');
    await until(() => button(chat, 'Continue'), 'the list');
    await go();
    await untilFault(chat, 'Please choose at least 2.');
    expect(inside(chat, 'fieldset')!.getAttribute('aria-invalid')).to.equal('true');
    expect(inside(chat, 'fieldset')!.getAttribute('aria-describedby')).to.equal('error');
    await tick(chat, 'EN', 'DE', 'FR', 'ES');
    await untilFault(chat, 'Please choose no more than 3.');
    const above = Node.DOCUMENT_POSITION_FOLLOWING;
    expect(inside(chat, '#error')!.compareDocumentPosition(button(chat, 'Continue')!)).to.equal(
      above,
    );
    await go();
    await untilFault(chat, 'Please choose no more than 3.');
    await tick(chat, 'FR', 'ES', 'Other');
    await untilFault(chat, '');
    await go();
    await untilFault(chat, 'Please write your own answer in the field.');
    await until(() => chat.shadowRoot!.activeElement?.matches('input[name=other]'), 'the focus');
    expect(inside(chat, 'input[name=other]')!.ariaInvalid).to.equal('true');
    await tick(chat, 'Other');
    expect(inside(chat, 'input[name=other]')!.checkVisibility()).to.equal(false);
    await go();
    await untilStep(chat, 'name');
    expect(lines(chat)).to.include('EN, DE');
  });

  it('a price has its decimals in the log, and a list the words of its language', async () => {
    const price = {kind: 'number', text: 'How much?', decimals: 2, unit: '€'};
    const {chat} = await openWith([ask('price', price), ask('languages', LANGUAGES)], [], 'de');
    await give(chat, '45,50');
    await tick(chat, 'EN', 'DE', 'FR');
    await press(chat, 'Weitermachen');
    await untilStep(chat, 'name');
    expect(lines(chat)).to.include('45,50\u00a0€');
    expect(lines(chat)).to.include('EN, DE und FR');
    await chat.setLang('ar');
    await until(() => lines(chat).includes('EN وDE وFR'), 'the list in Arabic');
  });

  it('a single choice with more than six or long options is a list of radio buttons', async () => {
    const options = (words: string[]) =>
      words.map((label, index) => ({value: `option_${index}`, label}));
    const seven = ask('seven', {
      kind: 'choice',
      text: 'One of seven?',
      options: options(['A', 'B', 'C', 'D', 'E', 'F', 'G']),
    });
    const long = ask('long', {
      kind: 'choice',
      text: 'A long one?',
      options: options(['Short', 'An option that has rather many words']),
    });
    const {chat, site} = await openWith([seven, long]);
    await tick(chat, 'G');
    expect(every(chat, 'input[type=radio]')).to.have.length(7);
    await press(chat, 'Continue');
    await untilStep(chat, 'long');
    expect(every(chat, 'input[type=radio]')).to.have.length(2);
    expect(every(chat, ':checked')).to.have.length(0);
    await press(chat, 'Continue');
    await untilFault(chat, 'Please answer this question.');
    await tick(chat, 'Short');
    await press(chat, 'Continue');
    await untilStep(chat, 'name');
    expect(kept(site)).to.deep.equal({'answers.seven': 'option_6', 'answers.long': 'option_0'});
  });

  it('the fields have what phones and browsers need', async () => {
    const {chat} = await openWith(
      ['text', 'number', 'date', 'phone', 'url'].map((kind) =>
        ask(kind, KINDS[kind as keyof typeof KINDS]),
      ),
    );
    const attributes = async (id: string, ...names: string[]) => {
      await untilStep(chat, id);
      const input = await field(chat);
      return names.map((name) => input.getAttribute(name));
    };
    expect(await attributes('text', 'type', 'autocomplete')).to.deep.equal([
      'text',
      'organization',
    ]);
    await give(chat, 'ACME');
    expect(await attributes('number', 'type', 'inputmode')).to.deep.equal(['text', 'decimal']);
    expect(inside(chat, 'label[for=answer]')!.textContent).to.equal('How far can you drive? (km)');
    expect(inside(chat, '.unit')!.textContent).to.equal('km');
    await give(chat, '5');
    const range = ['date', '2030-01-01', '2030-12-31'];
    expect(await attributes('date', 'type', 'min', 'max')).to.deep.equal(range);
    await give(chat, '2030-06-01');
    expect(await attributes('phone', 'type', 'autocomplete')).to.deep.equal(['tel', 'tel']);
    await give(chat, '030 123456');
    expect(await attributes('url', 'type', 'autocomplete')).to.deep.equal(['url', 'url']);
  });

  it('a text area grows with its text; Enter breaks the line, and Ctrl+Enter sends', async () => {
    const {chat} = await openWith([ask('why', {kind: 'long_text', text: 'Why?'})]);
    const area = await field(chat);
    const before = area.offsetHeight;
    area.value = 'line\n'.repeat(8);
    area.dispatchEvent(new Event('input', {bubbles: true}));
    await until(() => area.offsetHeight > before + 20, 'the area to grow');
    const press = (init: KeyboardEventInit) =>
      area.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, ...init}));
    press({});
    expect(chat.step).to.equal('why');
    press({ctrlKey: true});
    await untilStep(chat, 'name');
  });

  it('options that are none are left out, and an unknown kind is a line of text', async () => {
    const options = [null, 'nurse', {value: 'a'}, {value: 'b', label: 7}, ...KINDS.choice.options];
    const {chat} = await openWith([
      ask('choice', {...KINDS.choice, options}),
      ask('none', {...KINDS.choice, options: 'nurse', required: false}),
      ask('later', {kind: 'of_a_later_version', text: 'Which colour?', hint: null}),
    ]);
    await press(chat, 'Nurse');
    await untilStep(chat, 'none');
    await press(chat, 'Skip');
    await untilStep(chat, 'later');
    await give(chat, 'Red');
    await untilStep(chat, 'name');
    expect(lines(chat)).to.include('Red');
  });

  it('hint and placeholder help to answer, and belong to the field', async () => {
    const texts = {hint: {en: 'As on your card.'}, placeholder: 'AB 123'};
    const {chat} = await openWith([ask('card', {kind: 'text', text: 'Which card?', ...texts})]);
    const input = await field(chat);
    expect(input.getAttribute('placeholder')).to.equal('AB 123');
    expect(input.getAttribute('aria-describedby')).to.equal('answer-hint');
    expect(inside(chat, '#answer-hint')!.textContent).to.equal('As on your card.');
    await give(chat, '');
    await untilFault(chat, 'Please answer this question.');
    expect(input.getAttribute('aria-describedby')).to.equal('answer-hint error');
  });
});
