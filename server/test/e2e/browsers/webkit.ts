import {spawn} from 'node:child_process';
import type {ChildProcess, StdioOptions} from 'node:child_process';
import {once} from 'node:events';
import type {Readable} from 'node:stream';

import type {Test} from 'tap';

import {freePort} from '../../free-port.js';
import {until} from '../../until.js';
import type {BrowserKind, Tab} from './tab.js';
import {WebDriver} from './web-driver.js';

/** WebKitGTK on a virtual screen. */
export const webkit: BrowserKind = {
  name: 'WebKit',
  missing: process.env['TEST_WEBKIT_MISSING'] ?? false,
  start: async (t) => {
    const display = await startScreen(t);
    const url = await startDriver(t, display);
    const driver = await WebDriver.start(url);
    t.teardown(() => driver.quit());
    let isFirst = true;
    const openTab = async () => {
      const handle = isFirst ? await driver.firstTab() : await driver.newTab();
      isFirst = false;
      return createTab(driver, handle);
    };
    return {openTab, noise: []};
  },
};

const createTab = (driver: WebDriver, handle: string): Tab => {
  const at = async () => {
    await driver.switchTo(handle);
    return driver;
  };
  return {
    go: async (url) => (await at()).go(url),
    reload: async () => (await at()).reload(),
    show: () => driver.switchTo(handle),
    read: async <T>(expression: string) => (await at()).read<T>(expression),
    click: async (element) => (await at()).click(element),
    type: async (element, text) => (await at()).send(element, text),
    choose: async (element, paths) => (await at()).send(element, paths.join('\n')),
    close: async () => (await at()).closeTab(),
  };
};

const startScreen = async (t: Test): Promise<string> => {
  const args = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
  const screen = run(t, 'Xvfb', args, {stdio: ['ignore', 'ignore', 'ignore', 'pipe']});
  const [number] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
  return `:${number.toString().trim()}`;
};

const startDriver = async (t: Test, display: string): Promise<string> => {
  const port = await freePort();
  const env = {...process.env, DISPLAY: display, LIBGL_ALWAYS_SOFTWARE: '1'};
  run(t, 'WebKitWebDriver', [`--port=${port}`], {env, stdio: 'ignore'});
  const url = `http://127.0.0.1:${port}`;
  const answers = () => fetch(`${url}/status`).then(({ok}) => ok);
  await until(() => answers().catch(() => false));
  return url;
};

interface RunOptions {
  env?: NodeJS.ProcessEnv;
  stdio: StdioOptions;
}

const run = (t: Test, program: string, args: string[], options: RunOptions): ChildProcess => {
  const child = spawn(program, args, options);
  t.teardown(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return child;
};
