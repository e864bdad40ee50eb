// `npm run size`: compares the sizes of downloads with their budgets. Fails if one is too large.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';

import {ROOT, buildIfStale} from './build.mjs';

/** 1 kB is 1000 bytes after gzip -9. */
const BUDGETS_KB = {
  loader: 3,
  hostPage: 2.5,
  firstOpen: 29,
  everything: 48,
  dialogs: 6,
  language: 3.5,
  dialogLanguage: 1,
  questions: 4.5,
  inputs: 4,
  questionLanguage: 0.75,
  live: 8,
  comingBack: 2.25,
  keep: 1,
  chime: 0.5,
  warnings: 1.5,
  debug: 4,
  consoleList: 35,
  console: 90,
};

buildIfStale();
const folder = path.join(ROOT, 'dist', 'widget');
const {files} = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
const sized = files.map(({name, role}) => ({name, role, kB: gzipKilobytes(name)}));
const owner = JSON.parse(readFileSync(path.join(folder, 'console', 'manifest.json'), 'utf8'));
/** Files of the console without the frame for PDFs, which is loaded when pages are shown. */
const consoleFiles = owner.files
  .filter(({role}) => role !== 'pages' && role !== 'pdfjs')
  .map(({name, role}) => ({name, role, kB: gzipKilobytes(`console/${name}`)}));

const largestLanguage = largestOf(hasRole('language'));
const largestDialogLanguage = largestOf(hasRole('dialog-language'));
const loader = sumOf(hasRole('loader'));
// A page loads one of two: the script tag's loader, or the imported element, which draws the button
// itself. The larger one counts.
const entryKb = Math.max(loader, sumOf(hasRole('module', 'launcher')));
const rows = [
  ['before opening: loader', loader, BUDGETS_KB.loader],
  ['before opening: protection from the page', sumOf(hasRole('host-page')), BUDGETS_KB.hostPage],
  [
    'first open: chat, largest language',
    sumOf(hasRole('chat')) + largestLanguage,
    BUDGETS_KB.firstOpen,
  ],
  [
    'everything, largest language',
    entryKb + sumOf(hasRole('host-page', 'chat', 'intake')) + largestLanguage,
    BUDGETS_KB.everything,
  ],
  [
    'dialogs, largest language',
    sumOf(hasRole('dialogs')) + largestDialogLanguage,
    BUDGETS_KB.dialogs,
  ],
  ['language, the largest', largestLanguage, BUDGETS_KB.language],
  ['texts of the dialogs, the largest language', largestDialogLanguage, BUDGETS_KB.dialogLanguage],
  ['questions of the site: checks', sumOf(hasRole('questions')), BUDGETS_KB.questions],
  ['questions of the site: inputs and labels', sumOf(hasRole('inputs')), BUDGETS_KB.inputs],
  [
    'texts of the questions, the largest language',
    largestOf(hasRole('question-language')),
    BUDGETS_KB.questionLanguage,
  ],
  // Loaded only when the visitor needs it.
  ['live conversation', sumOf(hasRole('messages')), BUDGETS_KB.live],
  ['coming back, several tabs', sumOf(hasRole('resume')), BUDGETS_KB.comingBack],
  ['saving and printing', sumOf(hasRole('export')), BUDGETS_KB.keep],
  ['sound', sumOf(hasRole('chime')), BUDGETS_KB.chime],
  // Loaded for developers: to check attributes, and to show the debug panel.
  ['warnings of attributes', sumOf(hasRole('attribute-warnings')), BUDGETS_KB.warnings],
  ['debug panel', sumOf(hasRole('debug-panel')), BUDGETS_KB.debug],
  [
    'console: usable list, largest language',
    sumOf(hasRole('console'), consoleFiles) + largestOf(isLanguage, consoleFiles),
    BUDGETS_KB.consoleList,
  ],
  [
    'console: all pages, largest language',
    sumOf((file) => !isLanguage(file), consoleFiles) + largestOf(isLanguage, consoleFiles),
    BUDGETS_KB.console,
  ],
];

for (const [what, kB, budgetKb] of rows) {
  const verdict = kB <= budgetKb ? 'ok' : 'TOO LARGE';
  console.log(
    `${what.padEnd(44)} ${kB.toFixed(2).padStart(6)} kB of ${String(budgetKb).padEnd(4)} ${verdict}`,
  );
}
if (rows.some(([, kB, budgetKb]) => !(kB <= budgetKb))) process.exitCode = 1;

function gzipKilobytes(name) {
  return gzipSync(readFileSync(path.join(folder, name)), {level: 9}).length / 1000;
}

function hasRole(...roles) {
  return ({role}) => roles.includes(role);
}

function isLanguage({role}) {
  return /^[a-z]{2}(-[a-z]{2})?$/.test(role);
}

function largestOf(matches, from = sized) {
  return Math.max(...from.filter(matches).map(({kB}) => kB));
}

function sumOf(matches, from = sized) {
  return from.filter(matches).reduce((sum, {kB}) => sum + kB, 0);
}
