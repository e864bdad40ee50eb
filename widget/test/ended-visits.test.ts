import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  inside,
  mountOpen,
  newSite,
  press,
  reachEmail,
  sitePage,
  stored,
  until,
  untilCalled,
  untilRecorded,
} from './helpers.js';
import {field, openTalk, type, untilListening, uuidOf, write} from './talking.js';

const untilGone = (chat: Element) =>
  until(() => inside(chat, '.notices')?.textContent.includes('been a while'), 'the end');

/** Has the widget notice that the visit has ended. */
const end = async (site: string) => {
  await backend.end(uuidOf(site));
  await backend.cut(uuidOf(site));
};

/** Writes a message whose call does not end during the test. */
const writeSlowly = async () => {
  const opened = await openTalk();
  const {chat, site} = opened;
  await untilListening(site);
  await backend.fault(site, {method: 'POST', path: '/api/messages', delayMs: 60_000, times: 1});
  await write(chat, 'Is a copy enough?');
  await untilCalled(site, 'POST', '/api/messages');
  return opened;
};

describe('a visit that ends while the visitor types', () => {
  it('leaves an unsent message in the field, which keeps the focus', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const area = field(chat)!;
    area.focus();
    type(chat, 'Half a thou');
    await end(site);
    await untilGone(chat);
    await until(() => inside(chat, '.doors'), 'the doors');
    expect(field(chat)).to.equal(area);
    expect(area.value).to.equal('Half a thou');
    expect(chat.shadowRoot!.activeElement).to.equal(area);
  });

  it('returns a message to the field that could not be sent any more', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    await backend.end(uuidOf(site));
    await write(chat, 'Is a copy enough?');
    await untilGone(chat);
    await until(() => inside(chat, '.doors'), 'the doors');
    expect(field(chat)!.value).to.equal('Is a copy enough?');
    expect(stored(site, 'outgoing')).to.equal(null);
  });

  it('returns it also if the event stream learns first that the visit has ended', async () => {
    const {chat, site} = await writeSlowly();
    await end(site);
    await untilGone(chat);
    await until(() => inside(chat, '.doors'), 'the doors');
    expect(field(chat)!.value).to.equal('Is a copy enough?');
    expect(stored(site, 'outgoing')).to.equal(null);
  });

  it('returns it also if another tab learns first that the visit has ended', async () => {
    const {chat, site} = await writeSlowly();
    const uuid = uuidOf(site);
    await backend.end(uuid);
    const {chat: other} = await sitePage(`site=${site}`);
    inside(other, '.launcher')!.click();
    await until(() => stored(site, 'session_uuid') !== uuid, 'the end in the other tab');
    const draft = () => chat.controller.chat!.drafts.get('message');
    await until(() => draft() === 'Is a copy enough?', 'the words for the field');
  });

  it('keeps an e-mail address for the field of the next visit', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await untilRecorded(uuidOf(site), 'email');
    await backend.end(uuidOf(site));
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await untilGone(chat);
    await press(chat, 'Start');
    await reachEmail(chat);
    expect(inside<HTMLInputElement>(chat, '[type=email]')!.value).to.equal('ana@example.com');
  });

  it('deletes what was typed longer ago', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const {now} = Date;
    try {
      Date.now = () => now() - 61_000;
      type(chat, 'Left alone');
      Date.now = now;
      await end(site);
      await untilGone(chat);
    } finally {
      Date.now = now;
    }
    await until(() => inside(chat, '.doors'), 'the doors');
    expect(field(chat)!.value).to.equal('');
  });
});
