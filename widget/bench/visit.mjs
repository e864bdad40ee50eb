const SETTLE_MS = 2_000;
const FIELD_MS = 60_000;
const SLOWED = 4;
/** A slow mobile connection: 1.6 Mbit/s down, 0.8 Mbit/s up, 150 ms latency. */
export const PHONE_LINE = {
  offline: false,
  latency: 150,
  downloadThroughput: 200_000,
  uploadThroughput: 100_000,
};

/** Measures a page, then its opened chat, with an empty cache and a slow processor. */
export async function visit(browser, url, {launcher}) {
  return inSlowPage(browser, url, async ({page, devTools, traffic}) => {
    await page.goto(url);
    await page.waitForFunction(launcher ?? FIELD, null, {timeout: FIELD_MS});
    await page.waitForTimeout(SETTLE_MS);
    const before = await look(page, devTools, traffic);
    const fieldMs = launcher ? await press(page, launcher) : null;
    await page.waitForTimeout(SETTLE_MS);
    const opened = await look(page, devTools, traffic);
    return {before, opened, fieldMs, foreign: traffic.foreign};
  });
}

/** Returns the time from the page's start to a usable field, for a visitor who presses at once. */
export async function hurriedVisit(browser, url, {launcher}, line) {
  return inSlowPage(browser, url, async ({page, devTools}) => {
    if (line) await devTools.send('Network.emulateNetworkConditions', line);
    await page.goto(url, {waitUntil: 'commit'});
    const start = launcher ? `${launcher}?.getBoundingClientRect().width > 0` : FIELD;
    await page.waitForFunction(start, null, {timeout: FIELD_MS});
    if (launcher) await press(page, launcher);
    return page.evaluate('performance.now()');
  });
}

async function inSlowPage(browser, url, act) {
  const context = await browser.newContext({locale: 'en-GB', viewport: {width: 1280, height: 800}});
  try {
    const page = await context.newPage();
    const traffic = {requests: 0, bytes: 0, foreign: []};
    const devTools = await context.newCDPSession(page);
    await count(devTools, url, traffic);
    await refuseOthers(page, url, traffic);
    await page.addInitScript(WATCH);
    await devTools.send('Performance.enable');
    await devTools.send('Emulation.setCPUThrottlingRate', {rate: SLOWED});
    return await act({page, devTools, traffic});
  } finally {
    await context.close();
  }
}

/** Refuses requests to other hosts, such as for fonts. They are reported and not measured. */
async function refuseOthers(page, url, {foreign}) {
  const {origin} = new URL(url);
  const isOther = (one) => one.origin !== origin && one.protocol.startsWith('http');
  await page.route(isOther, (route) => {
    foreign.push(new URL(route.request().url()).host);
    return route.abort();
  });
}

/** Presses the launcher, and returns the milliseconds until a field is usable. */
async function press(page, launcher) {
  const {x, y} = await page.evaluate(`window.bench.middleOf(${launcher})`);
  const found = page.evaluate('window.bench.fieldAfterPointer()');
  await page.mouse.click(x, y);
  return found;
}

async function count(devTools, pageUrl, traffic) {
  const pages = new Set();
  devTools.on('Network.requestWillBeSent', ({requestId, request}) => {
    if (request.url === pageUrl || !request.url.startsWith('http')) pages.add(requestId);
    else traffic.requests += 1;
  });
  devTools.on('Network.loadingFinished', ({requestId, encodedDataLength}) => {
    if (!pages.has(requestId)) traffic.bytes += encodedDataLength;
  });
  await devTools.send('Network.enable');
}

async function look(page, devTools, {requests, bytes}) {
  const {metrics} = await devTools.send('Performance.getMetrics');
  const scriptMs = metrics.find(({name}) => name === 'ScriptDuration').value * 1000;
  return {requests, bytes, scriptMs, ...(await page.evaluate('window.bench.costs()'))};
}

const FIELD = 'window.bench.hasField()';

/** A field is usable when a click in its middle would reach it. */
const WATCH = `window.bench = (() => {
  const tasks = [], shifts = [];
  const watch = (type, found) =>
    new PerformanceObserver((list) => found.push(...list.getEntries())).observe({type, buffered: true});
  watch('longtask', tasks);
  watch('layout-shift', shifts);
  const arrived = new Promise((resolve) =>
    addEventListener('pointerover', ({timeStamp}) => resolve(timeStamp), {once: true, capture: true}));
  const all = (root) => [...root.querySelectorAll('*')]
    .flatMap((one) => one.shadowRoot ? [one, ...all(one.shadowRoot)] : [one]);
  const isField = (one) => one.matches('textarea, input:not([type]), input[type=text], [contenteditable=true]');
  const topAt = (x, y) => {
    let top = document.elementFromPoint(x, y);
    for (let inner; (inner = top?.shadowRoot?.elementFromPoint(x, y)) && inner !== top; ) top = inner;
    return top;
  };
  const isUsable = (one) => {
    const {left, top, width, height} = one.getBoundingClientRect();
    const hit = width > 0 && topAt(left + width / 2, top + height / 2);
    return Boolean(hit) && !one.disabled && !one.readOnly && (hit === one || one.contains(hit));
  };
  const hasField = () => all(document).some((one) => isField(one) && isUsable(one));
  return {
    hasField,
    middleOf: (one) => {
      const {left, top, width, height} = one.getBoundingClientRect();
      return {x: left + width / 2, y: top + height / 2};
    },
    fieldAfterPointer: async () => {
      const arrivedMs = await arrived;
      while (!hasField()) {
        if (performance.now() - arrivedMs > ${FIELD_MS}) throw new Error('No text field came.');
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return performance.now() - arrivedMs;
    },
    costs: () => ({
      longTasks: tasks.length,
      blockingMs: tasks.reduce((sum, {duration}) => sum + duration - 50, 0),
      layoutShift: shifts.filter(({hadRecentInput}) => !hadRecentInput)
        .reduce((sum, {value}) => sum + value, 0),
    }),
  };
})();`;
