import {setTimeout as sleep} from 'node:timers/promises';

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
  return inSlowPage(browser, url, async ({page, run, devTools, traffic}) => {
    await page.goto(url);
    await run(waitFor(launcher ?? FIELD));
    await sleep(SETTLE_MS);
    const before = await look(run, devTools, traffic);
    const fieldMs = launcher ? await press(run, devTools, launcher) : null;
    await sleep(SETTLE_MS);
    const opened = await look(run, devTools, traffic);
    return {before, opened, fieldMs, foreign: traffic.foreign};
  });
}

/** Returns the time from the page's start to a usable field, for a visitor who presses at once. */
export async function hurriedVisit(browser, url, {launcher}, line) {
  return inSlowPage(browser, url, async ({page, run, devTools}) => {
    if (line) await devTools.send('Network.emulateNetworkConditions', line);
    await page.goto(url, {waitUntil: 'commit'});
    await run(waitFor(launcher ? `${launcher}?.getBoundingClientRect().width > 0` : FIELD));
    if (launcher) await press(run, devTools, launcher);
    return run('performance.now()');
  });
}

async function inSlowPage(browser, url, act) {
  const context = await browser.newContext({locale: 'en-GB', viewport: {width: 1280, height: 800}});
  try {
    const page = await context.newPage();
    const traffic = {requests: 0, bytes: 0, foreign: []};
    const devTools = await context.newCDPSession(page);
    const run = runIn(devTools);
    await count(devTools, url, traffic);
    await page.addInitScript(WATCH);
    await devTools.send('Performance.enable');
    await devTools.send('Emulation.setCPUThrottlingRate', {rate: SLOWED});
    return await act({page, run, devTools, traffic});
  } finally {
    await context.close();
  }
}

/**
 * Runs an expression in the page. Playwright's own functions would first load their script there,
 * which takes longer on a slow processor than the widget does.
 */
function runIn(devTools) {
  return async (expression) => {
    const {result, exceptionDetails} = await devTools.send('Runtime.evaluate', {
      ...{expression, awaitPromise: true, returnByValue: true},
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? result.value);
    return result.value;
  };
}

/** Presses the launcher, and returns the milliseconds until a field is usable. */
async function press(run, devTools, launcher) {
  const place = await run(`window.bench.middleOf(${launcher})`);
  const found = run('window.bench.fieldAfterPointer()');
  const button = {...place, button: 'left', clickCount: 1};
  await devTools.send('Input.dispatchMouseEvent', {...place, type: 'mouseMoved'});
  await devTools.send('Input.dispatchMouseEvent', {...button, type: 'mousePressed'});
  await devTools.send('Input.dispatchMouseEvent', {...button, type: 'mouseReleased'});
  return found;
}

/** Requests to other hosts, such as for fonts, fail. They are reported and not measured. */
async function count(devTools, pageUrl, traffic) {
  const {host} = new URL(pageUrl);
  const uncounted = new Set();
  devTools.on('Network.requestWillBeSent', ({requestId, request}) => {
    const isOther = request.url.startsWith('http') && new URL(request.url).host !== host;
    if (isOther) traffic.foreign.push(new URL(request.url).host);
    if (isOther || request.url === pageUrl || !request.url.startsWith('http'))
      uncounted.add(requestId);
    else traffic.requests += 1;
  });
  devTools.on('Network.loadingFinished', ({requestId, encodedDataLength}) => {
    if (!uncounted.has(requestId)) traffic.bytes += encodedDataLength;
  });
  await devTools.send('Network.enable');
}

async function look(run, devTools, {requests, bytes}) {
  const {metrics} = await devTools.send('Performance.getMetrics');
  const scriptMs = metrics.find(({name}) => name === 'ScriptDuration').value * 1000;
  return {requests, bytes, scriptMs, ...(await run('window.bench.costs()'))};
}

const FIELD = 'window.bench.hasField()';
const waitFor = (condition) => `window.bench.until(() => ${condition})`;

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
  const until = async (isTrue) => {
    const startMs = performance.now();
    while (!isTrue()) {
      if (performance.now() - startMs > ${FIELD_MS}) throw new Error('The widget did not come.');
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  };
  return {
    hasField,
    until,
    middleOf: (one) => {
      const {left, top, width, height} = one.getBoundingClientRect();
      return {x: left + width / 2, y: top + height / 2};
    },
    fieldAfterPointer: async () => {
      const arrivedMs = await arrived;
      await until(hasField);
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
