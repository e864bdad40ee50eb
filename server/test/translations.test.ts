import t from 'tap';

import {ar} from '../translations/ar.js';
import {de} from '../translations/de.js';
import {en} from '../translations/en.js';
import {es} from '../translations/es.js';
import {fr} from '../translations/fr.js';
import {ptBr} from '../translations/pt-br.js';
import type {Texts} from '../translations/texts.js';
import {textsFor, textsForBrowser} from '../translations/translations.js';

const ALL: Texts[] = [en, de, es, fr, ptBr, ar];
const KEYS = Object.keys(en) as (keyof Texts)[];

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name);

for (const texts of ALL) {
  void t.test(`the texts of ${texts.language}`, (t) => {
    for (const key of KEYS) {
      t.same(placeholders(texts[key]), placeholders(en[key]), key);
      t.ok(texts[key].trim(), key);
    }
    t.ok(texts.confirmTitle !== en.confirmTitle || texts === en, 'are translated');
    t.end();
  });
}

/** Words that mean the same thing as the word of the glossary, or that blame or confuse. */
const OTHER_WORDS: [Texts, RegExp][] = [
  [en, /\bmails?\b|\bmailed\b|\burl\b|somebody/i],
  [de, /(?<![-‑])\bMails?\b|Knopf|drücken|Kennzeichen/i],
  [es, /\bmail\b|\b(tu|tus|tú|has|puedes)\b/i],
  [fr, /courriel|(?<![-‑])\bmails?\b/i],
  [ptBr, /(?<![-‑])\bmails?\b|correio/i],
  [ar, /إيميل|لينك/],
];

void t.test('each language has one word for an e-mail and speaks as the chat does', (t) => {
  for (const [texts, others] of OTHER_WORDS)
    for (const key of KEYS)
      t.notMatch(texts[key].replaceAll(/e[-‑]mails?/gi, ''), others, `${texts.language} ${key}`);
  t.end();
});

void t.test('a locale without texts falls back to its language, then to English', (t) => {
  for (const [locale, expected] of [
    ['de-CH', de],
    ['PT-pt', ptBr],
    ['ar-EG', ar],
    ['da', en],
    ['', en],
    [null, en],
  ] as const)
    t.equal(textsFor(locale), expected, String(locale));
  for (const [header, expected] of [
    ['da, de-AT;q=0.8, en;q=0.5', de],
    ['*', en],
    ['es', es],
    [',;q', en],
    [undefined, en],
  ] as const)
    t.equal(textsForBrowser(header), expected, String(header));
  t.end();
});
