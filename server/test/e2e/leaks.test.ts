import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {openSite, createScriptTag} from './site-page.js';
import type {SitePage} from './site-page.js';

const TIMES = 100;
/** Tolerance for the browser's own bookkeeping. */
const SLACK_BYTES = 300_000;

t.test('a hundred openings and closings leave nothing behind', async (t) => {
  const site = await used(t);

  const before = await held(site);
  await site.page.evaluate(`(async () => {
    for (let i = 0; i < ${TIMES}; i++) {
      await MariaChat.open();
      await MariaChat.close();
    }
  })()`);

  isAsBefore(t, before, await held(site, before.nodes));
});

t.test('a hundred insertions and removals of the element leave nothing behind', async (t) => {
  const site = await used(t);
  const putAndTake = (times: number) =>
    site.page.evaluate(`(async () => {
      for (let i = 0; i < ${times}; i++) {
        const chat = document.createElement('maria-chat');
        for (const name of ['site', 'api']) chat.setAttribute(name, MariaChat.element.getAttribute(name));
        document.body.append(chat);
        await chat.updateComplete;
        await chat.open();
        chat.remove();
      }
    })()`);
  // The browser compiles what is repeated, which takes memory once.
  await putAndTake(TIMES);

  const before = await held(site);
  await putAndTake(TIMES);

  isAsBefore(t, before, await held(site, before.nodes));
});

t.test('a hundred moves leave nothing behind', async (t) => {
  const site = await used(t);

  const before = await held(site);
  await site.page.evaluate(`(async () => {
    for (let i = 0; i < ${TIMES}; i++) {
      document.body.append(MariaChat.element);
      await new Promise((resolve) => setTimeout(resolve));
    }
  })()`);

  isAsBefore(t, before, await held(site, before.nodes));
});

t.test('a hundred attempts without a connection leave nothing behind', async (t) => {
  const site = await used(t);
  const {page, widget} = site;
  const attempt = async () => {
    const failed = page.waitForEvent('requestfailed');
    await page.evaluate(`dispatchEvent(new Event('online'))`);
    await failed;
  };
  await page.route('**/api/**', (route) => route.abort());
  await widget.open();
  await widget.button('I agree').click();
  await page.evaluate('MariaChat.close()');
  await attempt();

  const before = await held(site);
  for (let i = 0; i < TIMES; i++) await attempt();

  isAsBefore(t, before, await held(site, before.nodes));
});

interface Held {
  listeners: number;
  nodes: number;
  bytes: number;
}

/** Opens a page whose chat has been opened and closed, so that every file is loaded. */
async function used(t: Parameters<typeof startServer>[0]): Promise<SitePage> {
  const {url} = await startServer(t);
  const site = await openSite(await openBrowser(t), {body: createScriptTag(url)});
  await site.widget.open();
  await site.widget.submitName('Ana');
  await site.widget.button('I agree').waitFor();
  await site.page.evaluate('MariaChat.close()');
  return site;
}

/**
 * Measures what the page keeps in memory after garbage collection: once it has `atMost` that many
 * nodes or, without a limit, once three measurements are equal.
 */
async function held({page, session}: SitePage, atMost?: number): Promise<Held> {
  await page.waitForLoadState('networkidle');
  const nodes: number[] = [];
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await session.send('HeapProfiler.collectGarbage');
    const {metrics} = await session.send('Performance.getMetrics');
    const of = (wanted: string) => metrics.find(({name}) => name === wanted)?.value ?? NaN;
    const is = {listeners: of('JSEventListeners'), nodes: of('Nodes'), bytes: of('JSHeapUsedSize')};
    nodes.push(is.nodes);
    const isSteady = nodes.length >= 3 && nodes.slice(-3).every((count) => count === is.nodes);
    const isEnough = atMost === undefined ? isSteady : nodes.length >= 3 && is.nodes <= atMost;
    if (isEnough || nodes.length === 60) return is;
  }
}

function isAsBefore(t: {ok: (is: boolean, why: string) => unknown}, was: Held, is: Held): void {
  t.ok(is.listeners <= was.listeners, `${was.listeners} listeners, then ${is.listeners}`);
  t.ok(is.nodes <= was.nodes, `${was.nodes} nodes, then ${is.nodes}`);
  t.ok(is.bytes <= was.bytes + SLACK_BYTES, `${was.bytes} bytes, then ${is.bytes}`);
}
