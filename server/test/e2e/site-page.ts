import {createReadStream} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';

import type {Browser, BrowserContextOptions, CDPSession, Page} from 'playwright-core';

import {Widget, collectConsole} from './browser.js';
import type {OpenPage} from './browser.js';

export interface SitePage extends Omit<OpenPage, 'response'> {
  /** Requested URLs, without the page itself. */
  requested: string[];
  /** DevTools session of the page. */
  session: CDPSession;
}

export interface SitePageOptions extends BrowserContextOptions {
  /** Content of the page's head and body. */
  head?: string;
  body?: string;
  /** Script that runs before everything else in the page. */
  probe?: string;
  /** Bodies of further pages, by path. */
  pages?: Record<string, string>;
  /** Source of a service worker that is served at `/worker.js`. */
  worker?: string;
  /** Folder of `node_modules` whose files are served under `/packages/`. */
  packages?: string;
  /** Factor by which the page's processor is slowed down. */
  rate?: number;
}

/** Opens a page of another origin than the server's, with or without the script tag. */
export const openSite = async (
  browser: Browser,
  {
    head = '',
    body = '',
    pages = {},
    worker,
    packages,
    probe = '',
    rate = 1,
    ...options
  }: SitePageOptions,
): Promise<SitePage> => {
  const context = await browser.newContext({locale: 'en-GB', reducedMotion: 'reduce', ...options});
  const page = await context.newPage();
  const noise: string[] = [];
  const requested: string[] = [];
  const site = await serve(
    (url) => (url === '/worker.js' && worker) || createPage(head, pages[url] ?? body),
    packages,
  );
  context.on('close', site.close);
  collectConsole(page, noise);
  page.on('request', (request) => {
    if (request.url() !== site.url) requested.push(request.url());
  });
  await page.addInitScript(probe);
  const session = await slowDown(page, rate);
  await page.goto(site.url, {waitUntil: 'load'});
  return {page, context, widget: new Widget(page), noise, requested, session};
};

type Served = Promise<{url: string; close: () => void}>;

const serve = async (html: (url: string) => string, packages = ''): Served => {
  const server = createServer((request, response) => {
    const [, file] = /^\/packages\/([\w@./-]+)$/.exec(request.url ?? '') ?? [];
    response.setHeader('content-type', TYPES[path.extname(request.url ?? '')] ?? 'text/html');
    if (file) createReadStream(path.join(packages, file)).pipe(response);
    else response.end(html(request.url ?? '/'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return {url: `http://localhost:${port}/`, close};
};

const TYPES: Record<string, string> = {'.js': 'text/javascript', '.css': 'text/css'};

const slowDown = async (page: Page, rate: number): Promise<CDPSession> => {
  const session = await page.context().newCDPSession(page);
  // Measures processor time of the page's thread, which other programs do not affect.
  await session.send('Performance.enable', {timeDomain: 'threadTicks'});
  await session.send('Emulation.setCPUThrottlingRate', {rate});
  return session;
};

export const createScriptTag = (url: string, attributes = ''): string =>
  `<script src="${url}/maria-chat.js" data-site="demo" ${attributes} async></script>`;

const createPage = (head: string, body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>A shop</title>
<link rel="icon" href="data:,">
${head}
<body>
<h1>A shop</h1>
${'<p>Something that a shop says about what it sells, and to whom, and for how much.</p>'.repeat(20)}
${body}
</body>
</html>`;
