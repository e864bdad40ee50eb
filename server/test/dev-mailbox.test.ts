import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {get} from 'node:http';
import type {IncomingMessage} from 'node:http';
import path from 'node:path';

import t from 'tap';

import {DevMailbox} from '../mail/dev-mailbox.js';
import {startServer, temporaryFolder} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

void t.test('the mailbox for development', async (t) => {
  const folder = await temporaryFolder(t);
  const mailbox = await DevMailbox.start(folder);
  t.teardown(() => mailbox.stop());
  const server = await startServer(t, {deps: {mailbox, smtpUrl: mailbox.smtpUrl}});
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('caught@example.com');
  await until(async () => (await mailbox.list()).length === 1);

  await t.test('shows the sent e-mails to the person at this machine', async (t) => {
    const page = await request(server.url, 'GET', '/dev/mail');
    t.equal(page.status, 200);
    t.match(page.body['text'], /caught@example\.com/);
    t.match(page.body['text'], /<title>Development mailbox – Maria Chat<\/title>/);
    t.notMatch(page.body['text'], /These are the newest/);
    const {body} = await request<unknown[]>(server.url, 'GET', '/dev/mail.json');
    t.match(body, [{to: ['caught@example.com'], text: /\/verify\//}]);
    const [mail] = await mailbox.list();
    const apiResponse = await request(server.url, 'GET', `/dev/mail/${mail?.id ?? ''}`);
    t.match(apiResponse.body['text'], /<a href="http:[^"]+\/verify\//);
    t.notMatch(apiResponse.body['text'], /<script/);
    t.match(apiResponse.headers.get('content-security-policy'), /default-src 'none'/);
    t.match(apiResponse.body['text'], /<a[^>]+href="\/">Demo page/, 'a link to the demo page');
  });

  await t.test('shows an e-mail in a frame without scripts, and its source', async (t) => {
    const [mail] = await mailbox.list();
    const urlPath = `/dev/mail/${mail?.id ?? ''}`;
    const apiResponse = await request(server.url, 'GET', urlPath);
    t.match(
      apiResponse.body['text'],
      /<iframe[^>]+sandbox="allow-popups allow-popups-to-escape-sandbox">/,
    );

    const framed = await request(server.url, 'GET', `${urlPath}/html`);
    t.match(framed.body['text'], /Confirm my e.mail address/);
    t.match(framed.body['text'], /<base target="_blank">/);
    const policy = framed.headers.get('content-security-policy') ?? '';
    t.match(policy, /default-src 'none'.*frame-ancestors 'self'; sandbox allow-popups/);
    t.notMatch(policy, /script-src|img-src|allow-scripts|allow-same-origin/);

    const source = await request(server.url, 'GET', `${urlPath}/source`);
    t.match(source.headers.get('content-disposition'), /^attachment; filename="[\w-]+\.eml"$/);
    t.match(source.body['text'], /^Message-ID: /m);
  });

  await t.test('shows times in the language of the browser', async (t) => {
    const read = async (language: string) => {
      const headers = {'accept-language': language};
      const {body} = await request(server.url, 'GET', '/dev/mail', {headers});
      const [, tag, machine = '', person] =
        /<time lang="(.+?)" dir="auto" datetime="(.+?)">(.+?)<\/time>/.exec(String(body['text'])) ??
        [];
      const style = {dateStyle: 'medium', timeStyle: 'medium'} as const;
      return {tag, person, expected: (as: string) => new Date(machine).toLocaleString(as, style)};
    };
    for (const [language, as] of [
      ['de-DE,de;q=0.9', 'de-DE'],
      ['tlh,*;q=0.9,fr-CA;q=0.8', 'fr-CA'],
      ['ar', 'ar'],
      ['*', 'en'],
    ] as const) {
      const {tag, person, expected} = await read(language);
      t.same([tag, person], [as, expected(as)]);
    }
  });

  await t.test('shows which limit delays e-mails, and resets it on request', async (t) => {
    const list = async () => String((await request(server.url, 'GET', '/dev/mail')).body['text']);
    for (const [table, count] of [
      ['client', 60],
      ['address', 2],
    ] as const) {
      t.notMatch(await list(), /not sent|waiting/, table);
      for (let i = 0; i < count; i++) {
        const other = await Visitor.consenting(server.url);
        await other.contact(table === 'client' ? `held-${i}@example.com` : 'caught@example.com');
      }
      if (table === 'address') break;
      t.match(await list(), /An e-mail waiting<.*At most 60 an hour.*for one client network/s);

      const press = (headers: Record<string, string>) =>
        fetch(`${server.url}/dev/mail/limits`, {method: 'POST', headers, redirect: 'manual'});
      t.equal((await press({})).status, 404, 'only the page itself is allowed');
      t.equal((await press({origin: server.url, 'sec-fetch-site': 'cross-site'})).status, 404);
      const pressed = await press({origin: server.url, 'sec-fetch-site': 'same-origin'});
      t.same([pressed.status, pressed.headers.get('location')], [303, '/dev/mail']);
      server.sender.wake();
      await until(async () => !/waiting/.test(await list()));
    }
    const another = await Visitor.consenting(server.url);
    await another.contact('caught@example.com');
    const last = await Visitor.consenting(server.url);
    await last.contact('caught@example.com');
    const free = await Visitor.consenting(server.url);
    await free.contact('free@example.com');
    t.match(await list(), /not sent<.*At most 3 an hour and 6 a day go to one e-mail address/s);
  });

  await t.test('says that it lists only the newest e-mails, and shows older ones', async (t) => {
    const [{id} = {id: ''}] = await mailbox.list();
    const source = await mailbox.readSource(id);
    for (let i = 0; i < 50; i++) {
      await writeFile(path.join(folder, `${Date.now() + 1_000}-copy-${i}.eml`), source);
    }

    const {body} = await request(server.url, 'GET', '/dev/mail');
    const text = String(body['text']);

    t.match(text, /These are the newest 50 of \d+ e-mails\./);
    t.notMatch(text, id);
    t.equal((await request(server.url, 'GET', `/dev/mail/${id}`)).status, 200);
  });

  await t.test('refuses pages of another origin', async (t) => {
    for (const [name, value] of [
      ['origin', 'https://evil.example'],
      ['sec-fetch-site', 'cross-site'],
    ] as const) {
      const {status} = await request(server.url, 'GET', '/dev/mail.json', {
        headers: {[name]: value},
      });
      t.equal(status, 404);
    }
  });

  await t.test('responds only to the host names of this machine', async (t) => {
    const {port} = server.config;
    const getStatusFor = async (host: string): Promise<number | undefined> => {
      const asked = get({port, host: '127.0.0.1', path: '/dev/mail.json', headers: {host}});
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    for (const host of ['rebound.example', `rebound.example:${port}`, 'localhost.evil.example']) {
      t.equal(await getStatusFor(host), 404, host);
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST']) {
      t.equal(await getStatusFor(host), 200, host);
    }
  });

  for (const header of ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via']) {
    await t.test(`refuses requests with ${header}`, async (t) => {
      for (const urlPath of [
        '/dev/mail',
        '/dev/mail.json',
        '/dev/mail.css',
        '/dev/mail/x',
        '/dev/mail/x/html',
        '/dev/mail/x/source',
      ]) {
        const {status, body} = await request(server.url, 'GET', urlPath, {
          headers: {[header]: 'for=127.0.0.1'},
        });
        t.same([status, body['code']], [404, 'not_found'], urlPath);
      }
    });
  }
});
