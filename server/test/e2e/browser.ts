import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

import {chromium} from 'playwright-core';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Download,
  FrameLocator,
  Locator,
  Page,
  Response,
} from 'playwright-core';
import root from 'tap';
import type {Test} from 'tap';

import {launchFirefox} from './firefox-launcher.js';

/** Browser in which a file runs. The test plan starts some files again in Firefox. */
export const BROWSER = process.env['TEST_BROWSER'] === 'firefox' ? 'firefox' : 'chromium';

const EXECUTABLE = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';

const QUIET = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/**
 * Pages with which the browser fills the list below its address bar. Two for each window need more
 * processor time than the page of a test.
 */
const UNUSED_FEATURES = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** Returns the argument that disables them. It replaces the list of Playwright, which is kept. */
const disableFeatures = (): string => {
  const bundle = createRequire(import.meta.url).resolve('playwright-core/lib/coreBundle');
  const [, list] = /disabledFeatures = \[([^\]]*)\]/.exec(readFileSync(bundle, 'utf8')) ?? [];
  const names = [...(list?.matchAll(/^\s*"(\w+)"/gm) ?? [])].map(([, name]) => name ?? '');
  if (names.length === 0) throw new Error(`${bundle} has no list of disabled features.`);
  return `--disable-features=${[...names, ...UNUSED_FEATURES].join(',')}`;
};

const running = new Map<string, Promise<Browser>>();

/** Returns the browser of this process. The windows that a test opens are closed at its end. */
export const openBrowser = async (
  t: Test,
  name: 'chromium' | 'firefox' = BROWSER,
): Promise<Browser> => {
  const browser = await (running.get(name) ?? launch(name));
  const earlier = new Set(browser.contexts());
  t.teardown(async () => {
    const own = browser.contexts().filter((context) => !earlier.has(context));
    for (const context of own) await context.close();
  });
  return browser;
};

const launch = (name: 'chromium' | 'firefox'): Promise<Browser> => {
  const launched =
    name === 'firefox'
      ? launchFirefox()
      : chromium.launch({executablePath: EXECUTABLE, args: [...QUIET, disableFeatures()]});
  running.set(name, launched);
  root.teardown(async () => (await launched).close());
  return launched;
};

export interface OpenPage {
  page: Page;
  context: BrowserContext;
  widget: Widget;
  /** Output of the page's console, and its uncaught errors. */
  noise: string[];
  response: Response;
}

export const openDemo = async (
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> => {
  const context = await browser.newContext({locale: 'en-GB', reducedMotion: 'reduce', ...options});
  const page = await context.newPage();
  const noise: string[] = [];
  collectConsole(page, noise);
  const response = await page.goto(url);
  if (!response) throw new Error(`The page is already at ${url}.`);
  return {page, context, widget: new Widget(page), noise, response};
};

/** Collects console output, which includes blocked stylesheets and scripts, and uncaught errors. */
export const collectConsole = (page: Page, noise: string[]): void => {
  page.on('console', (message) => noise.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => noise.push(`uncaught: ${error.message}`));
};

/** The widget as a visitor sees and operates it, by role and name. */
export class Widget {
  readonly root: Locator;

  constructor(
    private readonly page: Page,
    within: Page | FrameLocator = page,
  ) {
    this.root = within.locator('maria-chat');
  }

  button(name: string | RegExp): Locator {
    return this.root.getByRole('button', {name, exact: typeof name === 'string'});
  }

  /** Presses the link of a file, and again if the chat asks for a second press. */
  async untilDownloaded(press: () => Promise<unknown>): Promise<Download> {
    return this.untilOpened(this.page.waitForEvent('download'), press);
  }

  async untilOpened<T>(opened: Promise<T>, press: () => Promise<unknown>): Promise<T> {
    await press();
    await Promise.race([
      opened,
      this.getByText(/Ready\. Press again/)
        .waitFor()
        .then(press),
    ]);
    return opened;
  }

  /** Chooses an entry of the header's menu. */
  async chooseMenuEntry(name: string): Promise<void> {
    await this.button('More').click();
    await this.root.getByRole('dialog', {name: 'More'}).getByRole('button', {name}).click();
  }

  getByText(text: string | RegExp): Locator {
    return this.root.getByText(text);
  }

  async open(): Promise<void> {
    await this.button('Open chat').click();
    await this.root.getByRole('dialog').waitFor();
    await this.start();
  }

  /** Goes through the first door, if the visitor has the choice. */
  async start(): Promise<void> {
    await this.root.locator('.tray > *').first().waitFor();
    const door = this.root.locator('.doors button').first();
    if (await door.isVisible()) await door.click();
  }

  async submitName(name: string): Promise<void> {
    await this.root.getByLabel('Your name').fill(name);
    await this.button('Send').click();
  }

  /** Answers both consents, one after the other. */
  async answerConsents(storing: boolean, training: boolean): Promise<void> {
    await this.getByText(/May we store your name/).waitFor();
    await this.button(storing ? 'I agree' : 'I do not agree').click();
    if (!storing) return;
    await this.getByText(/to train our AI assistant/).waitFor();
    await this.button(training ? 'I agree' : 'I do not agree').click();
  }

  async addFiles(files: {name: string; buffer: Buffer}[]): Promise<void> {
    const chooser = this.root.locator('input[type=file]');
    await chooser.setInputFiles(files.map((file) => ({...file, mimeType: 'application/pdf'})));
  }

  async uploadAll(count: number): Promise<void> {
    await this.button('Upload files').click();
    await this.root
      .getByText('Uploaded', {exact: true})
      .nth(count - 1)
      .waitFor();
  }

  async submitEmail(email: string): Promise<void> {
    await this.root.getByLabel('Your e-mail address').fill(email);
    await this.button('Send').click();
    await this.getByText('Please check your inbox').waitFor();
  }

  storage(key: string): Promise<string | null> {
    const name = JSON.stringify(`maria-chat:demo:${key}`);
    return this.page.evaluate<string | null>(`localStorage.getItem(${name})`);
  }

  /** Returns everything in the page's local storage as JSON. */
  getLocalStorage(): Promise<string> {
    return this.page.evaluate<string>('JSON.stringify(localStorage)');
  }

  /** Returns the name of the focused element, inside the widget or outside. */
  getFocusedName(): Promise<string> {
    return this.page.evaluate<string>(FOCUSED_NAME);
  }
}

// Page scripts are strings, because the types of a page are not those of the server.
const FOCUSED_NAME = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const label = active?.labels?.[0]?.textContent;
  const names = [active?.getAttribute('aria-label'), label, active?.textContent];
  return names.find((name) => name?.trim())?.trim() ?? '';
})()`;
