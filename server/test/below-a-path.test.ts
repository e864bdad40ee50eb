import {readdir} from 'node:fs/promises';

import t from 'tap';

import {DevMailbox} from '../mail/dev-mailbox.js';
import {getConfirmationLink} from './mailbox.js';
import {nginxMissing, startNginxBelow} from './nginx.js';
import {freePort} from './free-port.js';
import {startServer, temporaryFolder} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

// dist/server/test/ -> the project
const EXAMPLES = new URL('../../../examples/', import.meta.url);

/** Returns the URLs on a page's own host that it fetches, links to or submits to. */
const findAddresses = (html: string, of: string): string[] =>
  [...html.matchAll(/(?:href|src|action)="([^"]+)"/g)]
    .map(([, pageUrl = '']) => new URL(pageUrl, of))
    .filter(({origin}) => origin === new URL(of).origin)
    .map(({href}) => href);

t.test('a server below a path of another server', {skip: nginxMissing}, async (t) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/3d/chat`;
  const mailbox = await DevMailbox.start(await temporaryFolder(t));
  t.teardown(() => mailbox.stop());
  const server = await startServer(t, {settings: {PUBLIC_URL: url}, deps: {mailbox}});
  await startNginxBelow(t, {port, path: '/3d/chat', target: server.url});
  const visitor = await Visitor.consenting(url);
  await visitor.contact('anna@example.com');
  const link = getConfirmationLink(await server.mailbox.waitFor('anna@example.com'));

  const pages = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.html'));

  await t.test('shows pages with all their files', async (t) => {
    for (const pageUrl of [
      link,
      `${link}/not-me`,
      `${url}/verify/x`,
      `${url}/dev/mail`,
      `${url}/api/docs`,
      `${url}/api/docs/`,
      `${url}/api/docs/static/index.html?shared=1`,
      `${url}/`,
      `${url}/examples`,
      ...pages.map((name) => `${url}/examples/${name}`),
    ]) {
      const response = await fetch(pageUrl);
      const page = await response.text();
      t.match(response.headers.get('content-type'), 'text/html', pageUrl);
      const addresses = findAddresses(page, response.url).filter((one) => !one.endsWith('/limits'));
      t.ok(addresses.length >= 1, `${pageUrl} has ${addresses.length}`);
      for (const one of new Set(addresses)) {
        t.ok(one.startsWith(url), `${pageUrl} leads to ${one}`);
        t.equal((await fetch(one)).status, 200, one);
      }
    }
  });

  await t.test('uses its public URL', async (t) => {
    const {body} = await request(url, 'GET', '/api/conversation.schema.json');
    t.equal(body['$id'], `${url}/api/conversation.schema.json`);
    const described = await request(url, 'GET', '/api/openapi.json');
    t.match(described.body, {servers: [{url}]});
  });

  await t.test('confirms an e-mail address', async (t) => {
    t.equal((await fetch(link, {method: 'POST'})).status, 200);
    await until(async () => (await visitor.session()).body.state === 'complete');
  });
});
