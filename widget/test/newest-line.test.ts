import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  every,
  inside,
  mountOpen,
  newSite,
  press,
  reachFiles,
  reachPending,
  store,
  stored,
  until,
  untilSaid,
} from './helpers.js';

const bubbles = (chat: Element) => every(chat, '.bubble').map((one) => one.getBoundingClientRect());
const logOf = (chat: Element) => inside(chat, '.log')!;

/** How far the newest words reach below what is in view. */
const hiddenBelow = (chat: Element) =>
  bubbles(chat).at(-1)!.bottom - logOf(chat).getBoundingClientRect().bottom;

const settled = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));

const expectInSight = async (chat: Element) => {
  await settled();
  expect(hiddenBelow(chat)).to.be.at.most(0);
};

describe('the newest line', () => {
  for (const size of ['1', '1.3']) {
    it(`stays in sight as what is below it grows, with text of size ${size}`, async () => {
      const site = newSite();
      store(site, 'text-size', size);
      const chat = await mountOpen(site);
      await reachFiles(chat);
      await expectInSight(chat);
      await press(chat, 'More');
      await press(chat, 'Dismiss');
      await expectInSight(chat);
    });
  }

  it('is in sight while the confirmation is awaited, and while the address is changed', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    await expectInSight(chat);
    await press(chat, 'Change address');
    await until(() => inside(chat, 'input[type=email]'), 'the field');
    await expectInSight(chat);
    await press(chat, 'Cancel');
    await until(() => inside(chat, '.card'), 'the card');
    await expectInSight(chat);
  });

  it('is in sight when an old answer is asked for again, and when it is given', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    const pencil = every(chat, '.line button')[0]!;
    pencil.scrollIntoView();
    await settled();
    expect(hiddenBelow(chat)).to.be.above(100);
    pencil.click();
    await until(() => inside(chat, '.composer'), 'the field');
    await expectInSight(chat);
    logOf(chat).scrollTop = -200;
    await settled();
    await answer(chat, 'Your name', 'Ana Lima');
    await until(() => inside(chat, '.picker'), 'the way back');
    await expectInSight(chat);
  });

  it('moves nobody who reads further up', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    logOf(chat).scrollTop = -300;
    await settled();
    const place = () => bubbles(chat)[2]!.top - logOf(chat).getBoundingClientRect().top;
    const before = place();
    await backend.confirm(stored(site, 'session_uuid')!);
    await untilSaid(chat, 'Your e‑mail address is confirmed');
    await settled();
    expect(place()).to.be.closeTo(before, 2);
    expect(hiddenBelow(chat)).to.be.above(100);
  });
});
