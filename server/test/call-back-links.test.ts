import {randomUUID} from 'node:crypto';

import t from 'tap';

import {CALL_BACK_MS, CallbackLinks} from '../responders/callbacks.js';

const OLD = Buffer.alloc(32, 1);
const NEW = Buffer.alloc(32, 2);
const links = (...keys: [Buffer, ...Buffer[]]) => new CallbackLinks(keys, 'https://chat.example');
const getLink = ({url}: {url: string}): string => url.split('/').at(-1) ?? '';

t.test('a link contains its turn until it expires', async (t) => {
  const turnId = randomUUID();
  const now = Date.parse('2026-11-21T09:30:00Z');
  const made = links(OLD).create(turnId, now);
  const link = getLink(made);

  t.equal(made.expires_at, '2026-11-21T09:45:00.000Z');
  t.same(links(OLD).read(link, now + CALL_BACK_MS), {turnId, isExpired: false});
  t.same(links(OLD).read(link, now + CALL_BACK_MS + 1), {turnId, isExpired: true});
});

t.test('a changed or forged link is refused', async (t) => {
  const link = getLink(links(OLD).create(randomUUID()));
  const [turnId, expires, mac = ''] = link.split('.');

  for (const forged of [
    `${randomUUID()}.${expires}.${mac}`,
    `${turnId}.${Number(expires) + 1}.${mac}`,
    `${turnId}.${expires}.${mac.slice(1)}`,
    `${turnId}.${expires}.`,
    `${turnId}.${expires}`,
    `${turnId}..${mac}`,
    getLink(links(NEW).create(turnId ?? '')),
    '',
  ]) {
    t.equal(links(OLD).read(forged), undefined, forged);
  }
});

t.test('links survive a change of the secret while the old one is in the list', async (t) => {
  const turnId = randomUUID();
  const link = getLink(links(OLD).create(turnId));

  t.match(links(NEW, OLD).read(link), {turnId});
  t.equal(links(NEW).read(link), undefined);
});
