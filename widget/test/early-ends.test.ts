import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  inside,
  lines,
  mount,
  mountAtDoors,
  mountOpen,
  newSite,
  press,
  reachFiles,
  start,
  stored,
  until,
  untilAsked,
  untilCalled,
  untilQuiet,
  untilSaid,
} from './helpers.js';

/** Watches timers of this length until `stop` is called. */
const watchTimers = (lengthMs: number) => {
  const begin = window.setTimeout.bind(window);
  const end = window.clearTimeout.bind(window);
  const running = new Set<number>();
  window.setTimeout = ((work: () => void, ms?: number, ...rest: unknown[]) => {
    const id = begin(work, ms, ...rest);
    if (ms === lengthMs) running.add(id);
    return id;
  }) as typeof setTimeout;
  window.clearTimeout = (id) => {
    running.delete(id as number);
    end(id);
  };
  const stop = () => Object.assign(window, {setTimeout: begin, clearTimeout: end});
  return {running, stop};
};

const callsOf = async (site: string, method: string, path: string) =>
  (await backend.calls(site)).filter((one) => one.method === method && one.path.includes(path));

describe('what runs when a conversation ends early', () => {
  it('no timer is left once the first response is there', async () => {
    const {running, stop} = watchTimers(4_000);
    try {
      await mountAtDoors();
      expect(running.size).to.equal(0);
    } finally {
      stop();
    }
  });

  it('a chat that is destroyed while it starts asks for nothing more', async () => {
    const site = newSite();
    await backend.old(site);
    await backend.fault(site, {path: '/generate-uuid', isHeld: true});
    const chat = await mount(site);
    await chat.open();
    await untilCalled(site, 'POST', '/generate-uuid');
    await chat.destroy();
    await backend.heal(site);
    await untilQuiet(site);
    expect(await callsOf(site, 'GET', '/config')).to.deep.equal([]);
  });

  it('a chat that is destroyed while it starts over neither reports an error nor starts', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await untilQuiet(site);
    const errors: Event[] = [];
    chat.addEventListener('maria-error', (event) => errors.push(event));
    await backend.fault(site, {method: 'DELETE', path: '/api/session', isHeld: true});
    const isReset = chat.reset();
    await untilCalled(site, 'DELETE', '/api/session');
    await chat.destroy();
    await backend.heal(site);
    await isReset;
    await untilQuiet(site);
    expect(errors).to.deep.equal([]);
    expect(await callsOf(site, 'POST', '/generate-uuid')).to.have.length(1);
  });

  it('a new conversation does not wait for a delivery of the one before', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await backend.fault(site, {method: 'PUT', path: '/consents', isHeld: true, times: 1});
    await press(chat, 'I agree');
    await untilCalled(site, 'PUT', '/consents');
    await chat.reset();
    await start(chat);
    await answer(chat, 'Your name', 'Bea');
    await press(chat, 'I agree');
    const isTwice = async () => (await callsOf(site, 'PUT', '/consents')).length === 2;
    await untilAsked(isTwice, 'the second delivery');
    await backend.heal(site);
  });

  it('answers that another tab deletes meanwhile are not offered again', async () => {
    const site = newSite();
    const before = await mountOpen(site);
    await answer(before, 'Your name', 'Ana');
    await untilSaid(before, 'May we store');
    await untilQuiet(site);
    before.remove();
    await backend.fault(site, {path: '/validate-uuid', isHeld: true});
    const chat = await mount(site);
    await chat.open();
    await untilCalled(site, 'POST', '/validate-uuid');
    localStorage.removeItem(`maria-chat:${site}:answers`);
    await backend.heal(site);
    await until(() => inside(chat, '.tray > *'), 'something to answer');
    expect(lines(chat).join()).to.not.include('Ana');
    expect(stored(site, 'answers')).to.equal(null);
  });
});
