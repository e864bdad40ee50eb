import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';

import {chromium} from 'playwright-core';
import type {Browser} from 'playwright-core';

import {ROUNDS} from './counts.js';
import {openAfterHover, serveHostPage, visitSlowly} from './page-visit.js';
import type {PageCost} from './page-visit.js';
import {startProduct} from './process-cost.js';
import {atMost, comparison, median, notMeasured, formatFigure} from './row.js';
import type {Row} from './row.js';
import {temporaryFolder} from './temporary-folder.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const QUIET = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'];

/** Measures what the script tag costs a page in a browser, and how quickly the chat opens. */
export const measurePageCost = async (): Promise<Row[]> => {
  const executablePath = process.env['CHROME_PATH'];
  if (!executablePath) {
    return [
      notMeasured('before opening', '30 ms of script, nothing else', 'there is no Chromium here'),
    ];
  }
  const folder = await temporaryFolder();
  const product = await startProduct({DATA_DIR: folder.path});
  const host = await serveHostPage(product.url);
  const browser = await chromium.launch({executablePath, args: QUIET});
  try {
    const visits: PageCost[] = [];
    const bare: PageCost[] = [];
    const openedMs: number[] = [];
    const faults: Faults[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await visitSlowly(browser, host.without));
      visits.push(await visitSlowly(browser, host.with));
      const {tookMs, ...found} = await openOnce(browser, host.with);
      openedMs.push(tookMs);
      faults.push(found);
    }
    return [...costs(visits, bare), ...opening(openedMs, faults)];
  } finally {
    await browser.close();
    host.stop();
    await product.stop();
    await folder.remove();
  }
};

const costs = (visits: PageCost[], bare: PageCost[]): Row[] => {
  const of = (pick: (visit: PageCost) => number, all = visits) => median(all.map(pick));
  const slowed = 'at a processor slowed 4 times';
  const isApi = (url: string) => new URL(url).pathname.startsWith('/api/');
  return [
    atMost(
      `before opening: script time ${slowed}, in ms`,
      of(({scriptMs}) => scriptMs),
      30,
    ),
    comparison(
      `the same page without it: script time ${slowed}`,
      `${formatFigure(of(({scriptMs}) => scriptMs, bare))} ms`,
    ),
    atMost(
      `before opening: blocking time ${slowed}, in ms`,
      of(({blockingMs}) => blockingMs),
      0,
    ),
    atMost(
      'before opening: layout shift',
      of(({layoutShift}) => layoutShift),
      0,
    ),
    atMost(
      'before opening: requests besides the loader',
      of(({requests}) => requests.length - 1),
      1,
    ),
    atMost(
      'before opening: requests to the API',
      of(({requests}) => requests.filter(isApi).length),
      0,
    ),
    atMost(
      'before opening: entries in storage and cookies',
      of(({stored}) => stored),
      0,
    ),
  ];
};

const opening = (openedMs: number[], faults: Faults[]): Row[] => {
  const worst = (pick: (found: Faults) => number) => Math.max(...faults.map(pick));
  return [
    atMost('first open after hovering, in ms', median(openedMs), 100),
    atMost(
      'violations of a strict policy with Trusted Types',
      worst(({policy}) => policy),
      0,
    ),
    atMost(
      'violations that axe finds, closed and open',
      worst(({axe}) => axe),
      0,
    ),
  ];
};

interface Faults {
  policy: number;
  axe: number;
}

const openOnce = async (browser: Browser, url: string): Promise<Faults & {tookMs: number}> => {
  const context = await browser.newContext({locale: 'en-GB'});
  try {
    const page = await context.newPage();
    await page.addInitScript(COUNT_VIOLATIONS);
    await page.goto(url);
    const tookMs = await openAfterHover(page);
    await page.getByLabel('Your name').waitFor();
    const policy = await page.evaluate<number>('window.violations');
    await page.evaluate(await readFile(AXE, 'utf8'));
    const opened = await page.evaluate<number>(RUN_AXE);
    await page.keyboard.press('Escape');
    const closed = await page.evaluate<number>(RUN_AXE);
    return {tookMs, policy, axe: opened + closed};
  } finally {
    await context.close();
  }
};

// Page scripts are strings, because the types of a page are not those of the server.
const COUNT_VIOLATIONS = `
  window.violations = 0;
  document.addEventListener('securitypolicyviolation', () => window.violations++);`;
const RUN_AXE = `axe.run('maria-chat').then(({violations}) => violations.length)`;
