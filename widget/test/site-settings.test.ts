import {expect} from '@open-wc/testing';

import {
  backend,
  inside,
  mount,
  mountAtDoors,
  newSite,
  openNewTab,
  stored,
  untilCalled,
  untilSaid,
} from './helpers.js';
import type {Fault} from './helpers.js';

const GREETING = 'Welcome to the archive.';
const CONVERSATION = {
  version: 1,
  steps: [
    {id: 'hello', type: 'say', text: GREETING},
    {id: 'name', type: 'ask', field: 'name'},
    {id: 'end', type: 'end', outcome: 'complete'},
  ],
};

const MAKE_UUID = 'POST /api/session/generate-uuid';
const READ_SETTINGS = (site: string) => `GET /api/sites/${site}/config`;

/** A site whose conversation differs from the default one. */
const ownSite = async () => {
  const site = newSite();
  await backend.config(site, {conversation: CONVERSATION});
  return site;
};

const callsOf = async (site: string) =>
  (await backend.calls(site)).map(({method, path}) => `${method} ${path}`);

describe('the settings of the site', () => {
  it('a new visitor gets them with the UUID, in one call', async () => {
    const site = await ownSite();
    const chat = await mountAtDoors(site);

    await untilSaid(chat, GREETING);
    expect(await callsOf(site)).to.deep.equal([MAKE_UUID]);
    expect(stored(site, 'token')).to.match(new RegExp(`^${stored(site, 'session_uuid')!} `));
  });

  it('a visitor who returns gets them with a call that runs beside the other', async () => {
    const site = await ownSite();
    (await mountAtDoors(site)).remove();
    openNewTab(site);
    await backend.fault(site, {path: '/validate-uuid', isHeld: true});
    const chat = await mount(site);

    void chat.open();

    await untilCalled(site, 'GET', '/config');
    expect(inside(chat, '.bubble:not(.typing)'), 'before the other response').not.to.exist;
    await backend.heal(site);
    await untilSaid(chat, GREETING);
    const calls = await callsOf(site);
    expect(calls.slice(1).sort()).to.deep.equal([
      READ_SETTINGS(site),
      'POST /api/session/validate-uuid',
    ]);
  });

  const failures: Record<string, Fault> = {
    'too many visitors': {status: 429, headers: {'Retry-After': '1'}, body: {}},
    'an outage': {status: 503, body: ''},
    'an error': {status: 500, body: {status: 'error', code: 'internal', message: 'x'}},
    'a lost connection': {drop: true},
  };
  for (const [cause, fault] of Object.entries(failures)) {
    it(`without a UUID, because of ${cause}, they are requested separately`, async () => {
      const site = await ownSite();
      await backend.fault(site, {path: '/generate-uuid', ...fault});

      const chat = await mountAtDoors(site);

      await untilSaid(chat, GREETING);
      // The browser itself repeats a call after a lost connection.
      const [first, second] = [...new Set(await callsOf(site))];
      expect([first, second]).to.deep.equal([MAKE_UUID, READ_SETTINGS(site)]);
      expect(stored(site, 'session_uuid')).to.match(/^[\da-f-]{36}$/);
    });
  }

  it('a server of an earlier release does not send them with the UUID', async () => {
    const site = await ownSite();
    await backend.old(site);

    const chat = await mountAtDoors(site);

    await untilSaid(chat, GREETING);
    expect(await callsOf(site)).to.deep.equal([MAKE_UUID, READ_SETTINGS(site)]);
    expect(stored(site, 'token')).not.to.equal(null);
  });

  it('they are requested while the UUID takes long', async () => {
    const site = await ownSite();
    await backend.fault(site, {path: '/generate-uuid', isHeld: true});
    const chat = await mount(site);

    void chat.open();

    await untilCalled(site, 'GET', '/config');
    expect(stored(site, 'session_uuid'), 'the UUID has not arrived').to.equal(null);
    await backend.heal(site);
    await untilSaid(chat, GREETING);
  });
});
