import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  choose,
  every,
  inside,
  mount,
  mountOpen,
  newSite,
  pause,
  pdf,
  press,
  pressInMenu,
  reachFiles,
  reachPending,
  stored,
  storedKeys,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';

const decisionsAt = async (uuid: string) =>
  (await backend.visit(uuid)).consents.map(({purpose, granted}) => `${purpose} ${granted}`);

const asksBeforeLeaving = () =>
  !window.dispatchEvent(new Event('beforeunload', {cancelable: true}));

describe('second thoughts', () => {
  it('a refusal while the agreement is on its way is told as well', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await until(() => button(chat, 'I agree'), 'the first consent');
    const uuid = stored(site, 'session_uuid')!;
    await backend.fault(site, {path: '/consents', delayMs: 900, times: 1});
    await press(chat, 'I agree');
    await untilSaid(chat, 'train our AI assistant');
    every(chat, '.line button').at(-1)!.click();
    await untilSaid(chat, 'May we store');
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'won’t keep your details');
    await until(() => stored(site, 'session_uuid') === null, 'the refusal to be known');
    expect((await backend.visit(uuid)).ended ?? (await decisionsAt(uuid)).at(-1)).to.match(
      /gone|personal_data false/,
    );
  });

  it('my data after a refusal begins no session that nobody has asked for', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await until(() => button(chat, 'I do not agree'), 'the first consent');
    await backend.fault(site, {path: '/consents', delayMs: 600, times: 1});
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'won’t keep your details');
    await pressInMenu(chat, 'My data');
    await until(() => stored(site, 'session_uuid') === null, 'the refusal to be known');
    await untilQuiet(site);
    const begun = (await backend.calls(site)).filter(({path}) => path.endsWith('generate-uuid'));
    expect(begun).to.have.length(1);
    expect(stored(site, 'session_uuid')).to.equal(null);
  });

  it('a withdrawal that did not get through is not carried out later', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    const uuid = stored(site, 'session_uuid')!;
    await pressInMenu(chat, 'My data');
    await until(() => button(chat, 'Erase everything'), 'what is stored');
    await backend.fault(site, {path: '/consents', status: 503, body: '', times: 99});
    await press(chat, 'Withdraw consent Storing your data');
    await press(chat, 'Withdraw consent');
    await until(
      () => inside(chat, '.dialog')?.textContent.includes('That didn’t work'),
      'the fault',
    );
    await backend.heal(site);
    window.dispatchEvent(new Event('online'));
    await pause(600);
    expect((await backend.visit(uuid)).ended).to.equal(undefined);
    expect(await decisionsAt(uuid)).to.not.include('personal_data false');
  });

  it('pressed once more while it opens, it is closed and begins nothing', async () => {
    const site = newSite();
    const chat = await mount(site);
    const opening = chat.open();
    await chat.close();
    await opening;
    await pause(100);
    expect(chat.isOpen).to.equal(false);
    expect(storedKeys(site).filter((key) => key.endsWith(':open'))).to.deep.equal([]);
  });

  it('once it is destroyed, it calls nobody', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await backend.fault(site, {path: '/consents', drop: true});
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I agree');
    await until(() => inside(chat, '.notice'), 'the lost line');
    await chat.destroy();
    await pause(200);
    const {length} = await backend.calls(site);
    await pause(2_500);
    expect((await backend.calls(site)).length).to.equal(length);
  });

  it('with nothing left to lose, the page is left without a question', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    await choose(chat, pdf('one.pdf'));
    await until(asksBeforeLeaving, 'the question');
    every(chat, '.line button')[1]!.click();
    await untilSaid(chat, 'May we store');
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'won’t keep your details');
    expect(asksBeforeLeaving()).to.equal(false);
  });

  it('what the visitor does is in sight, however far back they had read', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    const log = inside(chat, '.log')!;
    log.style.flex = '0 0 90px';
    log.scrollTop = -200;
    expect(log.scrollTop).to.be.below(-50);
    every(chat, '.line button')[0]!.click();
    await until(() => Math.abs(log.scrollTop) < 2, 'the end of what was said');
  });
});
