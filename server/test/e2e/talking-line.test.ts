import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {FaultProxy} from '../fault-proxy.js';
import {nginxMissing, startNginx} from '../nginx.js';
import {makePdf} from '../pdf.js';
import type {TestServer} from '../start-server.js';
import {until} from '../until.js';
import {openBrowser, openDemo} from './browser.js';
import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {openChat, startChatServer} from './live-chat.js';

const sentBy = ({sql}: TestServer, uuid: string | null) => sql<{body: string; files: number}[]>`
  select body, (select count(*)::int from file_uploads f where f.message_id = m.id) as files
  from messages m where session_uuid = ${uuid} and role = 'visitor' order by id`;

t.test('a message without a connection is queued', async (t) => {
  const server = await startChatServer(t);
  const scan = path.join(server.dataDir, 'scan.pdf');
  await writeFile(scan, makePdf());

  for (const kind of [chromium, firefox]) {
    const {name, missing} = kind;
    await t.test(`in ${name}`, {skip: missing}, async (t) => {
      const proxy = await FaultProxy.start(t, server.url);
      const url = proxy.replaceHost(server.url);
      const browser = await kind.start(t);
      const {tab, visitor} = await openChat(browser, url);
      const uuid = await visitor.getStored('session_uuid');

      await t.test('it is sent automatically, once and in order, after a reload', async (t) => {
        await visitor.choose([scan]);
        await visitor.untilSaid('scan.pdf', 'Uploaded');
        await proxy.set('refuse');
        await visitor.write('First, with a file.');
        await visitor.write('Second.');
        await until(async () => (await visitor.lines('Not sent yet.')).length === 2);
        await tab.go('about:blank');
        await proxy.set('pass');
        await tab.go(url);
        await visitor.untilSaid('First, with a file.', 'scan.pdf', 'Second.');
        await until(async () => (await visitor.getStored('outgoing')) === null);

        await visitor.untilGone('Not sent yet.');
        t.same(await sentBy(server, uuid), [
          {body: 'First, with a file.', files: 1},
          {body: 'Second.', files: 0},
        ]);
        t.equal((await visitor.lines('Second.')).length, 1);
      });

      await t.test('it is sent when the visitor tries again', async (t) => {
        await proxy.set('refuse');
        await visitor.write('Third.');
        await visitor.write('Fourth.');
        await until(async () => (await visitor.lines('Not sent yet.')).length === 2);
        await proxy.set('pass');
        await visitor.press('Try again');
        await until(async () => (await visitor.getStored('outgoing')) === null);

        await visitor.untilGone('Not sent yet.');
        const bodies = (await sentBy(server, uuid)).map(({body}) => body);
        t.same(bodies.slice(2), ['Third.', 'Fourth.']);
        for (const body of bodies) t.equal((await visitor.lines(body)).length, 1, body);
      });

      t.same(
        browser.noise.filter((line) => line.startsWith('uncaught')),
        [],
      );
    });
  }
});

/** Runs in Chromium, which can emulate being offline. */
t.test(
  'the chat works behind a default proxy and after being offline',
  {skip: nginxMissing},
  async (t) => {
    const server = await startChatServer(t);
    const url = await startNginx(t, server.url);
    const {context, page, widget} = await openDemo(await openBrowser(t), url);
    const eventCalls: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/api/events'))
        eventCalls.push(request.headers()['accept'] ?? '*/*');
    });
    const field = widget.root.getByLabel('Write a message');
    const write = async (text: string) => {
      await field.fill(text);
      await field.press('Enter');
    };
    await widget.open();
    await widget.button('I agree').click();

    await t.test('a reply arrives in pieces', async (t) => {
      await write('Do you hear me?');
      const turn = await server.waitForTurn('Do you hear me?');
      turn.write('Word ');
      await widget.getByText('Word').waitFor();
      turn.write('by word.');
      await widget.getByText('Word by word.').waitFor();
      turn.end();
      await until(async () => (await widget.root.locator('.bubble [aria-hidden]').count()) === 0);
      t.equal(eventCalls.length, 1, 'one event stream was opened');
      t.notMatch(eventCalls[0], /json/, 'the stream was not requested as JSON');
    });

    await t.test('offline messages are marked as waiting, and sent later', async (t) => {
      await context.setOffline(true);
      await widget.getByText('You seem to be offline.').waitFor();
      await write('One, offline.');
      await write('Two, offline.');
      await widget.getByText('Not sent yet.').nth(1).waitFor();
      await context.setOffline(false);
      await widget.getByText('Not sent yet.').first().waitFor({state: 'detached'});
      await widget.getByText('You seem to be offline.').waitFor({state: 'detached'});
      await until(async () => (await widget.storage('outgoing')) === null);

      const sent = await sentBy(server, await widget.storage('session_uuid'));
      t.same(
        sent.map(({body}) => body),
        ['Do you hear me?', 'One, offline.', 'Two, offline.'],
      );
      for (const body of ['One, offline.', 'Two, offline.'])
        t.equal(await widget.root.locator('.bubble', {hasText: body}).count(), 1);
      const turn = await server.waitForTurn('One, offline.');
      turn.write('Back ');
      await widget.getByText('Back').waitFor();
      turn.write('again.');
      turn.end();
      await widget.getByText('Back again.').waitFor();
    });
  },
);
