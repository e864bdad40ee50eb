import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';

import type {Page} from 'playwright-core';

const SOURCE = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

const OPTIONS = `{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}`;

const FOUND = `.then(({violations}) => violations.map(({id, nodes}) => id + ': ' + nodes.map(({html}) => html).join(' | ')))`;

/**
 * Returns what axe finds wrong in a page, or within one element of it. The debugger runs axe, which no
 * policy of the page forbids.
 */
export const violations = async (page: Page, within = 'html'): Promise<string[]> => {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(SOURCE);
  return page.evaluate<string[]>(`axe.run('${within}', ${OPTIONS})${FOUND}`);
};
