import {appendFile, rm, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {Visitor} from './browsers/visitor.js';
import {webkit} from './browsers/webkit.js';

const CHANGES = {
  'grew after it was chosen': (file: string) => appendFile(file, '% saved again\n'),
  'shrank after it was chosen': (file: string) => truncate(file, 10_000),
  'was deleted after it was chosen': (file: string) => rm(file),
};

for (const kind of [chromium, firefox, webkit]) {
  for (const [what, change] of Object.entries(CHANGES)) {
    t.test(`a file that ${what}, in ${kind.name}`, {skip: kind.missing}, async (t) => {
      const server = await startServer(t);
      const file = path.join(server.dataDir, 'form.pdf');
      await writeFile(file, makePdf(40_000));
      const browser = await kind.start(t);
      const tab = await browser.openTab();
      const visitor = new Visitor(tab);
      await tab.go(server.url);
      await visitor.press('Open chat');
      await visitor.press('Start');
      await visitor.answer('Your name', 'Noor');
      await visitor.press('I agree');
      await visitor.untilSaid('to train our AI assistant');
      await visitor.press('I agree');
      await visitor.choose([file]);
      await visitor.untilSaid('Ready to upload');

      await change(file);
      await visitor.press('Upload files');
      await visitor.untilSaid('This file was changed or moved. Please add it again.');

      await writeFile(file, makePdf(50_000));
      await visitor.press('Remove form.pdf');
      await visitor.choose([file]);
      await visitor.untilSaid('Ready to upload');
      await visitor.press('Upload files');
      await visitor.untilSaid('Uploaded');
      const [stored] = await server.sql`select file_size::int as size from file_uploads
        where state = 'stored'`;
      t.equal(stored?.['size'], 50_000);
    });
  }
}
