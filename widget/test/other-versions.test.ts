import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  inside,
  mountOpen,
  newSite,
  press,
  reachFiles,
  start,
  store,
  stored,
  until,
  untilQuiet,
  untilRecorded,
  untilSaid,
} from './helpers.js';
import {openTalk, said, uuidOf} from './talking.js';

const kept = (site: string) => JSON.parse(stored(site, 'answers')!) as Record<string, unknown>;

/** Errors that reach the page during the work. */
const errorsDuring = async (work: () => Promise<void>) => {
  const errors: string[] = [];
  const onError = ({message}: ErrorEvent) => errors.push(message);
  window.addEventListener('error', onError);
  await work();
  window.removeEventListener('error', onError);
  return errors;
};

/** Forms that a version of the widget could send to the tabs of other versions. */
const STRANGE = [null, 7, true, {}, {type: 'hello', version: 9}, [], [null], 'hello'];

const sendAll = async (name: string, messages: unknown[]) => {
  const channel = new BroadcastChannel(name);
  for (const message of messages) channel.postMessage(message);
  // A message to oneself from another channel arrives after those before it.
  const last = new BroadcastChannel(name);
  const arrived = new Promise((resolve) => last.addEventListener('message', resolve));
  channel.postMessage('the last one');
  await arrived;
  channel.close();
  last.close();
};

describe('other versions of the widget on the same site', () => {
  it('answers keep the values that only a later version knows', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await answer(first, 'Your name', 'Ana');
    await untilSaid(first, 'May we store your name');
    first.remove();
    store(site, 'answers', JSON.stringify({...kept(site), answers: {position: 'nurse'}, form: 2}));

    const again = await mountOpen(site);
    await press(again, 'Continue');
    await press(again, 'I agree');
    await untilSaid(again, 'train our AI assistant');

    expect(kept(site)).to.deep.include({name: 'Ana', answers: {position: 'nurse'}, form: 2});
    expect(kept(site)['decisions']).to.have.all.keys('personal_data');
  });

  for (const [what, values] of [
    ['decisions', {decisions: null}],
    ['decisions', {decisions: ['personal_data']}],
    ['a decision', {decisions: {personal_data: null, ai_training: 'yes'}}],
    ['the times', {idleMs: 'long', touchedAt: null}],
    ['the name', {name: {first: 'Ana'}}],
  ] as const) {
    it(`with ${what} of another form, the conversation begins: ${JSON.stringify(values)}`, async () => {
      const site = newSite();
      const first = await mountOpen(site);
      await answer(first, 'Your name', 'Ana');
      await untilSaid(first, 'May we store your name');
      first.remove();
      store(site, 'answers', JSON.stringify({...kept(site), ...values}));

      const errors = await errorsDuring(async () => {
        await reachFiles(await mountOpen(site), 'Bea');
      });

      expect(errors).to.deep.equal([]);
    });
  }

  it('answers that are no JSON, or no object, count as none', async () => {
    for (const text of ['', '{', '7', '[]', '"done"', '{"done":"name"}']) {
      const site = newSite();
      store(site, 'answers', text);
      const chat = await mountOpen(site);
      await start(chat);
      await until(() => inside(chat, 'input[name=answer]'), 'the name');
      chat.remove();
    }
  });

  it('messages between tabs in an unknown form are ignored', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await untilRecorded(uuidOf(site), 'files');
    await untilQuiet(site);

    const errors = await errorsDuring(() => sendAll(`maria-chat:${site}`, STRANGE));

    expect(errors).to.deep.equal([]);
    expect(inside(chat, '.picker')).to.not.equal(null);
  });

  it('events from another tab in an unknown form are ignored, and the next is received', async () => {
    const {chat, site} = await openTalk();
    const uuid = uuidOf(site);

    const errors = await errorsDuring(() =>
      sendAll(
        `maria-chat:${site}:${uuid}`,
        STRANGE.filter((one) => !Array.isArray(one)),
      ),
    );
    await backend.say(uuid, {body: 'Still here.'});

    await until(() => said(chat).some((line) => line.includes('Still here.')), 'the message');
    expect(errors).to.deep.equal([]);
  });
});
