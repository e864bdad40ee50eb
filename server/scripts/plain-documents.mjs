// `node server/scripts/plain-documents.mjs [FILE …]`: checks the language of all documents, or of
// the named ones. Prints each problem with its line. Exit code: 1 if there is one.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';

import {ROOT} from './build.mjs';
import {findProblems} from './plain-language.mjs';

const named = process.argv.slice(2);
const files = named.length > 0 ? named : listDocuments();
const lines = files.flatMap((file) =>
  findProblems(readFileSync(path.join(ROOT, file), 'utf8')).map(
    ({line, problem, sentence}) => `${file}:${line} ${problem}: ${sentence.slice(0, 100)}`,
  ),
);
for (const line of lines) console.log(line);
if (lines.length > 0) process.exitCode = 1;

function listDocuments() {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed.trim().split('\n');
}
