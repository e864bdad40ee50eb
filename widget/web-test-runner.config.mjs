import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import {chromeLauncher} from '@web/test-runner-chrome';

import {Backend} from './test/backend.mjs';
import {firefoxLauncher} from './test/firefox.mjs';
import {pageFor} from './test/pages.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONCURRENCY = 2;
/** Many times what a test or a file needs, for machines that do much else. */
const TEST_MS = 120_000;
const FILE_MS = 300_000;

const backend = new Backend();

/** The addresses under which the real backend serves the bundle. */
const bundleFile = (pathname) => {
  if (pathname === '/maria-chat.js' || pathname === '/v1/maria-chat.js') return '/maria-chat.js';
  return /^\/widget(?:\/again)?(\/[\w-]+-[\w-]{8}\.js)$/.exec(pathname)?.[1];
};

const serve = async (context, next) => {
  const file = bundleFile(context.path);
  const page = pageFor(context.path, context.query);
  if (page) {
    context.set(page.headers);
    context.type = 'text/html';
    context.body = page.html;
  } else if (file && existsSync(`${ROOT}dist/widget${file}`)) {
    context.type = 'text/javascript';
    context.body = readFileSync(`${ROOT}dist/widget${file}`);
  } else if (/^\/(examples\/themes\/\w+\.css|widget\/REFERENCE\.md)$/.test(context.path)) {
    context.type = context.path.endsWith('.css') ? 'text/css' : 'text/plain';
    context.body = readFileSync(`${ROOT}${context.path.slice(1)}`);
  } else if (/^\/(api|test)\//.test(context.path)) {
    context.respond = false;
    await backend.handle(context.req, context.res);
  } else {
    await next();
  }
};

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  // Pages with which the browser fills the list below its address bar. Two for each window need more
  // processor time than the page of a test.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

const launchers = {
  chromium: ({CHROME_PATH: executablePath}) =>
    chromeLauncher({
      // A window for each file: tabs behind another one have no animation frames and no focus.
      createPage: async ({browser}) => (await browser.createBrowserContext()).newPage(),
      launchOptions: {executablePath, args: CHROMIUM_ARGS},
    }),
  firefox: ({FIREFOX_PATH: executablePath}) => firefoxLauncher(executablePath, CONCURRENCY),
};

/** The test runner's settings for one of these browsers, whose program the environment names. */
export const widgetTestConfig = (browser, env) => ({
  // The bundles of the tests are one folder below, as the widget's own files are on a server.
  rootDir: `${ROOT}dist`,
  middleware: [serve],
  concurrency: CONCURRENCY,
  browsers: [launchers[browser](env)],
  testFramework: {config: {timeout: TEST_MS}},
  browserStartTimeout: TEST_MS,
  testsStartTimeout: TEST_MS,
  testsFinishTimeout: FILE_MS,
});
