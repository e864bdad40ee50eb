import {expect} from '@open-wc/testing';

import {formatTime} from '../i18n/dialogs/dialog-texts.js';
import {format, formatPercent, formatSize} from '../i18n/format.js';
import {interpolate} from '../i18n/interpolate.js';
import {knownLanguage, languageTags, loadLanguage} from '../i18n/languages.js';
import type {Texts} from '../i18n/locales/en.js';
import {MAX_MESSAGE_LENGTH, MAX_NAME_LENGTH} from '../../server/contract/limits.js';
import {
  answer,
  button,
  every,
  inside,
  mount,
  mountOpen,
  replace,
  until,
  untilSaid,
} from './helpers.js';

const TAGS = languageTags.filter((tag) => tag !== 'en');
/** A word that is counted; those that only say how far it goes stay as they are for any number. */
const BESIDE_A_WORD = /\{count\}[ \u00a0](?!(of|de|von|sur|au|من|كحد)(?!\p{L}))\p{L}/u;
/** Runs a function in a browser with these languages. */
const withBrowserTags = <T>(tags: readonly string[], run: () => T): T => {
  const restore = () => Reflect.deleteProperty(navigator, 'languages');
  Object.defineProperty(navigator, 'languages', {value: tags, configurable: true});
  const result = run();
  if (result instanceof Promise) void result.finally(restore);
  else restore();
  return result;
};
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

  for (const tag of languageTags) {
    it(`${tag}: number and size of the files cannot be read as one number`, async () => {
      const {texts} = await loadLanguage(tag);
      expect(texts.fileLimits).to.match(/\{count\}.*\p{L}.*\{size\}/u);
    });
  }

  for (const tag of languageTags) {
    it(`${tag}: the consent to storage names the answers`, async () => {
      const {texts} = await loadLanguage(tag);
      expect(texts.consentPersonalData).to.match(
        /your answers|Ihre Antworten|vos réponses|sus respuestas|suas respostas|وإجاباتك/,
      );
    });
  }

  for (const tag of languageTags) {
    it(`${tag}: no sentence breaks within “e-mail” or “Wi-Fi”`, async () => {
      const {texts} = await loadLanguage(tag);
      const sentences = Object.values(texts).filter((text) => /[.?!؟]$/.test(text));
      expect(sentences.filter((text) => /\b(e-mail|wi-fi)/i.test(text))).to.deep.equal([]);
    });
  }

  it('Arabic texts have Arabic commas only', async () => {
    const {texts} = await loadLanguage('ar');
    const dialogs = (await import('../i18n/dialogs/locales/ar.js')).default;
    const questions = (await import('../i18n/questions/locales/ar.js')).default;
    const all = Object.values({...texts, ...dialogs, ...questions});
    expect(all.filter((text) => text.includes(','))).to.deep.equal([]);
  });

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

  it('a panel that is opening stays open if the page changes the language', async () => {
    const chat = await mount();
    const again = chat.cloneNode() as typeof chat;
    chat.replaceWith(again);
    void again.open();
    await again.setLang('fr');
    await until(() => button(again, 'Commencer'), 'the French button');
    expect(again.isOpen).to.equal(true);
    expect(button(again, 'Commencer')!.checkVisibility()).to.equal(true);
  });

  it('a Latin name in an Arabic line is isolated', async () => {
    const {texts} = await loadLanguage('ar');
    expect(interpolate(texts, 'niceToMeet', {name: 'Ana'})).to.include('\u2068Ana\u2069');
  });

  it('sizes are told in the visitor’s numerals and units', async () => {
    const english = await loadLanguage('en');
    expect(formatSize(5 * 1024 * 1024, english)).to.equal('5 MB');
    expect(formatSize(1_572_864, await loadLanguage('de'))).to.equal('1,5 MB');
    expect(formatSize(1, english)).to.equal('1 kB');
  });

  for (const [tag, browserTags, time] of [
    ['en', ['de-AT', 'en-GB', 'en-US'], '9 Jan 2026, 13:05'],
    ['en', ['en_GB.UTF-8'], '9 Jan 2026, 13:05'],
    ['en', ['not a tag', 'fr-FR'], 'Jan 9, 2026, 1:05 PM'],
    ['de', ['de-AT'], '09.01.2026, 13:05'],
    ['pt-BR', ['pt-PT'], '09/01/2026, 13:05'],
  ] as const) {
    it(`times in ${tag} follow the browser’s ${browserTags.join()}`, async () => {
      const language = await loadLanguage(tag);
      expect(language.tag).to.equal(tag);
      const write = () => formatTime(new Date(2026, 0, 9, 13, 5), language);
      const written = withBrowserTags(browserTags, write);
      expect(written.replaceAll('\u202f', ' ')).to.equal(time);
    });
  }

  it('the panel shows times as the visitor’s browser writes them', async () => {
    await withBrowserTags(['en-GB'], async () => {
      const chat = await mountOpen();
      await untilSaid(chat, 'What is your name?');
      expect(inside(chat, 'time')).to.equal(null);
      const afterPause = Date.now() + 6 * 60_000;
      const restore = replace(Date, 'now', () => afterPause);
      try {
        await answer(chat, 'Your name', 'Ana');
        await untilSaid(chat, 'May we store your name');
      } finally {
        restore();
      }
      expect(inside(chat, '.visitor time')!.textContent).to.match(/\d\d:\d\d$/);
      expect(every(chat, '.visitor ~ .line time'), 'within the pause').to.deep.equal([]);
    });
  });

  for (const browserTag of ['ar', 'ar-EG', 'ar-SA']) {
    it(`numbers have the digits of the texts in ${browserTag}`, async () => {
      const language = await loadLanguage('ar');
      const written = withBrowserTags([browserTag], () => [
        formatSize(5_000_000, language),
        formatPercent(50, language),
        format(Intl.DateTimeFormat, language, {dateStyle: 'full'}, Date.now()),
      ]);
      for (const text of written) {
        expect(text).to.match(/[0-9]/);
        expect(text).to.not.match(/[\u0660-\u0669]/);
      }
    });
  }
});
