import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {makePdf} from '../pdf.js';
import type {TestServer} from '../start-server.js';
import {until} from '../until.js';
import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {openChat, openChatInNewTab, createCaller, startChatServer} from './live-chat.js';

const getFile = async ({sql}: TestServer, uuid: string) => {
  const [file] = await sql`
    select download_count as count, is_deleted as deleted from file_uploads
    where session_uuid = ${uuid} and file_name = 'proof.pdf'`;
  return file;
};

t.test('two tabs share one conversation', async (t) => {
  const server = await startChatServer(t);
  const {live, url} = server;
  const proof = path.join(server.dataDir, 'proof.pdf');
  await writeFile(proof, makePdf());

  for (const kind of [chromium, firefox]) {
    const {name, missing} = kind;
    await t.test(`in ${name}`, {skip: missing}, async (t) => {
      const browser = await kind.start(t);
      const first = await openChat(browser, url);
      const second = await openChatInNewTab(browser, url);
      const caller = await createCaller(first, url);
      const both = [first, second].map(({visitor}) => visitor);
      const answer = async (asked: string, ...pieces: string[]) => {
        const turn = await server.waitForTurn(asked);
        for (const piece of pieces) turn.write(piece);
        turn.end();
      };

      await t.test('a question and its reply appear in both tabs', async (t) => {
        await second.visitor.untilSaid('What is your question?');
        await first.visitor.write(`Do both hear (${name})?`);
        const turn = await server.waitForTurn(`Do both hear (${name})?`);
        turn.write('Both hear ');
        for (const visitor of both) await visitor.untilSaid('Both hear');
        turn.write('it.');
        turn.end();
        for (const visitor of both) {
          await visitor.untilSaid('Both hear it.');
          t.equal((await visitor.lines('Do both hear')).length, 1);
          t.equal((await visitor.lines('Both hear it.')).length, 1);
        }
        t.equal(live.countSubscribers(caller.uuid), 1, 'only one tab has an event stream');
      });

      await t.test('an attached file can be downloaded and deleted in both tabs', async (t) => {
        await first.tab.show();
        await first.visitor.choose([proof]);
        await first.visitor.untilSaid('proof.pdf', 'Uploaded');
        await first.visitor.write(`Here it is (${name}).`);
        await answer(`Here it is (${name}).`, 'I have it.');
        for (const visitor of both) await visitor.untilSaid('proof.pdf', 'I have it.');

        await first.visitor.press('proof.pdf');
        await until(async () => (await getFile(server, caller.uuid))?.['count'] === 1);
        await first.tab.show();
        await first.visitor.press('Remove proof.pdf');
        for (const visitor of both) await visitor.untilGone('proof.pdf');
        t.equal((await getFile(server, caller.uuid))?.['deleted'], true);
        t.equal((await second.visitor.lines('Here it is')).length, 1, 'the message stays');
      });

      await t.test('uploads and deletions of another tab appear in both', async () => {
        await first.visitor.press('Continue');
        for (const chatTab of [first, second]) {
          await chatTab.tab.show();
          await chatTab.visitor.untilSaid('Please add your documents.');
        }
        const {body} = await caller.upload(makePdf(), {name: 'elsewhere.pdf'});
        for (const chatTab of [first, second]) {
          await chatTab.tab.show();
          await chatTab.visitor.untilSaid('elsewhere.pdf');
        }
        await caller.call('DELETE', `/api/files/${body.file.id}`);
        for (const chatTab of [first, second]) {
          await chatTab.tab.show();
          await chatTab.visitor.untilGone('elsewhere.pdf');
        }
      });

      await t.test('one tab continues to receive events when the other closes', async (t) => {
        await first.tab.close();
        await second.tab.show();
        await second.visitor.write(`Still there (${name})?`);
        await answer(`Still there (${name})?`, 'Still ', 'here.');
        await second.visitor.untilSaid('Still here.');
        t.equal((await second.visitor.lines('Still here.')).length, 1);
        await until(() => live.countSubscribers(caller.uuid) === 1);
      });

      t.same(browser.noise, [], 'the console stayed empty');
    });
  }
});
