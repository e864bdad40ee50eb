// `npm run screenshots [look …] [journey …]`: takes a screenshot of every state of the widget in
// every look, or only of the named looks and journeys. It uses the real widget and the real server.
// Each look gets a folder and a contact sheet in screenshots/. `npm run screenshots console [look …]`
// takes those of the owner's console. `npm run screenshots -- --readme` takes the pictures of the
// README instead, into .github/. With the word console, it takes only those of the console.
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import {chromium} from 'playwright-core';

import {
  CONSOLE_LOOKS,
  CONSOLE_PICTURES,
  CONSOLE_PICTURE_LOOK,
} from '../../widget/gallery/console.mjs';
import {LOOKS} from '../../widget/gallery/looks.mjs';
import {serveHostPages} from '../../widget/gallery/page.mjs';
import {toPalettePng} from '../../widget/gallery/palette-png.mjs';
import {
  PICTURES,
  PICTURE_CLIP,
  PICTURE_LOOK,
  createSection,
} from '../../widget/gallery/pictures.mjs';
import {startResponder} from '../../widget/gallery/responder.mjs';
import {sheet} from '../../widget/gallery/sheet.mjs';
import {findBrowser} from './browser.mjs';
import {ROOT, buildIfStale} from './build.mjs';
import {startForTests} from './services.mjs';

const FOLDER = path.join(ROOT, 'screenshots');
/** Time for animations and the focus to settle before a picture. */
const SETTLE_MS = 1_000;
/** Time zone in which it is between 10 and 11 o'clock. */
const MORNING = findMorning(new Date().getUTCHours());
const QUIET = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'];

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => interrupted.abort());

const stops = [];
const errors = [];
try {
  buildIfStale();
  const names = process.argv.slice(2);
  if (names.includes('--readme')) {
    if (!names.includes('console')) await takePictures();
    await takeConsolePictures();
  } else if (names[0] === 'console') await takeConsole(names.slice(1));
  else await takeAll(names);
} catch (error) {
  errors.push(error);
  if (!interrupted.signal.aborted) console.error(error);
} finally {
  for (const stop of stops.reverse()) await stop();
}
if (errors.length > 0) process.exitCode = 1;

/** Returns the zone where it is 10 o'clock when it is that hour in UTC. */
function findMorning(utcHour) {
  const ahead = ((10 - utcHour + 36) % 24) - 12;
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** Returns the named entries of each list, or the whole list if none of its entries is named. */
function selectNamed(names, ...lists) {
  const known = lists.flat().map(({name}) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown)
    throw new Error(`There is no look or journey "${unknown}". Pass some of ${known.join(', ')}.`);
  return lists.map((list) => {
    const named = list.filter(({name}) => names.includes(name));
    return named.length > 0 ? named : list;
  });
}

async function takePictures() {
  const {browser, product, ...world} = await startWorld();
  const host = await serveHostPages(product.url, '192.0.2.1', createSection);
  stops.push(host.stop);
  const {context, visitor} = await createVisitor({
    browser,
    look: PICTURE_LOOK,
    host: host.url,
    ...world,
  });
  visitor.email = 'amira@example.com';
  await context.clock.setFixedTime(new Date().setHours(10, 24));
  for (const [name, reach] of PICTURES) {
    await reach(visitor);
    // A control under the pointer has another colour.
    await visitor.page.mouse.move(0, 0);
    await visitor.page.waitForTimeout(SETTLE_MS);
    await writePicture(name, await visitor.page.screenshot({clip: PICTURE_CLIP}));
  }
  await context.close();
}

async function writePicture(name, picture) {
  const file = path.join(ROOT, '.github', `${name}.png`);
  await writeFile(file, toPalettePng(picture));
  console.log(path.relative(ROOT, file));
}

async function takeConsolePictures() {
  const {browser, world, states, StatePages} = await startConsole();
  const pages = new StatePages(browser, world, {...CONSOLE_PICTURE_LOOK, timezoneId: MORNING});
  for (const [name, state] of Object.entries(CONSOLE_PICTURES)) {
    const page = await pages.reach(states.find((one) => one.name === state));
    await page.mouse.move(0, 0);
    await page.evaluate('scrollTo(0, 0)');
    await page.waitForTimeout(SETTLE_MS);
    await writePicture(name, await page.screenshot());
  }
  await pages.close();
}

/** Starts a server with the data of the console's tests, which keeps them in a new database. */
async function startConsole() {
  // The library of the tests would end this process after its usual time for a file.
  process.env.TAP_TIMEOUT = '0';
  Object.assign(process.env, await startForTests([{kind: 'e2e', needs: []}], stops));
  const folder = '../../dist/server/test';
  const {startServer} = await import(`${folder}/start-server.js`);
  const {createWorld} = await import(`${folder}/e2e/console-world.js`);
  const {CONSOLE_STATES: states, StatePages} = await import(`${folder}/e2e/console-states.js`);
  const server = await startServer({teardown: (stop) => stops.push(stop)});
  const world = await createWorld(server);
  const browser = await chromium.launch({executablePath: await findBrowser(), args: QUIET});
  stops.push(() => browser.close());
  return {browser, world, states, StatePages};
}

async function takeConsole(names) {
  const [looks] = selectNamed(names, CONSOLE_LOOKS);
  const {browser, world, states, StatePages} = await startConsole();
  for (const look of looks) {
    const {name, ...options} = look;
    const folder = path.join(FOLDER, name);
    await rm(folder, {recursive: true, force: true});
    await mkdir(folder, {recursive: true});
    const pages = new StatePages(browser, world, {...options, timezoneId: MORNING});
    const pictures = [];
    for (const state of states) {
      interrupted.signal.throwIfAborted();
      const page = await pages.reach(state);
      const file = `${name}/${state.name}.png`;
      await page.screenshot({path: path.join(FOLDER, file), animations: 'disabled'});
      pictures.push({name: state.name, file});
    }
    await pages.close();
    await writeSheet(browser, look, pictures);
    console.log(`${name}: ${pictures.length} pictures`);
  }
}

async function startWorld() {
  const {startMailbox} = await import('../../dist/server/test/mailbox.js');
  const responder = await startResponder();
  stops.push(responder.stop);
  const mailbox = await startMailbox({teardown: (stop) => stops.push(stop)});
  const product = await startProduct(mailbox, responder);
  const browser = await chromium.launch({executablePath: await findBrowser(), args: QUIET});
  stops.push(() => browser.close());
  return {responder, mailbox, product, browser};
}

async function takeAll(names) {
  const {JOURNEYS} = await import('../../widget/gallery/states.mjs');
  const [looks, journeys] = selectNamed(names, LOOKS, JOURNEYS);
  const {browser, product, ...world} = await startWorld();
  for (const [number, look] of looks.entries()) {
    const host = await serveHostPages(product.url, `192.0.2.${number + 1}`);
    stops.push(host.stop);
    const folder = path.join(FOLDER, look.name);
    await rm(folder, {recursive: true, force: true});
    await mkdir(folder, {recursive: true});
    const pictures = [];
    for (const journey of journeys) {
      interrupted.signal.throwIfAborted();
      pictures.push(...(await take(journey, {browser, look, host: host.url, ...world})));
    }
    await writeSheet(browser, look, pictures);
    console.log(`${look.name}: ${pictures.length} pictures`);
  }
}

async function startProduct(mailbox, responder) {
  const {startProduct: start} = await import('../../dist/server/bench/process-cost.js');
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-screenshots-'));
  stops.push(() => rm(folder, {recursive: true, force: true}));
  const env = {
    ...{DATA_DIR: folder, SMTP_URL: mailbox.url, TRUST_PROXY: '127.0.0.1'},
    ...responder.env,
  };
  const product = await start(env);
  stops.push(product.stop);
  return product;
}

async function createVisitor({browser, look, ...world}) {
  const {Visitor} = await import('../../widget/gallery/visitor.mjs');
  const {
    viewport,
    deviceScaleFactor,
    isMobile,
    colorScheme = 'light',
    forcedColors = 'none',
  } = look;
  const context = await browser.newContext({
    ...{viewport, deviceScaleFactor, isMobile, colorScheme, forcedColors},
    hasTouch: isMobile,
    reducedMotion: 'reduce',
    locale: look.lang ?? 'en-GB',
    permissions: ['clipboard-write'],
  });
  return {context, visitor: new Visitor(context, {look, ...world})};
}

async function take({name: journey, states}, {look, ...world}) {
  const {context, visitor} = await createVisitor({look, ...world});
  const pictures = [];
  try {
    for (const [state, reach] of states) {
      const name = `${journey}-${state}`;
      await reach(visitor).catch((error) => {
        throw new Error(`${look.name}: ${name} was not reached: ${error.message}`);
      });
      const file = `${look.name}/${name}.png`;
      await visitor.page.screenshot({path: path.join(FOLDER, file)});
      pictures.push({name, file});
    }
  } catch (error) {
    errors.push(error);
    console.error(error.message);
  } finally {
    await context.close();
  }
  return pictures;
}

async function writeSheet(browser, look, pictures) {
  const file = path.join(FOLDER, `${look.name}.html`);
  await writeFile(file, sheet(look, pictures));
  const page = await browser.newPage({viewport: {width: 1400, height: 900}});
  await page.goto(`file://${file}`);
  await page.screenshot({path: path.join(FOLDER, `${look.name}.png`), fullPage: true});
  await page.close();
}
