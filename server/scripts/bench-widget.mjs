// `npm run bench:widget [rounds]`: compares Maria Chat with other widgets, each on the same empty
// page in the same slowed browser. Exit code 1 if Maria Chat is behind in a row, 2 if the
// argument is not a number of rounds.
import {mkdtemp, rm} from 'node:fs/promises';
import {cpus, tmpdir} from 'node:os';
import path from 'node:path';

import {chromium} from 'playwright-core';

import {asTable, judge} from '../../widget/bench/rows.mjs';
import {servePages} from '../../widget/bench/serve.mjs';
import {PHONE_LINE, hurriedVisit, visit} from '../../widget/bench/visit.mjs';
import {WIDGETS} from '../../widget/bench/widgets.mjs';
import {findBrowser} from './browser.mjs';
import {buildIfStale} from './build.mjs';
import {installManifest} from './manifests.mjs';

const [ROUNDS = '5'] = process.argv.slice(2);
const QUIET = [
  ...['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
  // Requests to other hosts, such as for fonts, fail at once.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
];

if (!/^[1-9]\d*$/.test(ROUNDS)) {
  console.error(
    `"${ROUNDS}" is not a number of rounds. Pass a whole number from 1, or nothing for 5.`,
  );
  process.exit(2);
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => interrupted.abort());

const stops = [];
try {
  installManifest('widget/bench/rivals');
  buildIfStale();
  const rows = await compare();
  if (rows.some(({verdict}) => verdict === 'behind')) process.exitCode = 1;
} catch (error) {
  if (!interrupted.signal.aborted) console.error(error);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}

async function compare() {
  const product = await startProduct();
  const server = await servePages(WIDGETS, product.url);
  stops.push(server.stop);
  const browser = await chromium.launch({executablePath: await findBrowser(), args: QUIET});
  stops.push(() => browser.close());
  const visits = WIDGETS.map(() => []);
  for (let round = 1; round <= Number(ROUNDS); round++) {
    for (const [i, widget] of WIDGETS.entries()) {
      interrupted.signal.throwIfAborted();
      const url = `${server.url}/page/${i}`;
      const hurriedMs = await hurriedVisit(browser, url, widget);
      const farMs = await hurriedVisit(browser, url, widget, PHONE_LINE);
      visits[i].push({...(await visit(browser, url, widget)), hurriedMs, farMs});
    }
    console.log(`round ${round} of ${ROUNDS}`);
  }
  const rows = judge(visits);
  print(rows, visits);
  return rows;
}

/** Starts the server like `npm start`, with limits that one client does not reach. */
async function startProduct() {
  const {startProduct: start} = await import('../../dist/server/bench/process-cost.js');
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-bench-'));
  stops.push(() => rm(folder, {recursive: true, force: true}));
  const product = await start({DATA_DIR: folder});
  stops.push(product.stop);
  return product;
}

function print(rows, visits) {
  const {model} = cpus()[0];
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${model}, slowed 4 times, ` +
      `gzip, empty cache, median of ${ROUNDS}\n`,
  );
  console.log(
    asTable(
      WIDGETS.map(({name}) => name),
      rows,
    ),
  );
  for (const [i, {name}] of WIDGETS.entries()) {
    const foreign = [...new Set(visits[i].flatMap((visited) => visited.foreign))];
    if (foreign.length > 0)
      console.log(`${name} also sent requests to ${foreign.join(', ')}, which are not counted.`);
  }
  for (const verdict of ['ahead', 'level', 'behind']) {
    const own = rows.filter((row) => row.verdict === verdict).map(({what}) => what);
    console.log(`\n${verdict} in ${own.length}${own.length > 0 ? `: ${own.join('; ')}` : ''}`);
  }
}
