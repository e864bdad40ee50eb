// Lists all test files, and determines which of them belong to `npm test`.
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';

import {ROOT} from './build.mjs';

export const KINDS = ['server', 'e2e', 'widget'];

/**
 * Files that belong only to `npm run test:all`, each with its needs. A file that is not listed
 * belongs to `npm test`, which has PostgreSQL and Chromium.
 */
const ONLY_IN_ALL = {
  'server/alerts': ['long'],
  'server/answer-agreement': ['long'],
  'server/answer-outputs': ['long'],
  'server/answers-faults': ['long'],
  'server/answers-limits': ['long'],
  'server/answers-openai': ['long'],
  'server/answers-replicas': ['long'],
  'server/answers-webhook': ['long'],
  'server/array-types': ['long'],
  'server/below-a-path': ['proxy'],
  'server/big-tables': ['long'],
  'server/cleanup-command': ['long'],
  'server/cleanup-runs': ['long'],
  'server/cleanup-safety-database': ['long', 's3'],
  'server/crash': ['crash', 's3'],
  'server/database-habits': ['long'],
  'server/deploy': ['deploy'],
  'server/doctor': ['long', 'scanner'],
  'server/doctor-storage': ['s3'],
  'server/documents': ['long'],
  'server/drain': ['s3'],
  'server/embedded': ['long'],
  'server/event-proxy': ['proxy'],
  'server/event-replicas': ['long'],
  'server/event-streams': ['long'],
  'server/export': ['long'],
  'server/failover': ['long'],
  'server/faults': ['long', 's3'],
  'server/faults-stopped': ['long', 's3'],
  'server/fuzz': ['long'],
  'server/mail-limits': ['long'],
  'server/mail-outage': ['long'],
  'server/mail-queue': ['long'],
  'server/model': ['long', 's3'],
  'server/nginx-refusals': ['proxy'],
  'server/object-store-clock': ['s3'],
  'server/object-store-deletions': ['s3'],
  'server/object-store-disk': ['long'],
  'server/object-store-s3': ['s3'],
  'server/openapi-lint': ['checkers'],
  'server/package': ['checkers'],
  'server/production': ['s3'],
  'server/races': ['long'],
  'server/reaper': ['long'],
  'server/refused-bodies': ['long'],
  'server/releases': ['long'],
  'server/rolling-restart': ['long', 's3'],
  'server/session-calls': ['long'],
  'server/session-life': ['long'],
  'server/set-back': ['long'],
  'server/start-refusals': ['long', 'pooler'],
  'server/sweep': ['long', 's3'],
  'server/sweep-odd-stores': ['long', 's3'],
  'server/terminal': ['long'],
  'server/topology': ['s3', 'proxy'],
  'server/typed-client': ['checkers'],
  'server/upload-refusals': ['long'],
  'server/virus-scan': ['scanner'],
  'e2e/any-page': ['long'],
  'e2e/below-a-path': ['proxy'],
  'e2e/broken-line': ['long'],
  'e2e/changed-file': ['firefox', 'webkit'],
  'e2e/coming-back': ['long'],
  'e2e/development-pages': ['long'],
  'e2e/every-browser': ['firefox', 'webkit'],
  'e2e/console-cross-site': ['long'],
  'e2e/console-documents': ['long'],
  'e2e/console-failures': ['long'],
  'e2e/console-hostile': ['long'],
  'e2e/console-keyboard': ['long'],
  'e2e/console-looks': ['long'],
  'e2e/console-weight': ['long'],
  'e2e/examples': ['long'],
  'e2e/frameworks': ['frameworks'],
  'e2e/language-file': ['long'],
  'e2e/layout-shift': ['long'],
  'e2e/leaks': ['long'],
  'e2e/manners': ['long'],
  'e2e/missing-parts': ['long'],
  'e2e/old-browsers': ['long'],
  'e2e/own-colours': ['long'],
  'e2e/page-libraries': ['pages'],
  'e2e/playground': ['long'],
  'e2e/playground-properties': ['long'],
  'e2e/playground-questions': ['long'],
  'e2e/questions-arabic': ['firefox', 's3'],
  'e2e/questions-keyboard': ['firefox', 's3'],
  'e2e/questions-path': ['firefox', 's3'],
  'e2e/questions-phone': ['firefox', 's3'],
  'e2e/rolling-upgrade': ['long', 's3', 'proxy'],
  'e2e/scoreboard': ['long'],
  'e2e/service-worker': ['long'],
  'e2e/slow-connection': ['long'],
  'e2e/talking-way': ['long'],
};

/** Files of `npm test` in which a few tests have more needs; `npm run test:all` runs those too. */
const MORE_IN_ALL = {
  'server/cleanup-leftovers': ['s3'],
  'server/cleanup-safety-store': ['s3'],
  'server/client-aborts': ['s3'],
  'server/connections': ['s3'],
  'server/races-uploads': ['s3'],
  'server/uploads': ['s3'],
  'e2e/talking-line': ['proxy'],
  'e2e/whole-way': ['s3'],
};

/** Files of `npm test` that need another program, and are left out where it is missing. */
const IF_THERE = {'e2e/console-firefox': ['firefox']};

/** Files of Chromium that `npm run test:all` also runs in Firefox. */
const ALSO_IN_FIREFOX = [
  'e2e/console-documents',
  'e2e/console-failures',
  'e2e/console-hostile',
  'e2e/console-list',
  'e2e/console-sign-in',
];

/** Names of the needs in the last line of `npm test`. */
export const NEEDS = {
  s3: 'S3 server',
  scanner: 'virus scanner',
  proxy: 'proxies',
  pooler: 'connection pooler',
  firefox: 'Firefox',
  webkit: 'WebKit',
  crash: 'crashes',
  deploy: 'deployment files',
  checkers: 'package checks',
  frameworks: 'framework examples',
  pages: 'page libraries',
  long: 'long tests',
};

/** @typedef {'core' | 'rest' | 'all'} Part `npm test`, the tests that it leaves out, or both. */

/** Returns the runs of a part: files with their needs, and with a browser for the widget. */
export function planPart(part, kinds = KINDS) {
  return allFiles()
    .filter(({kind}) => kinds.includes(kind))
    .flatMap((file) => runsOf(file, part));
}

/**
 * Returns the runs of the files with these names, `server/uploads` or `uploads`. The services that
 * only some of a file's tests need are optional in the part `core`.
 */
export function planNames(names, part, kinds = KINDS) {
  return names.flatMap((name) => {
    const found = allFiles().filter(
      (file) =>
        kinds.includes(file.kind) && (file.id === name || path.posix.basename(file.id) === name),
    );
    if (found.length === 0) throw new Error(`There is no test file ${name}. ${HINT}`);
    return found.flatMap((file) => {
      if (part !== 'core') return runsOf(file, part);
      if (file.kind === 'widget') return runsOf(file, 'core');
      return [
        {
          ...file,
          needs: ONLY_IN_ALL[file.id] ?? [],
          optional: MORE_IN_ALL[file.id] ?? IF_THERE[file.id],
        },
      ];
    });
  });
}

const HINT = 'Pass the name of a file in server/test, server/test/e2e or widget/test.';

function runsOf(file, part) {
  const runs = runsInFirstBrowser(file, part);
  if (part === 'core' || !ALSO_IN_FIREFOX.includes(file.id)) return runs;
  const title = `${file.id} in firefox`;
  return [...runs, {...file, title, needs: ['firefox'], env: {TEST_BROWSER: 'firefox'}}];
}

function runsInFirstBrowser(file, part) {
  if (file.kind === 'widget') {
    const chromium = {...file, browser: 'chromium', needs: []};
    const firefox = {...file, browser: 'firefox', needs: ['firefox']};
    return {core: [chromium], rest: [firefox], all: [chromium, firefox]}[part];
  }
  const only = ONLY_IN_ALL[file.id];
  const more = MORE_IN_ALL[file.id];
  if (part === 'core') return only ? [] : [{...file, needs: [], optional: IF_THERE[file.id]}];
  if (part === 'rest' && !only) {
    // `npm test` has already tested the store on disk.
    return more ? [{...file, needs: more, env: {TEST_STORES: 's3'}}] : [];
  }
  return [{...file, needs: only ?? more ?? IF_THERE[file.id] ?? []}];
}

/** Returns the names of the needs that `npm test` leaves out, for its last line. */
export function needsLeftOut() {
  const left = new Set(planPart('rest').flatMap(({needs}) => needs));
  return Object.keys(NEEDS)
    .filter((need) => left.has(need))
    .map((need) => NEEDS[need]);
}

function allFiles() {
  const known = [
    // Browser tests are first, because they are the longest: a long last file would run alone.
    ...filesIn('e2e', 'dist/server/test/e2e', '.test.js'),
    ...filesIn('server', 'dist/server/test', '.test.js'),
    ...filesIn('widget', 'widget/test', '.test.ts'),
  ];
  const listed = [
    ...Object.keys(ONLY_IN_ALL),
    ...Object.keys(MORE_IN_ALL),
    ...Object.keys(IF_THERE),
    ...ALSO_IN_FIREFOX,
  ];
  const missing = listed.filter((id) => !known.some((file) => file.id === id));
  if (missing.length > 0)
    throw new Error(
      `test-plan.mjs lists files that do not exist: ${missing.join(', ')}. Correct its lists.`,
    );
  return known;
}

function filesIn(kind, folder, ending) {
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder), {recursive: true})
    .filter((name) => name.endsWith(ending) && !/(^|\/)(node_modules|e2e)\//.test(name))
    .sort()
    .map((name) => ({
      kind,
      id: `${kind}/${name.slice(0, -ending.length)}`,
      file: path.join(folder, name),
    }));
}
