import {expect} from '@open-wc/testing';

import ar from '../console/texts/ar.js';
import de from '../console/texts/de.js';
import en from '../console/texts/en.js';
import es from '../console/texts/es.js';
import fr from '../console/texts/fr.js';
import ptBr from '../console/texts/pt-br.js';
import {loadTexts, sayCount} from '../console/texts/texts.js';

const LANGUAGES: Readonly<Record<string, object>> = {ar, de, en, es, fr, 'pt-BR': ptBr};
/** Numbers that the console shows with a word. Larger ones have the forms of these. */
const COUNTS = Array.from({length: 1_001}, (_, count) => count);

/** Returns the keys of the texts about a number, without their form. */
const listCountKeys = (texts: object) =>
  Object.keys(texts)
    .filter((key) => key.endsWith('_one'))
    .map((key) => key.slice(0, -'_one'.length));

describe('texts of the console about a number', () => {
  for (const [tag, texts] of Object.entries(LANGUAGES))
    it(`have every form that ${tag} needs`, () => {
      const rules = new Intl.PluralRules(tag);
      const forms = [...new Set(COUNTS.map((count) => rules.select(count)))];
      const wanted = listCountKeys(en).flatMap((key) => forms.map((form) => `${key}_${form}`));
      expect(wanted.filter((key) => !(key in texts))).to.deep.equal([]);
    });

  it('use the form of the number', async () => {
    const say = (count: number) => sayCount('files', count);
    await loadTexts(['ar']);
    expect([0, 1, 2, 3, 11, 100].map(say)).to.deep.equal([
      'لا ملفات',
      'ملف واحد',
      'ملفان',
      '3 ملفات',
      '11 ملفًا',
      '100 ملف',
    ]);
    await loadTexts(['fr']);
    expect([0, 1, 2].map(say)).to.deep.equal(['0 fichier', '1 fichier', '2 fichiers']);
    await loadTexts(['en']);
    expect([0, 1, 2].map(say)).to.deep.equal(['0 files', '1 file', '2 files']);
  });
});
