import {ChromeLauncher, puppeteerCore} from '@web/test-runner-chrome';

const PREFERENCES = {'ui.prefersReducedMotion': 1};

/**
 * Runs component tests in the Firefox of that path. What Chromium is told while it runs, a Firefox
 * is told when it starts: its tests are those of a visitor who wants no motion.
 */
export const firefoxLauncher = (executablePath, concurrency) =>
  new FirefoxLauncher({browser: 'firefox', executablePath, headless: true}, concurrency);

class FirefoxLauncher extends ChromeLauncher {
  #running = [];

  constructor(launchOptions, concurrency) {
    super(
      launchOptions,
      async () => undefined,
      () => this.#openPage(),
      puppeteerCore,
      concurrency,
    );
  }

  // Pages are made by #openPage, each in a Firefox of its own.
  async getOrStartBrowser() {
    return {};
  }

  async stop() {
    await Promise.all(this.#running.map((browser) => browser.close()));
  }

  /** Tests that run side by side would take the focus from each other in one Firefox. */
  async #openPage() {
    const browser = await this.launchBrowser({extraPrefsFirefox: PREFERENCES});
    this.#running.push(browser);
    const page = await browser.newPage();
    page.emulateMediaFeatures = async (features) => refuseOthers(features);
    return page;
  }
}

function refuseOthers(features) {
  const isAsStarted = ({name, value}) => name === 'prefers-reduced-motion' && value === 'reduce';
  const other = features.find((feature) => !isAsStarted(feature));
  if (other) throw new Error(`This Firefox was not started with ${other.name}: ${other.value}.`);
}
