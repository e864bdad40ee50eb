// `npm run docs`: writes the generated parts of the reference documents.
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {ROOT, buildIfStale} from './build.mjs';

/** Documents with generated parts. */
const DOCUMENTS = [
  'server/config/SETTINGS.md',
  'server/command/README.md',
  'server/API.md',
  'widget/REFERENCE.md',
  'examples/deploy/METRICS.md',
];
const PART = /(<!-- generated: (\w+) -->\n)[^]*?(<!-- \/generated -->)/g;

/** Returns each document with its text before and after its parts were generated. */
export async function generateDocuments() {
  // Imported here, because both need packages of the development environment.
  const prettier = await import('prettier');
  const {generateParts} = await import('./docs-parts.mjs');
  const parts = await generateParts();
  const generated = DOCUMENTS.map(async (file) => {
    const before = readFileSync(path.join(ROOT, file), 'utf8');
    const text = before.replace(PART, (_, start, name, end) => {
      if (parts[name] === undefined)
        throw new Error(
          `${file} has the part "${name}". Expected one of ${Object.keys(parts).join(', ')}. Correct its name.`,
        );
      return `${start}\n${parts[name]}\n\n${end}`;
    });
    const options = await prettier.resolveConfig(path.join(ROOT, file));
    return {file, before, after: await prettier.format(text, {...options, parser: 'markdown'})};
  });
  return Promise.all(generated);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  buildIfStale();
  for (const {file, before, after} of await generateDocuments()) {
    if (after !== before) writeFileSync(path.join(ROOT, file), after);
    console.log(`${file}: ${after === before ? 'up to date' : 'written'}`);
  }
}
