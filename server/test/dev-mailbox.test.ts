import t from 'tap';

import {DevMailbox} from '../mail/dev-mailbox.js';
import {startServer, temporaryFolder} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

void t.test('the mailbox for development', async (t) => {
  const mailbox = await DevMailbox.start(await temporaryFolder(t));
  t.teardown(() => mailbox.stop());
  const server = await startServer(t, {parts: {mailbox, smtpUrl: mailbox.smtpUrl}});
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('caught@example.com');
  await until(async () => (await mailbox.list()).length === 1);

  await t.test('shows what was sent, to the person at this machine', async (t) => {
    const page = await request(server.url, 'GET', '/dev/mail');
    t.equal(page.status, 200);
    t.match(page.body['text'], /caught@example\.com/);
    const {body} = await request<unknown[]>(server.url, 'GET', '/dev/mail.json');
    t.match(body, [{to: ['caught@example.com'], text: /\/verify\//}]);
    const [mail] = await mailbox.list();
    const one = await request(server.url, 'GET', `/dev/mail/${mail?.id ?? ''}`);
    t.match(one.body['text'], /<a href="http:[^"]+\/verify\//);
    t.notMatch(one.body['text'], /<script/);
    t.match(one.headers.get('content-security-policy'), /default-src 'none'/);
  });

  await t.test('answers no page of another origin', async (t) => {
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

  for (const header of ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via']) {
    await t.test(`answers nobody who came with ${header}`, async (t) => {
      for (const address of ['/dev/mail', '/dev/mail.json', '/dev/mail.css', '/dev/mail/x']) {
        const {status, body} = await request(server.url, 'GET', address, {
          headers: {[header]: 'for=127.0.0.1'},
        });
        t.same([status, body['code']], [404, 'not_found'], address);
      }
    });
  }
});
