import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {getConfirmationLink} from '../mailbox.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {Visitor} from './browsers/visitor.js';
import {webkit} from './browsers/webkit.js';

const FILES = ['Zeugnis 📜.pdf', 'تقرير.pdf'];

for (const kind of [chromium, firefox, webkit]) {
  const {name, missing} = kind;
  t.test(
    `the whole conversation works in ${name}, over a reload and in two tabs`,
    {skip: missing},
    async (t) => {
      const server = await startServer(t);
      const paths = FILES.map((file) => path.join(server.dataDir, file));
      for (const file of paths) await writeFile(file, makePdf(40_000));
      const browser = await kind.start(t);

      const tab = await browser.openTab();
      const visitor = new Visitor(tab);
      await tab.go(server.url);
      await visitor.press('Open chat');
      await visitor.press('Start');
      await visitor.answer('Your name', 'Noor');
      await visitor.untilSaid('May we store your name');
      await visitor.press('I agree');
      await visitor.untilSaid('to train our AI assistant');
      await visitor.press('I do not agree');
      await visitor.choose(paths);
      await visitor.press('Upload files');
      // Before all files are stored, the widget asks whether to leave the page.
      await visitor.untilGone('Ready to upload', 'Uploading');
      await tab.reload();
      await visitor.untilSaid(...FILES);
      await visitor.press('Done & continue');
      await visitor.answer('Your e-mail address', 'noor@example.com');
      await visitor.untilSaid('Please check your inbox', 'noor@example.com');

      const besideTab = await browser.openTab();
      const beside = new Visitor(besideTab);
      await besideTab.go(server.url);
      await beside.untilSaid('n•••@example.com');
      const uuid = await visitor.getStored('session_uuid');
      t.equal(await beside.getStored('session_uuid'), uuid, 'the tabs share one session');

      const mailTab = await browser.openTab();
      const reader = new Visitor(mailTab);
      await mailTab.go(getConfirmationLink(await server.mailbox.waitFor('noor@example.com')));
      await reader.press('Confirm');
      await reader.untilSaid('mail address is confirmed');
      await tab.show();
      await visitor.untilSaid('Thank you, Noor!', uuid ?? 'a reference');
      await besideTab.show();
      await beside.untilSaid('Thank you, Noor!');

      const [session] = await server.sql`
      select name, email, verified, consent_personal_data as stores, consent_ai_training as trains
      from user_sessions where uuid = ${uuid}`;
      t.same(session, {
        name: 'Noor',
        email: 'noor@example.com',
        verified: true,
        stores: true,
        trains: false,
      });
      const files = await server.sql`select file_name as name, state from file_uploads`;
      t.same(
        new Map(files.map((file) => [file['name'] as string, file['state'] as string])),
        new Map(FILES.map((file) => [file, 'stored'])),
      );
      t.same(browser.noise, [], 'the console stayed empty');
    },
  );
}
