import {expect} from '@open-wc/testing';

import {
  backend,
  inside,
  mountOpen,
  newSite,
  pause,
  press,
  reachFiles,
  reachPending,
  sitePage,
  until,
  untilAsked,
  untilQuiet,
  untilSaid,
} from './helpers.js';
import {
  eventCalls,
  openBeside,
  openTalk,
  said,
  untilListening,
  untilSent,
  uuidOf,
  write,
} from './talking.js';

const look = (isHidden: boolean) => {
  Object.defineProperty(document, 'hidden', {configurable: true, value: isHidden});
  document.dispatchEvent(new Event('visibilitychange'));
};

describe('free chat on a bad line and in several tabs', () => {
  it('an outage does not cost the streams', async () => {
    const {chat, site} = await openTalk();
    const uuid = uuidOf(site);
    await untilListening(site);
    await backend.fault(site, {path: '/api/events', drop: true});
    await backend.cut(uuid);
    const before = await eventCalls(site);
    while ((await eventCalls(site)) < before + 4) window.dispatchEvent(new Event('online'));
    await backend.heal(site);
    while ((await backend.visit(uuid)).readers === 0) window.dispatchEvent(new Event('online'));
    const {id} = await backend.say(uuid, {role: 'maria', body: '', state: 'running'});
    await until(() => inside(chat, '.bubble [aria-hidden] .typing'), 'the answer to begin');
    const data = {message_id: id, offset: 0, text: 'Piece by piece'};
    await backend.tell(uuid, {type: 'message_delta', data, isFleeting: true});
    await until(() => said(chat).at(-1)?.includes('Piece by piece'), 'the piece');
  });

  it('whoever looks again is not left with a line that has died meanwhile', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const later = window.setTimeout.bind(window);
    try {
      look(true);
      await backend.say(uuidOf(site), {role: 'maria', body: 'Unseen'});
      await untilSaid(chat, 'Unseen');
      const before = await eventCalls(site);
      // What nobody waits for in a test.
      const soon = (work: () => void, ms = 0) => later(work, ms === 40_000 ? 100 : ms);
      window.setTimeout = soon as typeof window.setTimeout;
      look(false);
      await untilAsked(async () => (await eventCalls(site)) !== before, 'another call');
    } finally {
      window.setTimeout = later;
      Reflect.deleteProperty(document, 'hidden');
    }
  });

  it('what no tab could send is there after a reload, and goes', async () => {
    const {chat, site} = await openTalk();
    const {chat: other} = await openBeside(site);
    await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
    await write(chat, 'From one tab');
    await write(other, 'From the other');
    for (const one of [chat, other]) {
      await until(() => inside(one, '.delivery')?.textContent.includes('Not sent'), 'it to wait');
      one.remove();
    }
    await backend.heal(site);
    const again = await mountOpen(site);
    await press(again, 'Continue');
    await untilSaid(again, 'From the other');
    await until(() => !inside(again, '.delivery'), 'them to be sent');
    const {messages} = await backend.visit(uuidOf(site));
    expect(messages.map(({body}) => body)).to.deep.equal(['From one tab', 'From the other']);
  });

  it('what could not be sent stands there once, and goes once, though the history failed', async () => {
    const {chat, site} = await openTalk();
    await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
    await write(chat, 'Only once');
    await until(() => inside(chat, '.delivery .link'), 'it to wait');
    chat.remove();
    await backend.fault(site, {path: '/api/messages', method: 'GET', status: 500, times: 1});
    const again = await mountOpen(site);
    await press(again, 'Continue');
    await until(() => inside(again, '.notice'), 'the error');
    await backend.heal(site);
    await again.sendMessage('');
    await until(() => !inside(again, '.delivery'), 'it to be sent');
    await untilQuiet(site);
    expect(said(again).filter((line) => line.includes('Only once'))).to.have.length(1);
  });

  it('a tab at which nobody looks leaves the reading to one at which somebody does', async () => {
    const {chat, site} = await openTalk();
    const uuid = uuidOf(site);
    await untilListening(site);
    const {chat: other} = await openBeside(site);
    await backend.say(uuid, {role: 'maria', body: 'To both'});
    for (const one of [chat, other]) await untilSaid(one, 'To both');
    try {
      look(true);
      await backend.cut(uuid);
      await untilListening(site);
      await backend.say(uuid, {role: 'maria', body: 'After the break'});
      await untilSaid(other, 'After the break');
    } finally {
      Reflect.deleteProperty(document, 'hidden');
    }
    await untilSaid(chat, 'After the break');
  });

  it('a message written in one tab appears in another that did not have the chat open', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const {chat: other} = await sitePage(`site=${site}`);
    inside(other, '.launcher')!.click();
    await press(other, 'Continue');
    await until(() => inside(other, '.ask'), 'the offer to ask');
    await untilQuiet(site);
    await press(chat, 'Ask a question');
    await until(() => inside(chat, 'textarea'), 'the field');
    await write(chat, 'Is one file enough?');
    await untilSaid(other, 'Is one file enough?');
    expect(inside(other, '.ask')).to.equal(null);
    await backend.say(uuidOf(site), {role: 'maria', body: 'One is enough.'});
    for (const one of [chat, other]) await untilSaid(one, 'One is enough.');
  });

  it('what was asked for before an end does not get into what begins after it', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await chat.sendMessage('For my eyes');
    await untilSent(chat);
    chat.remove();
    await backend.fault(site, {path: '/api/messages', method: 'GET', delayMs: 400});
    const again = await mountOpen(site);
    const isAsked = async () =>
      (await backend.calls(site)).some(
        ({method, path}) => method === 'GET' && path === '/api/messages',
      );
    await untilAsked(isAsked, 'the history to be asked for');
    await again.reset();
    await until(() => inside(again, '.doors'), 'the new conversation');
    await pause(800);
    expect(said(again).join()).to.not.include('For my eyes');
  });

  it('of several tabs one makes the sound', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const {chat: other, window: otherWindow} = await openBeside(site);
    await backend.say(uuidOf(site), {role: 'maria', body: 'To both'});
    for (const one of [chat, other]) await untilSaid(one, 'To both');
    localStorage.setItem(`maria-chat:${site}:sound`, 'true');
    let sounds = 0;
    const {AudioContext} = window;
    class Heard extends AudioContext {
      constructor() {
        super();
        sounds++;
      }
    }
    for (const one of [window, otherWindow as Window & typeof globalThis]) one.AudioContext = Heard;
    await until(() => other.step === 'files', 'Maria to have spoken');
    for (const one of [chat, other]) await one.close();
    for (let count = 1; count <= 3; count++) {
      await backend.say(uuidOf(site), {role: 'maria', body: `Hear ${count}`});
      for (const one of [chat, other]) await untilSaid(one, `Hear ${count}`);
      await until(() => sounds >= count, 'the sound');
    }
    window.AudioContext = AudioContext;
    expect(sounds).to.equal(3);
  });
});
