import {expect} from '@open-wc/testing';

import {
  backend,
  button,
  inside,
  mountOpen,
  newSite,
  pause,
  press,
  pressInMenu,
  reachFiles,
  sitePage,
  store,
  stored,
  until,
  untilSaid,
} from './helpers.js';

const notices = (chat: Element) => inside(chat, '.notices')?.textContent.trim() ?? '';

const sessionCalls = async (site: string) =>
  (await backend.calls(site)).filter(({path}) => path.endsWith('-uuid'));

const made = async (site: string) =>
  (await sessionCalls(site)).filter(({path}) => path.endsWith('/generate-uuid'));

/** A tab whose loader has drawn the button; a click on it fetches the rest. */
const openIn = async (chat: Element) => {
  inside(chat, '.launcher')!.click();
  await until(() => inside(chat, '.tray > *, .notice'), 'something to answer');
};

describe('two tabs', () => {
  it('opened at the same moment share one session', async () => {
    const site = newSite();
    const tabs = [await sitePage(`site=${site}`), await sitePage(`site=${site}`)];
    await Promise.all(tabs.map(({chat}) => openIn(chat)));
    for (const {chat} of tabs) await untilSaid(chat, 'What is your name?');
    await pause(500);
    expect(await made(site)).to.have.length(1);
    expect((await sessionCalls(site)).length).to.be.at.most(4);
    expect(stored(site, 'token')!.split(' ')[0]).to.equal(stored(site, 'session_uuid'));
    for (const {chat} of tabs) expect(notices(chat)).to.equal('');
  });

  it('starting over in one begins one new session in both', async () => {
    const site = newSite();
    const {chat: one} = await sitePage(`site=${site}`);
    const {chat: other} = await sitePage(`site=${site}`);
    await openIn(one);
    await reachFiles(one);
    await openIn(other);
    await press(other, 'Continue');
    await until(() => inside(other, '.picker'), 'the file picker');
    const before = stored(site, 'session_uuid');
    await pressInMenu(one, 'Start over');
    const dialog = await until(() => inside(one, '[role=alertdialog]'), 'the dialog');
    dialog.querySelectorAll('button')[1]!.click();
    for (const chat of [one, other]) {
      await until(() => inside(chat, 'input[type=text]'), 'the name field');
    }
    await pause(500);
    expect(stored(site, 'session_uuid')).to.not.equal(before);
    expect(await made(site)).to.have.length(2);
    expect((await sessionCalls(site)).length).to.be.at.most(8);
    for (const chat of [one, other]) expect(notices(chat)).to.equal('');
  });

  it('a token of another session is not used', async () => {
    const site = newSite();
    const uuid = crypto.randomUUID();
    store(site, 'session_uuid', uuid);
    store(site, 'token', `${crypto.randomUUID()} theirs`);
    const chat = await mountOpen(site);
    expect(stored(site, 'token')).to.match(new RegExp(`^${uuid} token-`));
    expect(notices(chat)).to.equal('');
  });

  it('a backend that refuses every session is not asked for ever', async () => {
    const site = newSite();
    const body = {status: 'collision', code: 'uuid_collision', message: 'x', request_id: 'x'};
    await backend.fault(site, {path: '/progress', status: 409, body});
    const {chat} = await sitePage(`site=${site}`);
    await openIn(chat);
    await until(() => button(chat, 'Try again'), 'the end of all attempts');
    await backend.heal(site);
    await press(chat, 'Try again');
    await untilSaid(chat, 'What is your name?');
    expect((await made(site)).length).to.be.at.most(7);
  });
});
