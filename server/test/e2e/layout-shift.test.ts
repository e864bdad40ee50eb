import type {BrowserContextOptions} from 'playwright-core';
import t from 'tap';
import type {Test} from 'tap';

import {getConfirmationLink} from '../mailbox.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {openBrowser, openDemo} from './browser.js';

const SCREENS: Record<string, BrowserContextOptions> = {
  'a desktop': {viewport: {width: 1280, height: 720}},
  'a phone': {viewport: {width: 390, height: 844}, isMobile: true, hasTouch: true},
};

interface Observed {
  /** Distinct heights of the header, from the first frame on. */
  headerHeights: number[];
  /** Distinct rectangles of elements that stay, once the panel has opened. */
  places: Record<'.header' | '.ask' | '.footnote', string[]>;
  /** Heights of the tray before and during a pause that differ. */
  trayChanges: [number, number][];
  /** Number of frames in which Maria typed and no controls were shown. */
  pauses: number;
  /** Rectangles of shifted elements outside the log and the tray. */
  shifted: string[];
}

const server = await startServer(t);
const browser = await openBrowser(t);

const completeConversation = async (t: Test, options: BrowserContextOptions): Promise<Observed> => {
  const email = `${options.viewport!.width}@example.com`;
  const {page, context, widget, noise} = await openDemo(browser, server.url, {
    ...options,
    reducedMotion: 'no-preference',
  });
  await widget.button('Open chat').waitFor();
  await page.evaluate(OBSERVE);
  await widget.open();
  await widget.submitName('Ana');
  await widget.answerConsents(true, true);
  await widget.addFiles([{name: 'contract.pdf', buffer: makePdf()}]);
  await widget.uploadAll(1);
  await widget.button('Done & continue').click();
  await widget.submitEmail(email);
  const confirmation = await context.newPage();
  await confirmation.goto(getConfirmationLink(await server.mailbox.waitFor(email)));
  await confirmation.getByRole('button', {name: 'Confirm'}).click();
  await page.bringToFront();
  await widget.getByText('Thank you, Ana!').waitFor();
  await widget.root.locator('.done').waitFor();
  const observed = await page.evaluate<Observed>('readObserved()');
  t.same(noise, []);
  await context.close();
  return observed;
};

// Page scripts are strings, because the types of a page are not those of the server.
const OBSERVE = `
{
  const root = document.querySelector('maria-chat').shadowRoot;
  const find = (selector) => root.querySelector(selector);
  const headerHeights = new Set();
  const places = {'.header': new Set(), '.ask': new Set(), '.footnote': new Set()};
  const trayChanges = [];
  const shifted = [];
  let pauses = 0;
  let trayHeight = 0;
  const observeFrame = () => {
    requestAnimationFrame(observeFrame);
    const panel = find('.panel');
    if (!panel) return;
    headerHeights.add(find('.header').offsetHeight);
    const tray = find('.tray');
    const isEmpty = !tray.firstElementChild;
    // After the end, the tray is empty for good.
    const isPause = isEmpty && find('.typing');
    if (isPause) pauses++;
    if (isPause && trayHeight && tray.offsetHeight !== trayHeight)
      trayChanges.push([trayHeight, tray.offsetHeight]);
    else if (!isEmpty) trayHeight = tray.offsetHeight;
    // The panel moves while it opens.
    if (panel.getAnimations().length > 0) return;
    for (const [selector, found] of Object.entries(places)) {
      const element = find(selector);
      if (element) found.add(JSON.stringify(element.getBoundingClientRect()));
    }
  };
  observeFrame();
  new PerformanceObserver((list) => {
    if (!find('.panel')) return;
    const start = find('.header').getBoundingClientRect().bottom - 1;
    const end = find('.footnote').getBoundingClientRect().top + 1;
    for (const {sources} of list.getEntries())
      for (const {previousRect, currentRect} of sources)
        for (const {top, bottom, height} of [previousRect, currentRect])
          if (height > 0 && (top < start || bottom > end)) shifted.push(top + ' to ' + bottom);
  }).observe({type: 'layout-shift'});
  window.readObserved = () => ({
    headerHeights: [...headerHeights],
    places: Object.fromEntries(Object.entries(places).map(([name, found]) => [name, [...found]])),
    trayChanges,
    pauses,
    shifted,
  });
}
`;

for (const [screen, options] of Object.entries(SCREENS)) {
  t.test(`on ${screen}, only the lines of the log move during the conversation`, async (t) => {
    const observed = await completeConversation(t, options);
    t.equal(observed.headerHeights.length, 1, `header: ${observed.headerHeights.join()} px`);
    for (const [selector, rectangles] of Object.entries(observed.places))
      t.equal(rectangles.length, 1, `${selector}: ${rectangles.join(' ')}`);
    t.same(observed.trayChanges, [], 'the tray keeps its height while Maria types');
    t.ok(observed.pauses > 0, 'Maria typed');
    t.same(observed.shifted, [], 'no layout shift outside the log and the tray');
  });
}
