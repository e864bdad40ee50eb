import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Download,
  Locator,
  Page,
} from 'playwright-core';
import type {Test} from 'tap';

import {saveSite} from '../../sites/store.js';
import type {NewOwner} from '../owner-client.js';
import {OwnerClient} from '../owner-client.js';
import {makePdf} from '../pdf.js';
import {retryWhileBusy} from '../retry-while-busy.js';
import {startServer} from '../start-server.js';
import type {TestServer} from '../start-server.js';
import {Visitor} from '../visitor.js';
import {BROWSER, collectConsole, openBrowser} from './browser.js';

export const PHONE: BrowserContextOptions = {
  viewport: {width: 360, height: 740},
  isMobile: true,
  hasTouch: true,
};

/** Starts a server and a browser for all tests of a file. */
export const startConsole = async (t: Test): Promise<{server: TestServer; browser: Browser}> => ({
  server: await startServer(t),
  browser: await openBrowser(t),
});

let sites = 0;

/** Adds a site, whose list shows only the leads of one test. Returns its key. */
export const createSite = async ({sql}: TestServer, name?: string): Promise<string> => {
  const key = `site-${++sites}`;
  await saveSite(sql, {
    ...{key, name: name ?? key, allowedOrigins: [], notifyEmail: null, settings: {}},
  });
  return key;
};

/** The console in a browser, signed in. */
export interface OpenConsole {
  page: Page;
  context: BrowserContext;
  owner: OwnerClient;
  /** Output of the page's console, with violations of its policy, and uncaught errors. */
  noise: string[];
  /** Origins of all requests of the page and its frames, and the URLs themselves. */
  requested: string[];
  main: Locator;
}

interface OpenOptions extends NewOwner {
  context?: BrowserContextOptions;
}

/** Opens a path of the console as an account, by default as the owner of `demo`. */
export const openConsole = async (
  browser: Browser,
  server: TestServer,
  path: string,
  {context: options, ...account}: OpenOptions = {},
): Promise<OpenConsole> => {
  const owner = await OwnerClient.create(server, account);
  const context = await openContext(browser, options);
  await signIn(context, server, owner);
  const page = await context.newPage();
  const [noise, requested]: [string[], string[]] = [[], []];
  collectConsole(page, noise);
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(`${server.url}/console/${path}`);
  return {page, context, owner, noise, requested, main: page.locator('main')};
};

export const openContext = (browser: Browser, options: BrowserContextOptions = {}) =>
  browser.newContext({locale: 'en-GB', reducedMotion: 'reduce', ...options});

export const signIn = async (context: BrowserContext, {url}: TestServer, {cookie}: OwnerClient) => {
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{name, value, url, httpOnly: true, sameSite: 'Strict'}]);
};

interface NewLead {
  site?: string;
  name?: string;
  email?: string;
  /** Files to upload before the contact. */
  files?: {name: string; bytes: Uint8Array}[];
  messages?: string[];
}

let count = 0;

/** Makes a lead as a visitor does, over the API. */
export const makeLead = async (
  server: TestServer,
  {site, name = 'Anna Beispiel', email, files, messages = []}: NewLead = {},
): Promise<Visitor> => {
  await server.sql`delete from mail_counts`;
  const visitor = await Visitor.arrive(server.url, site);
  await retryWhileBusy(() => visitor.consent({personal_data: true}));
  for (const {name, bytes} of files ?? [{name: 'cv.pdf', bytes: makePdf()}])
    await retryWhileBusy(() => visitor.upload(bytes, {name}));
  await retryWhileBusy(() => visitor.contact(email ?? `visitor-${++count}@example.com`, name));
  for (const [index, body] of messages.entries())
    await retryWhileBusy(() =>
      visitor.call('POST', '/api/messages', {json: {client_id: `m${index}`, body}}),
    );
  return visitor;
};

/** Replaces the text of a field, as a person does. */
export const retype = async (field: Locator, text: string): Promise<void> => {
  await field.press('ControlOrMeta+a');
  await field.pressSequentially(text);
};

/** Presses Tab until the element with this name has the focus. */
export const tabTo = async (page: Page, name: string): Promise<void> => {
  for (let i = 0; i < 80; i++) {
    if ((await focusedName(page)).startsWith(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached "${name}"; the focus is on "${await focusedName(page)}".`);
};

/** Returns the name of the focused element. */
export const focusedName = (page: Page): Promise<string> => page.evaluate<string>(FOCUSED_NAME);

// Page scripts are strings, because the types of a page are not those of the server.
const FOCUSED_NAME = `(() => {
  const active = document.activeElement;
  const names = [active?.getAttribute('aria-label'), active?.labels?.[0]?.textContent, active?.textContent];
  return names.find((name) => name?.trim())?.trim() ?? '';
})()`;

/**
 * Returns the elements that make the page wider than the screen; empty if nothing has to be scrolled
 * sideways. A phone makes the window as wide as the page.
 */
export const findTooWide = (page: Page): Promise<string[]> => page.evaluate<string[]>(TOO_WIDE);

export const isTooWide = async (page: Page): Promise<boolean> =>
  (await findTooWide(page)).length > 0;

const TOO_WIDE = `(() => {
  const {scrollWidth, dir} = document.documentElement;
  const width = Math.min(innerWidth, screen.width);
  if (scrollWidth <= width) return [];
  const isOutside = (element) => {
    const {left, right} = element.getBoundingClientRect();
    return dir === 'rtl' ? left < -1 : right > width + 1;
  };
  const outside = [...document.querySelectorAll('body *')].filter(isOutside);
  return ['the page is ' + scrollWidth + ' px wide', ...outside.slice(-5).map(({outerHTML}) => outerHTML.slice(0, 200))];
})()`;

/** File that the console has saved. */
export interface SavedFile {
  name: string;
  text: string;
}

/**
 * Returns the file that the console saves after `press`. The driver of Firefox reports no download of
 * a file that the page has made, so the file itself is read there.
 */
export const saveFrom = async (page: Page, press: () => Promise<unknown>): Promise<SavedFile> => {
  const downloaded = page.waitForEvent('download').then(readDownload);
  const made = BROWSER === 'firefox' ? [page.evaluate<SavedFile>(NEXT_FILE)] : [];
  const [saved] = await Promise.all([Promise.race([downloaded, ...made]), press()]);
  return saved;
};

const readDownload = async (download: Download): Promise<SavedFile> => {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return {name: download.suggestedFilename(), text: Buffer.concat(chunks).toString()};
};

const NEXT_FILE = `new Promise((resolve) => {
  const create = URL.createObjectURL;
  URL.createObjectURL = (file) => {
    URL.createObjectURL = create;
    file.text().then((text) => resolve({name: file.name, text}));
    return create.call(URL, file);
  };
})`;
