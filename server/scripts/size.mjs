// `npm run size`: what visitors download, against what they may have to. Fails above it.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';

import {ROOT, buildIfStale} from './build.mjs';

/** 1 kB is 1000 bytes after gzip -9. */
const BUDGETS_KB = {
  loader: 3,
  firstOpen: 25,
  everything: 40,
  dialogs: 5.1,
  language: 2.5,
  live: 7.5,
  comingBack: 1.2,
  keep: 1,
  chime: 0.5,
  warnings: 1.5,
  debug: 4,
};

buildIfStale();
const folder = path.join(ROOT, 'dist', 'widget');
const {files} = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
const sized = files.map(({name, role}) => ({name, role, kB: gzipKilobytes(name)}));

const languages = sized.filter(({role}) => role === 'language');
const largestLanguage = Math.max(...languages.map(({kB}) => kB));
const dialogLanguages = sized.filter(hasRole('dialog-language'));
const largestDialogLanguage = Math.max(...dialogLanguages.map(({kB}) => kB));
const loader = sumOf(hasRole('loader'));
// Two ways in, of which a visitor takes one: the script tag brings its loader, and a page that
// imports the element has it draw the button by itself. The larger one counts.
const wayIn = Math.max(loader, sumOf(hasRole('module', 'launcher')));
const rows = [
  ['before opening: loader', loader, BUDGETS_KB.loader],
  [
    'first open: chat, largest language',
    sumOf(hasRole('chat')) + largestLanguage,
    BUDGETS_KB.firstOpen,
  ],
  [
    'everything, largest language',
    wayIn + sumOf(hasRole('chat', 'part')) + largestLanguage,
    BUDGETS_KB.everything,
  ],
  [
    'dialogs, largest language',
    sumOf(hasRole('dialogs')) + largestDialogLanguage,
    BUDGETS_KB.dialogs,
  ],
  ...languages.map(({name, kB}) => [
    `language ${name}, both files`,
    kB + twinOf(name).kB,
    BUDGETS_KB.language,
  ]),
  // Fetched for who has asked for it.
  ['live conversation', sumOf(hasRole('live')), BUDGETS_KB.live],
  ['coming back', sumOf(hasRole('coming back')), BUDGETS_KB.comingBack],
  ['saving and printing', sumOf(hasRole('keep')), BUDGETS_KB.keep],
  ['sound', sumOf(hasRole('chime')), BUDGETS_KB.chime],
  // Fetched for developers: where attributes are to be checked, and who asks for the panel.
  ['warnings of attributes', sumOf(hasRole('warnings')), BUDGETS_KB.warnings],
  ['debug panel', sumOf(hasRole('debug')), BUDGETS_KB.debug],
];

for (const [what, kB, budgetKb] of rows) {
  const verdict = kB <= budgetKb ? 'ok' : 'TOO LARGE';
  console.log(
    `${what.padEnd(40)} ${kB.toFixed(2).padStart(6)} kB of ${String(budgetKb).padEnd(4)} ${verdict}`,
  );
}
if (rows.some(([, kB, budgetKb]) => !(kB <= budgetKb))) process.exitCode = 1;

function gzipKilobytes(name) {
  return gzipSync(readFileSync(path.join(folder, name)), {level: 9}).length / 1000;
}

function hasRole(...roles) {
  return ({role}) => roles.includes(role);
}

/** The same language's words for the dialogs. */
function twinOf(name) {
  const tag = name.slice(0, -'-12345678.js'.length);
  return dialogLanguages.find((one) => one.name.startsWith(`${tag}-`));
}

function sumOf(matches) {
  return sized.filter(matches).reduce((sum, {kB}) => sum + kB, 0);
}
