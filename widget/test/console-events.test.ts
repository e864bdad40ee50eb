import {expect} from '@open-wc/testing';

import {AUDIT_EVENTS} from '../../server/contract/event-names.js';
import ar from '../console/texts/ar.js';
import de from '../console/texts/de.js';
import en from '../console/texts/en.js';
import es from '../console/texts/es.js';
import fr from '../console/texts/fr.js';
import ptBr from '../console/texts/pt-br.js';

describe('the events of the audit log', () => {
  for (const [language, texts] of Object.entries({ar, de, en, es, fr, ptBr}))
    it(`have words in the console in ${language}`, () => {
      const words = Object.entries(texts).filter(([key]) => key.startsWith('event_'));
      expect(words.map(([key]) => key)).to.have.members(
        AUDIT_EVENTS.map((event) => `event_${event}`),
      );
      for (const [, text] of words) expect(text.trim()).not.to.equal('');
    });
});
