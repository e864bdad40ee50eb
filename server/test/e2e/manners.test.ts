import type {CDPSession} from 'playwright-core';
import t from 'tap';

import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {openBrowser} from './browser.js';
import {GLOBALS_PROBE, TIMER_PROBE} from './probes.js';
import {openSite, createScriptTag} from './site-page.js';

/** Globals that Lit leaves: its versions on `window`, and the symbol and data of its decorators. */
const LEFT_BY_LIT = [
  'Symbol.metadata',
  'litHtmlVersions',
  'litPropertyMetadata',
  'reactiveElementVersions',
];

/** Limit for calls under way, each of which has a timer. */
const MAX_CALL_MS = 60_000;

t.test('the page has one global of ours, and after opening the globals of Lit', async (t) => {
  const {url} = await startServer(t);
  const {page, widget} = await openSite(await openBrowser(t), {
    body: createScriptTag(url),
    probe: GLOBALS_PROBE,
  });
  await widget.button('Open chat').waitFor();
  const closed = await page.evaluate('difference()');
  await widget.open();
  await widget.submitName('Ana');
  await widget.button('I agree').waitFor();
  const open = await page.evaluate<string[]>('difference()');

  t.same(closed, ['MariaChat']);
  t.same(open.sort(), ['MariaChat', ...LEFT_BY_LIT].sort());
  await page.evaluate('history.pushState = () => 0; onmessage = () => 0; Array.prototype.at = 0');
  t.same(
    (await page.evaluate<string[]>('difference()')).sort(),
    ['Array.prototype.at', 'history.pushState', 'onmessage', ...open].sort(),
    'the probe detects other changes',
  );
});

t.test('no timer runs while the chat is closed, before and after its use', async (t) => {
  const {url} = await startServer(t);
  const {page, widget} = await openSite(await openBrowser(t), {
    body: createScriptTag(url),
    probe: TIMER_PROBE,
  });
  await widget.button('Open chat').waitFor();
  t.same(await page.evaluate('timers()'), []);

  await widget.open();
  await widget.submitName('Ana');
  await widget.button('I agree').waitFor();
  await page.keyboard.press('Escape');
  await widget.button('Open chat').waitFor();

  t.same(await untilStill(() => page.evaluate<unknown[]>('timers()')), []);
  await page.evaluate('setInterval(() => 0, 1000)');
  t.match(await page.evaluate('timers()'), [/^setInterval/], 'the probe detects a running timer');
});

t.test('no listener for the page’s end prevents its restoration from the cache', async (t) => {
  const {url} = await startServer(t);
  const {page, widget, session} = await openSite(await openBrowser(t), {
    body: createScriptTag(url),
  });
  await widget.open();
  await widget.submitName('Ana');
  await widget.button('I agree').waitFor();

  const heard = await getListeners(session, 'window');
  t.ok(heard.includes('pagehide'), 'leaving is still reported');
  t.same(
    heard.filter((type) => /unload$/.test(type)),
    [],
  );
  await page.evaluate('addEventListener("beforeunload", () => 0)');
  t.ok(
    (await getListeners(session, 'window')).includes('beforeunload'),
    'the probe detects a listener',
  );
});

/** Returns the event listeners of an object of the page, from DevTools. */
async function getListeners(session: CDPSession, expression: string): Promise<string[]> {
  const {result} = await session.send('Runtime.evaluate', {expression});
  const {listeners} = await session.send('DOMDebugger.getEventListeners', {
    objectId: result.objectId ?? '',
  });
  return listeners.map(({type}) => type);
}

/** Repeats a check until it finds nothing. Returns what it found last, for a timer that never ends. */
async function untilStill(look: () => Promise<unknown[]>): Promise<unknown[]> {
  let left: unknown[] = [];
  const isStill = async () => {
    left = await look();
    return left.length === 0;
  };
  await until(isStill, MAX_CALL_MS).catch(() => undefined);
  return left;
}
