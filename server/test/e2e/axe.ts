import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';

import type {Page} from 'playwright-core';

const SOURCE = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

const OPTIONS = `runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`;

/** Rules about colours, which need most of the time. */
const COLOURS = 'color-contrast';

const FOUND = `.then(({violations}) => violations.map(({id, nodes}) => id + ': ' + nodes.map(({html}) => html).join(' | ')))`;

/**
 * Returns axe's findings for a page, or for one element of it. DevTools runs axe, so the page's
 * policy does not block it.
 */
export const findViolations = async (
  page: Page,
  within = 'html',
  {colours = true}: {colours?: boolean} = {},
): Promise<string[]> => {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(SOURCE);
  return page.evaluate<string[]>(
    `axe.run('${within}', {${OPTIONS}, rules: {'${COLOURS}': {enabled: ${colours}}}})${FOUND}`,
  );
};
