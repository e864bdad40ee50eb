import {expect} from '@open-wc/testing';

import {every, inside, mountOpen, newSite, press, reachFiles, sitePage, until} from './helpers.js';
import {field} from './talking.js';

/** Opens what brings its own style sheet: the file step, the live conversation, and the menu. */
const openAll = async (chat: Element) => {
  await reachFiles(chat);
  await press(chat, 'Ask a question');
  await until(() => field(chat), 'the field');
  await press(chat, 'More');
  await until(() => every(chat, '.item').length > 0, 'the menu');
};

const rulesOf = (rules: CSSRuleList): CSSRule[] =>
  [...rules].flatMap((rule) => [
    rule,
    ...('cssRules' in rule ? rulesOf(rule.cssRules as CSSRuleList) : []),
  ]);

/** Selectors of all rules, each once; the minifier merges rules and reorders nothing else. */
const selectorsIn = (chat: Element) => {
  const rules = chat.shadowRoot!.adoptedStyleSheets.flatMap(({cssRules}) => rulesOf(cssRules));
  const selectors = rules.flatMap((rule) =>
    'selectorText' in rule ? String(rule.selectorText).split(/,\s*/) : [],
  );
  return [...new Set(selectors)].sort();
};

describe('style sheets of the built widget', () => {
  it('have the selectors of the sources', async () => {
    const source = await mountOpen();
    await openAll(source);
    const {chat: built} = await sitePage(`site=${newSite()}`);
    inside(built, '.launcher')!.click();
    await openAll(built);
    expect(selectorsIn(built)).to.deep.equal(selectorsIn(source));
  });
});
