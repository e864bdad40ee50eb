import {expect} from '@open-wc/testing';

import {formatSize} from '../i18n/format.js';
import {interpolate} from '../i18n/interpolate.js';
import {knownLanguage, languageTags, loadLanguage} from '../i18n/languages.js';
import type {Texts} from '../i18n/locales/en.js';
import {MAX_MESSAGE_LENGTH, MAX_NAME_LENGTH} from '../../server/contract/limits.js';
import {button, inside, mountOpen, until, untilSaid} from './helpers.js';

const TAGS = languageTags.filter((tag) => tag !== 'en');
/** A word that is counted; those that only say how far it goes stay as they are for any number. */
const BESIDE_A_WORD = /\{count\}[ \u00a0](?!(of|de|von|sur|au|من|كحد)(?!\p{L}))\p{L}/u;
const placesOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe('locales', () => {
  for (const tag of TAGS) {
    it(`${tag} has every key of English, with the same places, and none besides`, async () => {
      const {texts: english} = await loadLanguage('en');
      const {texts} = await loadLanguage(tag);
      expect(Object.keys(texts).sort()).to.deep.equal(Object.keys(english).sort());
      for (const key of Object.keys(english) as (keyof Texts)[]) {
        expect(texts[key].trim(), key).to.not.equal('');
        expect(placesOf(texts[key]), key).to.deep.equal(placesOf(english[key]));
      }
    });
  }

  for (const tag of languageTags) {
    it(`${tag}: a number asks no word for its plural`, async () => {
      const {texts} = await loadLanguage(tag);
      const counted = Object.entries(texts).filter(([, text]) => text.includes('{count}'));
      expect(counted.length).to.be.greaterThan(3);
      const bound = counted.filter(([, text]) => BESIDE_A_WORD.test(text)).map(([key]) => key);
      // Always the same two numbers: whatever stands beside them has been written for them.
      expect(bound.filter((key) => key !== 'tooLong')).to.deep.equal([]);
      for (const limit of [MAX_NAME_LENGTH, MAX_MESSAGE_LENGTH])
        expect(new Intl.PluralRules(tag).select(limit)).to.equal('other');
    });
  }

  it('French signs do not begin a line', async () => {
    const {texts} = await loadLanguage('fr');
    const torn = Object.values(texts).filter((text) => / [?!:;»]|« /.test(text));
    expect(torn).to.deep.equal([]);
  });

  for (const tag of ['es', 'fr', 'de', 'pt-br', 'ar']) {
    it(`the dialogs have all their words in ${tag}`, async () => {
      const wordsIn = async (file: string) =>
        ((await import(`../i18n/dialogs/locales/${file}.ts`)) as {default: Record<string, string>})
          .default;
      const english = await wordsIn('en');
      const words = await wordsIn(tag);
      expect(Object.keys(words)).to.deep.equal(Object.keys(english));
      for (const [key, text] of Object.entries(english)) {
        expect(words[key]!.trim(), key).to.not.equal('');
        expect(placesOf(words[key]!), key).to.deep.equal(placesOf(text));
      }
    });
  }

  it('the two fixed sentences stand in English as they were given', async () => {
    const {texts} = await loadLanguage('en');
    expect(texts.reset).to.equal(
      'Your session has been reset due to a technical issue. Please start again.',
    );
    expect(texts.error).to.equal(
      'The system has encountered an error, which has been notified to the administrator to investigate. Please try again later.',
    );
  });

  it('a tag finds its language by case, region or base', () => {
    expect(knownLanguage('PT-br')).to.equal('pt-BR');
    expect(knownLanguage('pt-PT')).to.equal('pt-BR');
    expect(knownLanguage('de-AT')).to.equal('de');
    expect(knownLanguage('xx')).to.equal(undefined);
  });

  it('changing the language retells what was said already', async () => {
    const chat = await mountOpen();
    await untilSaid(chat, 'What is your name?');
    await chat.setLang('de');
    await untilSaid(chat, 'Wie heißen Sie?');
    await until(() => button(chat, 'Senden'), 'the German button');
    expect(inside(chat, '.inside')!.lang).to.equal('de');
  });

  it('a Latin name in an Arabic line is isolated', async () => {
    const {texts} = await loadLanguage('ar');
    expect(interpolate(texts, 'niceToMeet', {name: 'Ana'})).to.include('\u2068Ana\u2069');
  });

  it('sizes are told in the visitor’s numerals and units', () => {
    expect(formatSize(5 * 1024 * 1024, 'en')).to.equal('5 MB');
    expect(formatSize(1_572_864, 'de')).to.equal('1,5 MB');
    expect(formatSize(1, 'en')).to.equal('1 kB');
  });
});
