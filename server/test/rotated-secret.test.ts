import t from 'tap';

import {createPendingContact, confirmLink} from './contact-helpers.js';
import {callSuccessfully, retryWhileBusy} from './retry-while-busy.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('a rotated secret key', async (t) => {
  const [old, fresh] = ['o'.repeat(40), 'f'.repeat(40)];
  const server = await startServer(t, {settings: {SECRET_KEY: old}});
  const {visitor, link} = await createPendingContact(server, 'rotated@example.com');
  const rotated = await startServer(t, {
    beside: server,
    settings: {SECRET_KEY: `${fresh},${old}`},
  });
  const dropped = await startServer(t, {beside: server, settings: {SECRET_KEY: fresh}});
  const path = new URL(link).pathname;

  await t.test('still verifies old tokens and links', async (t) => {
    await callSuccessfully(() => visitor.at(rotated.url).session());
    t.equal((await retryWhileBusy(() => confirmLink(`${rotated.url}${path}`))).status, 200);
    const {body} = await callSuccessfully(() => visitor.session());
    t.equal(body.state, 'complete');
  });

  await t.test('signs new tokens and links with the first key', async (t) => {
    const young = await Visitor.consenting(rotated.url);
    await callSuccessfully(() => young.at(dropped.url).session());
    t.equal((await retryWhileBusy(() => young.at(server.url).session())).status, 401);
  });

  await t.test('verifies nothing once it is removed', async (t) => {
    t.equal((await retryWhileBusy(() => visitor.at(dropped.url).session())).status, 401);
    t.equal((await fetch(`${dropped.url}${path}`)).status, 404);
  });
});
