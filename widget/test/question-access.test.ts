import {expect} from '@open-wc/testing';
import {emulateMedia, sendKeys, setViewport} from '@web/test-runner-commands';

import {decimalOf, parseNumber} from '../core/questions/parse-number.js';
import {languageTags} from '../i18n/languages.js';
import type {QuestionTexts} from '../i18n/questions/locales/en.js';
import {violations} from './axe.js';
import {every, inside, press, until, untilSaid} from './helpers.js';
import {
  KINDS,
  LANGUAGES,
  ask,
  field,
  give,
  kept,
  openWith,
  tick,
  untilFault,
  untilStep,
} from './questions.js';

const HINT = {hint: 'A short help.'};
const focused = (chat: Element) => chat.shadowRoot!.activeElement as HTMLElement;
const untilFocused = (chat: Element, selector: string) =>
  until(() => focused(chat)?.matches(selector), `the focus on ${selector}`);

const atRest = (chat: Element) =>
  until(
    () => inside(chat, '.panel')!.getAnimations({subtree: true}).length === 0,
    'everything to stand still',
  );

const keys = async (...presses: string[]) => {
  for (const one of presses) await sendKeys({press: one});
};

describe('access to questions', () => {
  it('every kind is answered with the keyboard only', async () => {
    const {chat, site} = await openWith([
      ask('text', KINDS.text),
      ask('long_text', KINDS.long_text),
      ask('choice', KINDS.choice),
      ask('languages', LANGUAGES),
      ask('one', {...LANGUAGES, multiple: false, min_choices: undefined, max_choices: undefined}),
      ask('number', {...KINDS.number, required: false}),
    ]);
    (await until(() => inside(chat, '#answer'), 'the field')).focus();
    await sendKeys({type: 'ACME'});
    await keys('Enter');
    await untilFocused(chat, 'textarea#answer');
    await sendKeys({type: 'One'});
    await keys('Enter');
    await sendKeys({type: 'Two'});
    await keys('Tab', 'Enter');
    await untilFocused(chat, '.question .pair');
    await keys('Tab', 'Tab', 'Enter');
    await untilFocused(chat, 'input[type=checkbox]');
    await keys(' ', 'Tab', ' ', 'Enter');
    await untilFocused(chat, 'input[type=radio]');
    await keys('ArrowDown', 'Enter');
    await untilFocused(chat, '#answer');
    await keys('Tab', 'Tab', 'Enter');
    await untilStep(chat, 'name');
    expect(kept(site)).to.deep.equal({
      'answers.text': 'ACME',
      'answers.long_text': 'One\nTwo',
      'answers.choice': 'doctor',
      'answers.languages': ['en', 'de'],
      'answers.one': 'de',
      'answers.number': null,
    });
  });

  for (const [name, question] of Object.entries({...KINDS, languages: LANGUAGES})) {
    it(`axe has no complaint about ${name}, also not with a fault`, async () => {
      const {chat} = await openWith([ask(name, {...question, ...HINT, required: false})]);
      await untilStep(chat, name);
      await until(() => inside(chat, '.question'), 'the question');
      await atRest(chat);
      expect(await violations(chat)).to.deep.equal([]);
      const form = inside<HTMLFormElement>(chat, '.question form');
      if (!form) return;
      form.requestSubmit();
      await until(() => inside(chat, '.question p.error')!.textContent, 'the fault');
      await atRest(chat);
      expect(await violations(chat)).to.deep.equal([]);
    });
  }

  it('at a width of 320 px nothing is cut off, in both directions and in forced colours', async () => {
    await setViewport({width: 320, height: 600});
    await emulateMedia({forcedColors: 'active'});
    const long = 'Donaudampfschifffahrtsgesellschaftskapitän '.repeat(2);
    const options = [long, 'Kurz'].map((label, index) => ({value: `o${index}`, label}));
    const steps = [
      ask('list', {kind: 'choice', text: 'Which?', options, other: true, hint: long}),
      ask('languages', {...KINDS.choice, text: 'Which?'}),
      ask('number', {...KINDS.number, hint: long}),
      ask('date', KINDS.date),
    ];
    const {chat} = await openWith(steps, [], 'ar');
    const fits = async (id: string) => {
      await untilStep(chat, id);
      await until(() => inside(chat, '.question'), 'the question');
      const tray = inside(chat, '.tray')!;
      expect(tray.scrollWidth, id).to.be.at.most(tray.clientWidth);
      for (const input of every(chat, '.question input:not([name=other]), .question button'))
        expect(input.getBoundingClientRect().width, id).to.be.at.least(16);
    };
    await fits('list');
    await tick(chat, 'Kurz');
    const chosen = inside(chat, '.option:has(:checked)')!;
    expect(getComputedStyle(chosen).borderStyle).to.equal('solid');
    inside<HTMLFormElement>(chat, '.question form')!.requestSubmit();
    await fits('languages');
    await press(chat, 'Nurse');
    await fits('number');
    await give(chat, '٥٫٥');
    await fits('date');
    await emulateMedia({forcedColors: 'none'});
    await setViewport({width: 800, height: 600});
  });

  it('faults are in the language of the visitor, and change with it', async () => {
    const {chat} = await openWith([ask('number', KINDS.number)], [], 'de');
    await give(chat, '1.500,55');
    await untilFault(chat, 'Nachkommastellen: höchstens 1.');
    await chat.setLang('fr');
    await untilFault(chat, 'Décimales\u00a0: 1 au plus.');
    await chat.setLang('de');
    await give(chat, '1.500,5');
    await untilSaid(chat, '1500,5\u00a0km');
  });

  it('numbers are read with the separators of the visitor', () => {
    const cases: [string, string, number][] = [
      ['1,234', 'en', 1234],
      ['1,5', 'en', 1.5],
      ['1.234', 'en', 1.234],
      ['1,234,567.8', 'en', 1234567.8],
      ['1.234', 'de', 1234],
      ['1.234.567', 'de', 1234567],
      ['1,234', 'de', 1.234],
      ['1.5', 'de', 1.5],
      ['1.234,5', 'en', 1234.5],
      ['1 234,5', 'fr', 1234.5],
      ['1\u202f234', 'fr', 1234],
      ['1’234.5', 'de-CH', 1234.5],
      ['−3', 'en', -3],
      ['+3', 'en', 3],
      ['.5', 'en', 0.5],
      ['5.', 'en', 5],
      ['١٢٣٫٥', 'ar', 123.5],
      ['۱۲', 'ar', 12],
    ];
    for (const [typed, locale, number] of cases)
      expect(parseNumber(typed, locale), `${typed} in ${locale}`).to.equal(number);
    for (const typed of ['', ' ', '-', 'x', '1x', '1e5', '0x10', '1-2', '.', ',', 'Infinity'])
      expect(parseNumber(typed, 'en'), typed).to.deep.equal(NaN);
    for (const tag of languageTags) expect(['.', ',']).to.include(decimalOf(`${tag}-u-nu-latn`));
  });

  it('check boxes look the same after the menu was opened', async () => {
    const {chat} = await openWith([ask('languages', LANGUAGES)]);
    const box = await until(() => inside(chat, '.option input'), 'the list');
    const mark = () => getComputedStyle(box, '::before').content;
    expect(mark()).to.equal('none');
    await press(chat, 'More');
    await until(() => inside(chat, '.setting [type=checkbox]'), 'the menu');
    expect(mark()).to.equal('none');
    box.click();
    expect(mark()).to.equal('""');
  });

  it('a number in Arabic digits is typed from the left', async () => {
    const {chat} = await openWith([ask('phone', KINDS.phone)], [], 'ar');
    const input = await field(chat);
    const {direction, unicodeBidi} = getComputedStyle(input);
    expect([direction, unicodeBidi]).to.deep.equal(['ltr', 'bidi-override']);
  });

  for (const tag of ['es', 'fr', 'de', 'pt-br', 'ar']) {
    it(`${tag} has all texts of the questions, with the same places`, async () => {
      const textsIn = async (file: string) =>
        ((await import(`../i18n/questions/locales/${file}.ts`)) as {default: QuestionTexts})
          .default;
      const placesOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
      const english = await textsIn('en');
      const texts = await textsIn(tag);
      expect(Object.keys(texts)).to.deep.equal(Object.keys(english));
      for (const [key, text] of Object.entries(english)) {
        const own = texts[key as keyof QuestionTexts];
        expect(own.trim(), key).to.not.equal('');
        expect(placesOf(own), key).to.deep.equal(placesOf(text));
      }
    });
  }
});
