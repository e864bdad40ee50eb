import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  inside,
  lines,
  mountOpen,
  newSite,
  pause,
  press,
  reachEmail,
  reachFiles,
  reachPending,
  setOnline,
  stored,
  storedKeys,
  until,
  untilAsked,
  untilCalled,
  untilQuiet,
  untilRecorded,
  untilSaid,
} from './helpers.js';

const notices = (chat: Element) => inside(chat, '.notices')!.textContent;
const OFFLINE = 'You seem to be offline.';
const GONE = 'It’s been a while';
const HOUR_MS = 3_600_000;

const trueNow = Date.now;
/** This browser's clock, which nobody has set right. */
const setClockAhead = (ms: number) => {
  Date.now = () => trueNow() + ms;
};

const lookUp = () => document.dispatchEvent(new Event('visibilitychange'));
const refreshes = async (site: string) =>
  (await backend.calls(site)).filter(
    ({method, path}) => method === 'GET' && path === '/api/session',
  ).length;

describe('being away', () => {
  it('a lost line is told at once, at a step that asks nothing of it, and its return as well', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await untilQuiet(site);
    setOnline(false);
    await until(() => notices(chat).includes(OFFLINE), 'the notice');
    expect(chat.matches(':state(offline)')).to.equal(true);
    setOnline(true);
    await until(() => !notices(chat).includes(OFFLINE), 'the notice to go');
  });

  it('a call that takes long is told to be tried still, and no longer than it takes', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await backend.fault(site, {path: '/contact', delayMs: 5_000});
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => notices(chat).includes('taking longer than usual'), 'the notice', 6_000);
    await until(() => inside(chat, '.card'), 'the card', 6_000);
    expect(notices(chat)).to.not.include('taking longer than usual');
  });

  it('shown again by the back button, an ended visit is told to be gone', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const uuid = stored(site, 'session_uuid')!;
    await untilRecorded(uuid, 'files');
    await backend.end(uuid);
    window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
    await until(() => notices(chat).includes(GONE), 'the friendly line');
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
  });

  it('shown again by the back button, a confirmed session is complete', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await chat.close();
    await backend.confirm(stored(site, 'session_uuid')!);
    await chat.open();
    window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
    await until(() => inside(chat, '.reference'), 'the end');
  });

  it('woken after a day, a visit that is alive loses nothing', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await untilQuiet(site);
    const before = await refreshes(site);
    try {
      setClockAhead(24 * HOUR_MS);
      lookUp();
      await untilAsked(async () => (await refreshes(site)) !== before, 'the refresh');
      await pause(200);
    } finally {
      Date.now = trueNow;
    }
    expect(chat.step).to.equal('files');
    expect(inside(chat, '.dropzone')).to.exist;
    expect(notices(chat).trim()).to.equal('');
    expect(stored(site, 'answers')).to.include('Ana');
  });

  it('woken after a day, a visit that has ended is told before anything is asked of it', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const uuid = stored(site, 'session_uuid')!;
    await untilRecorded(uuid, 'files');
    await backend.end(uuid);
    try {
      setClockAhead(24 * HOUR_MS);
      lookUp();
      await until(() => notices(chat).includes(GONE), 'the friendly line');
    } finally {
      Date.now = trueNow;
    }
    expect(stored(site, 'answers') ?? '').to.not.include('Ana');
  });

  it('woken after a day without a line, what was said is not left lying about', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await untilQuiet(site);
    await backend.fault(site, {drop: true});
    try {
      setClockAhead(24 * HOUR_MS);
      lookUp();
      await until(() => notices(chat).includes(GONE), 'the friendly line');
    } finally {
      Date.now = trueNow;
    }
    expect(stored(site, 'answers') ?? '').to.not.include('Ana');
  });

  for (const hours of [-7, 7]) {
    it(`a clock that is ${hours} hours off loses no answer`, async () => {
      const site = newSite();
      try {
        setClockAhead(hours * HOUR_MS);
        const first = await mountOpen(site);
        await answer(first, 'Your name', 'Ana');
        await untilSaid(first, 'May we store your name');
        await untilQuiet(site);
        first.remove();
        const chat = await mountOpen(site);
        await untilSaid(chat, 'Welcome back, Ana.');
        await press(chat, 'Continue');
        await press(chat, 'I agree');
        await untilSaid(chat, 'train our AI assistant');
        const draft = JSON.parse(stored(site, 'answers')!) as {idleMs: number};
        expect(draft.idleMs).to.be.within(29 * 60_000, 31 * 60_000);
      } finally {
        Date.now = trueNow;
      }
    });
  }

  it('storage wiped while it is open: the next look begins anew, and nothing old is kept', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await untilQuiet(site);
    const before = stored(site, 'session_uuid');
    for (const key of storedKeys(site)) localStorage.removeItem(key);
    window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
    await press(chat, 'Start');
    await untilSaid(chat, 'What is your name?');
    await until(() => stored(site, 'session_uuid'), 'another session');
    expect(stored(site, 'session_uuid')).to.not.equal(before);
    expect(stored(site, 'answers') ?? '').to.not.include('Ana');
  });

  it('nothing is asked while it is closed; what was heard then is looked at on opening', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await chat.close();
    await untilQuiet(site);
    const before = await refreshes(site);
    new BroadcastChannel(`maria-chat:${site}`).postMessage(stored(site, 'session_uuid'));
    await pause(400);
    expect(await refreshes(site)).to.equal(before);
    await chat.open();
    await untilAsked(async () => (await refreshes(site)) !== before, 'the refresh');
    expect(lines(chat).filter((line) => line === 'What is your name?')).to.have.length(1);
  });

  it('a session that ends while a dialog is open closes the dialog', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await untilQuiet(site);
    await press(chat, 'More');
    await until(() => inside(chat, '.dialog'), 'the menu');
    await backend.end(stored(site, 'session_uuid')!);
    window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
    await until(() => notices(chat).includes(GONE), 'the friendly line');
    expect(inside(chat, '.dialog')).to.equal(null);
    await untilCalled(site, 'POST', '/generate-uuid');
  });
});
