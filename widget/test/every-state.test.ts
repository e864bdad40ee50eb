import {expect} from '@open-wc/testing';
import {setViewport} from '@web/test-runner-commands';

import {violations} from './axe.js';
import {visitByways, visitEveryState} from './every-state.js';
import {visitTalk} from './every-talk-state.js';
import {inside, mount, newSite, until} from './helpers.js';

const LANGUAGES = ['es', 'fr', 'de', 'pt-BR', 'ar'];
/** All states in both themes once; each other language in one, for colours know no language. */
const RUNS = [
  ['en', 'light'],
  ['en', 'dark'],
  ...LANGUAGES.map((tag, at) => [tag, at % 2 ? 'dark' : 'light']),
] as [string, string][];

describe('accessibility of every state', () => {
  for (const [tag, theme] of RUNS) {
    it(`axe finds nothing, ${tag}, ${theme}`, async function (this: {timeout(ms: number): void}) {
      this.timeout(60_000);
      await setViewport({width: 1000, height: 800});
      const found: Record<string, string[]> = {};
      const seen: string[] = [];
      const look = (chat: Element) => async (state: string) => {
        await until(() => isStill(chat), 'everything to stand still');
        seen.push(state);
        const wrong = await violations(chat);
        if (wrong.length > 0) found[state] = wrong;
      };

      for (const visit of [visitEveryState, visitByways, visitTalk]) {
        const chat = await mount(newSite(), tag);
        await chat.setTheme(theme);
        await visit(chat, look(chat));
        chat.remove();
      }

      expect(found).to.deep.equal({});
      expect(seen).to.have.length(26);
    });
  }
});

const isStill = (chat: Element) =>
  (inside(chat, '.panel')?.getAnimations({subtree: true}) ?? []).length === 0;
