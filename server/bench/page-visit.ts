import {createServer} from 'node:http';
import {once} from 'node:events';
import type {AddressInfo} from 'node:net';

import type {Browser, CDPSession, Page} from 'playwright-core';

/** Costs of one page view for its visitor. */
export interface PageCost {
  scriptMs: number;
  blockingMs: number;
  layoutShift: number;
  requests: string[];
  stored: number;
}

const SETTLE_MS = 1_000;

/** Serves another site's page with only the script tag, under a policy that allows nothing else. */
export const serveHostPage = async (product: string) => {
  const policy = `default-src 'none'; script-src ${product}; connect-src ${product}; img-src data:; require-trusted-types-for 'script'`;
  const server = createServer((request, response) => {
    const script =
      request.url === '/with'
        ? `<script src="${product}/maria-chat.js" data-site="demo" async></script>`
        : '';
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', policy);
    response.end(
      `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,">${script}<main><h1>A page</h1></main></html>`,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    with: `${url}/with`,
    without: `${url}/without`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** Opens a page in a new browser context, at a quarter of the processor's speed. */
export const visitSlowly = async (browser: Browser, url: string): Promise<PageCost> => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const devTools = await context.newCDPSession(page);
    await devTools.send('Performance.enable');
    await devTools.send('Emulation.setCPUThrottlingRate', {rate: 4});
    await page.goto(url);
    await page.waitForTimeout(SETTLE_MS);
    const scriptMs = await scriptTime(devTools);
    const {blockingMs, layoutShift, kept} = await page.evaluate<Timeline>(TIMELINE);
    const stored = kept + (await context.cookies()).length;
    const isOwn = (address: string) => address !== url && !address.startsWith('data:');
    return {scriptMs, blockingMs, layoutShift, requests: requests.filter(isOwn), stored};
  } finally {
    await context.close();
  }
};

const scriptTime = async (devTools: CDPSession): Promise<number> => {
  const {metrics} = await devTools.send('Performance.getMetrics');
  return (metrics.find(({name}) => name === 'ScriptDuration')?.value ?? NaN) * 1000;
};

type Timeline = Pick<PageCost, 'blockingMs' | 'layoutShift'> & {kept: number};

// Page scripts are strings, because the types of a page are not those of the server.
const TIMELINE = `(async () => {
  const entries = (type) => new Promise((resolve) => {
    const found = [];
    const observer = new PerformanceObserver((list) => found.push(...list.getEntries()));
    observer.observe({type, buffered: true});
    setTimeout(() => resolve([...found, ...observer.takeRecords()]), 200);
  });
  const [tasks, shifts] = [await entries('longtask'), await entries('layout-shift')];
  return {
    blockingMs: tasks.reduce((sum, {duration}) => sum + duration - 50, 0),
    layoutShift: shifts.reduce((sum, {value}) => sum + value, 0),
    kept: localStorage.length + sessionStorage.length + (await indexedDB.databases()).length,
  };
})()`;

/** Returns the milliseconds from the click to the panel, after hover has loaded the files. */
export const openAfterHover = async (page: Page): Promise<number> => {
  await page.getByRole('button', {name: 'Open chat'}).hover();
  await page.waitForFunction('customElements.get("maria-chat")');
  await page.waitForTimeout(SETTLE_MS);
  return page.evaluate<number>(OPENING);
};

const OPENING = `new Promise((resolve) => {
  const {shadowRoot} = document.querySelector('maria-chat');
  const clickedMs = performance.now();
  shadowRoot.querySelector('.launcher').click();
  const look = () => {
    const panel = shadowRoot.querySelector('[role=dialog]');
    if (panel?.getBoundingClientRect().height > 0) resolve(performance.now() - clickedMs);
    else requestAnimationFrame(look);
  };
  look();
})`;
