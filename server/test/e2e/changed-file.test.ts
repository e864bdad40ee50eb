import {appendFile, rm, truncate, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {Visitor} from './browsers/visitor.js';
import {webkit} from './browsers/webkit.js';

/** The time of the last change, in seconds, when a file is chosen. */
const CHOSEN_AT = 1_700_000_000;

const CHANGES = {
  'grown.pdf': (file: string) => appendFile(file, '% saved again\n'),
  'shrunk within a second.pdf': async (file: string) => {
    await truncate(file, 10_000);
    await utimes(file, CHOSEN_AT, CHOSEN_AT + 0.5);
  },
  'deleted.pdf': (file: string) => rm(file),
};

for (const kind of [chromium, firefox, webkit]) {
  t.test(
    `files that change after they were chosen, in ${kind.name}`,
    {skip: kind.missing},
    async (t) => {
      const server = await startServer(t);
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

      for (const [name, change] of Object.entries(CHANGES)) {
        const file = path.join(server.dataDir, name);
        const countStored = async () => {
          const rows = await server.sql`select from file_uploads where state = 'stored'
          and file_name = ${name} and file_size = 50000`;
          return rows.length;
        };
        await writeFile(file, makePdf(40_000));
        await utimes(file, CHOSEN_AT, CHOSEN_AT);
        await visitor.choose([file]);
        await visitor.untilSaid('Ready to upload');

        await change(file);
        await visitor.press('Upload files');
        await visitor.untilSaid('This file was changed or moved. Please add it again.');

        await writeFile(file, makePdf(50_000));
        await visitor.press(`Remove ${name}`);
        await visitor.choose([file]);
        await visitor.untilSaid('Ready to upload');
        await visitor.press('Upload files');
        await until(async () => (await countStored()) === 1);
      }
      const stored = await server.sql`select from file_uploads where state = 'stored'`;
      t.equal(stored.length, Object.keys(CHANGES).length);
    },
  );
}
