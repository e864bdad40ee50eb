import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';

import type {Page} from 'playwright-core';

const SOURCE = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

const FINDINGS = `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
  .then(({violations}) => violations.map(({id, nodes}) => id + ': ' + nodes.map(({html}) => html).join(' | ')))`;

/** What axe finds wrong in a page. By the debugger's way in, which no policy of the page forbids. */
export const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(SOURCE);
  return page.evaluate<string[]>(FINDINGS);
};
