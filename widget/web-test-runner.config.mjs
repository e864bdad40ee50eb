import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import {esbuildPlugin} from '@web/dev-server-esbuild';
import {chromeLauncher} from '@web/test-runner-chrome';

import {Backend} from './test/backend.mjs';
import {firefoxLauncher} from './test/firefox.mjs';
import {pageFor} from './test/pages.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHROMES = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'];

// The loader is tested as it ships, so the bundle has to be that of these sources.
const build = spawnSync('npx', ['rollup', '-c', '--silent'], {cwd: ROOT, stdio: 'inherit'});
if (build.status !== 0) throw new Error('The widget could not be built.');

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
  } else if (/^\/(api|test)\//.test(context.path)) {
    context.respond = false;
    await backend.handle(context.req, context.res);
  } else {
    await next();
  }
};

const chromium = chromeLauncher({
  // A window for each file: tabs behind another one have no animation frames and no focus.
  createPage: async ({browser}) => (await browser.createBrowserContext()).newPage(),
  launchOptions: {
    executablePath: CHROMES.find((path) => path && existsSync(path)),
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
    ],
  },
});

// Whoever runs a single file by hand is quicker with one browser; the test command names both.
const firefox = process.env.FIREFOX_PATH;

export default {
  rootDir: ROOT,
  files: ['widget/test/*.test.ts'],
  nodeResolve: {exportConditions: ['production', 'default']},
  plugins: [esbuildPlugin({ts: true, target: 'es2022', tsconfig: `${ROOT}widget/tsconfig.json`})],
  middleware: [serve],
  concurrency: 2,
  browsers: [chromium, ...(firefox ? [firefoxLauncher(firefox, 2)] : [])],
  testFramework: {config: {timeout: 10_000}},
};
