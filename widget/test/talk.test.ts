import {expect} from '@open-wc/testing';

import {MAX_MESSAGE_LENGTH} from '../../server/contract/limits.js';

import {
  answer,
  backend,
  button,
  every,
  inside,
  lines,
  mountOpen,
  newSite,
  pdf,
  press,
  pressInMenu,
  reachFiles,
  reachPending,
  sitePage,
  storedKeys,
  until,
  untilCalled,
  untilSaid,
} from './helpers.js';
import {
  field,
  key,
  openTalk,
  said,
  type,
  untilListening,
  untilSent,
  uuidOf,
  write,
} from './talking.js';

describe('free chat', () => {
  it('is offered at every step', async () => {
    const chat = await mountOpen();
    await until(() => button(chat, 'Ask a question'), 'the way to ask at the name');
    await answer(chat, 'Your name', 'Ana');
    await until(() => button(chat, 'I agree'), 'the consent');
    await until(() => button(chat, 'Ask a question'), 'the way to ask at the consent');
  });

  it('what is written is sent once, under a name of its own, and stands in the log', async () => {
    const {chat, site} = await openTalk();
    await write(chat, 'Is a scan enough?');
    await untilSaid(chat, 'Is a scan enough?');
    await untilCalled(site, 'POST', '/api/messages');
    await untilSent(chat);
    const {messages} = await backend.visit(uuidOf(site));
    expect(messages.map(({body}) => body)).to.deep.equal(['Is a scan enough?']);
    expect(field(chat)!.value).to.equal('');
    expect(said(chat).filter((line) => line.includes('scan'))).to.have.length(1);
  });

  it('Enter sends; with Shift, or while an input method is at work, it does not', async () => {
    const {chat, site} = await openTalk();
    type(chat, 'One');
    await chat.updateComplete;
    key(chat, {shiftKey: true});
    key(chat, {isComposing: true});
    key(chat, {keyCode: 229});
    expect(field(chat)!.value).to.equal('One');
    key(chat, {});
    await untilCalled(site, 'POST', '/api/messages');
    expect((await backend.visit(uuidOf(site))).messages).to.have.length(1);
  });

  it('an answer grows as it is written, and is read out once it is whole', async () => {
    const {chat, site} = await openTalk();
    const uuid = uuidOf(site);
    await write(chat, 'Hello?');
    // Otherwise the backend can number the answer first.
    await untilCalled(site, 'POST', '/api/messages');
    await untilListening(site);
    const {id} = await backend.say(uuid, {role: 'maria', body: '', state: 'running'});
    const delta = (offset: number, text: string) =>
      backend.tell(uuid, {
        type: 'message_delta',
        data: {message_id: id, offset, text},
        isFleeting: true,
      });
    await delta(0, 'A **sc');
    await untilSaid(chat, 'A **sc');
    const running = () => inside(chat, '.bubble [aria-hidden=true]');
    expect(running()?.textContent).to.include('A **sc');
    await delta(6, 'an** is fine.');
    const emphasised = () => every(chat, '.bubble strong').at(-1)?.textContent;
    await until(() => emphasised() === 'scan', 'the rest');
    await backend.complete(uuid, {id, body: 'A **scan** is fine.'});
    await until(() => !running(), 'the end');
    expect(said(chat).at(-1)).to.match(/A scan is fine\.$/);
  });

  it('the visitor stops an answer', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const {id} = await backend.say(uuidOf(site), {
      role: 'maria',
      body: 'On and on',
      state: 'running',
    });
    await press(chat, 'Stop');
    await untilCalled(site, 'POST', '/api/messages/stop');
    await backend.complete(uuidOf(site), {id, body: 'On and on'});
    await until(() => button(chat, 'Send'), 'the way to write on');
    await until(() => inside(chat, '.delivery')?.textContent === 'Cancelled.', 'the word');
  });

  it('the visitor stops an answer before its first word', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    await backend.tell(uuidOf(site), {type: 'typing', data: {role: 'maria'}, isFleeting: true});
    await until(() => inside(chat, '.log .typing'), 'Maria to think');
    await press(chat, 'Stop');
    await untilCalled(site, 'POST', '/api/messages/stop');
    await until(() => button(chat, 'Send'), 'the way to write on');
    expect(inside(chat, '.log .typing') === null).to.equal(true);
  });

  it('without a line it says so, and goes once when that is back', async () => {
    const {chat, site} = await openTalk();
    await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
    await write(chat, 'Are you there?');
    await until(() => inside(chat, '.delivery')?.textContent.includes('Not sent yet.'), 'the word');
    await backend.heal(site);
    await press(chat, 'Try again: Are you there?');
    await untilSent(chat);
    expect((await backend.visit(uuidOf(site))).messages).to.have.length(1);
  });

  it('what was not sent is there after a reload, and goes', async () => {
    const {chat, site} = await openTalk();
    await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
    await write(chat, 'Remember me');
    await until(() => inside(chat, '.delivery'), 'it to wait');
    chat.remove();
    await backend.heal(site);
    const again = await mountOpen(site);
    await press(again, 'Continue');
    await until(() => field(again), 'the field');
    await untilSaid(again, 'Remember me');
    await until(() => !inside(again, '.delivery'), 'it to be sent');
    expect((await backend.visit(uuidOf(site))).messages).to.have.length(1);
    expect(storedKeys(site)).to.not.include(`maria-chat:${site}:outgoing`);
  });

  it('streams that break off lose nothing and tell nothing twice', async () => {
    const {chat, site} = await openTalk();
    const uuid = uuidOf(site);
    await untilListening(site);
    for (let index = 1; index <= 3; index++) {
      await backend.say(uuid, {role: 'maria', body: `Word ${index}`});
      await backend.cut(uuid);
      await backend.say(uuid, {role: 'maria', body: `Meanwhile ${index}`});
      await untilListening(site);
    }
    await untilSaid(chat, 'Meanwhile 3');
    const words = lines(chat).filter((line) => /^(Word|Meanwhile) \d/.test(line));
    expect(words).to.deep.equal([1, 2, 3].flatMap((n) => [`Word ${n}`, `Meanwhile ${n}`]));
  });

  it('where streams are held back, it asks in pieces and hears all the same', async () => {
    const site = newSite();
    await backend.fault(site, {path: '/api/events', status: 200, body: '<p>proxy</p>', times: 2});
    const {chat} = await openTalk(site);
    await untilListening(site);
    await backend.say(uuidOf(site), {role: 'maria', body: 'By post'});
    await untilSaid(chat, 'By post');
  });

  it('messages have the order of their numbers, whatever the clocks say', async () => {
    const {chat, site} = await openTalk();
    const uuid = uuidOf(site);
    const order = (one: Element) =>
      said(one)
        .join()
        .match(/First: \w+|Second: \w+|Third: \w+/g);
    await untilListening(site);
    await write(chat, 'First: a question');
    await untilSaid(chat, 'First: a question');
    await untilSent(chat);
    const at = new Date(Date.now() - 60_000).toISOString();
    await backend.say(uuid, {role: 'maria', body: 'Second: a reply', at});
    await untilSaid(chat, 'Second: a reply');
    await backend.say(uuid, {role: 'visitor', body: 'Third: from another device', at});
    await untilSaid(chat, 'Third: from another device');
    const wanted = ['First: a', 'Second: a', 'Third: from'];
    expect(order(chat)).to.deep.equal(wanted);
    chat.remove();
    const again = await mountOpen(site);
    await press(again, 'Continue');
    await untilSaid(again, 'Third: from another device');
    expect(order(again)).to.deep.equal(wanted);
  });

  it('a message that was sent late is shown in the place where it was stored', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
    await write(chat, 'Written first');
    await until(() => inside(chat, '.delivery')?.textContent.includes('Not sent'), 'it to wait');
    await backend.say(uuidOf(site), {role: 'maria', body: 'Stored first'});
    await untilSaid(chat, 'Stored first');
    await backend.heal(site);
    window.dispatchEvent(new Event('online'));
    await untilSent(chat);
    const order = said(chat)
      .join()
      .match(/\w+ first/g);
    expect(order).to.deep.equal(['Stored first', 'Written first']);
  });

  it('a file goes along, can be fetched, and goes when it is removed', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await press(chat, 'Ask a question');
    await until(() => field(chat), 'the field');
    const picker = await until(() => inside<HTMLInputElement>(chat, '.talk .picker'), 'the clip');
    const given = new DataTransfer();
    given.items.add(pdf('proof.pdf'));
    picker.files = given.files;
    picker.dispatchEvent(new Event('change', {bubbles: true}));
    await until(() => inside(chat, '.talk .attached.success'), 'the upload');
    await write(chat, 'Here it is');
    await until(() => inside(chat, '.bubble .attached'), 'the file in the message');
    await untilSent(chat);
    const {messages} = await backend.visit(uuidOf(site));
    expect(messages.at(-1)!.files.map(({name}) => name)).to.deep.equal(['proof.pdf']);
    await press(chat, 'Remove proof.pdf');
    await until(() => !inside(chat, '.bubble .attached'), 'the file to go');
  });

  it('one tab of several reads, the others hear it, and another takes over', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const {chat: other} = await sitePage(`site=${site}`);
    inside(other, '.launcher')!.click();
    await press(other, 'Continue');
    await until(() => field(other), 'the field');
    expect((await backend.visit(uuidOf(site))).readers).to.equal(1);
    await backend.say(uuidOf(site), {role: 'maria', body: 'To both'});
    for (const one of [chat, other]) await untilSaid(one, 'To both');
    chat.remove();
    await backend.say(uuidOf(site), {role: 'maria', body: 'To the one that stays'});
    await untilSaid(other, 'To the one that stays');
    expect((await backend.visit(uuidOf(site))).readers).to.equal(1);
  });

  it('starting over leaves nothing of it in the browser', async () => {
    const {chat, site} = await openTalk();
    await write(chat, 'Forget me');
    await untilSaid(chat, 'Forget me');
    await untilSent(chat);
    await pressInMenu(chat, 'Start over');
    const question = await until(() => inside(chat, '[role=alertdialog]'), 'the question');
    question.querySelector<HTMLElement>('.danger')!.click();
    await until(() => inside(chat, '.doors'), 'a new beginning');
    expect(storedKeys(site)).to.not.include(`maria-chat:${site}:talk`);
    expect(lines(chat).join()).to.not.include('Forget me');
    expect(field(chat)!.value).to.equal('');
  });

  it('a page that would have something said has it in the field until it may be sent', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await chat.sendMessage('About product 7');
    expect((await backend.calls(site)).some(({path}) => path === '/api/messages')).to.equal(false);
    await reachFiles(chat);
    await until(() => field(chat)?.value === 'About product 7', 'the field');
    await chat.sendMessage('And product 8');
    await untilSaid(chat, 'And product 8');
    expect(field(chat)!.value, 'what the visitor has not sent').to.equal('About product 7');
    await chat.sendMessage('9'.repeat(MAX_MESSAGE_LENGTH + 1));
    await until(() => inside(chat, '.talk p.error')?.textContent, 'how much is too much');
  });

  it('what the page says is sent while the history cannot be had, and is text whatever it was', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await backend.fault(site, {path: '/api/messages', method: 'GET', drop: true});
    await chat.sendMessage(7 as unknown as string);
    await untilCalled(site, 'POST', '/api/messages');
    await until(() => said(chat).some((line) => line.endsWith('7')), 'the number');
  });

  it('who comes back sees what was written before they decide', async () => {
    const {chat, site} = await openTalk();
    await write(chat, 'Is a scan enough?');
    await untilSaid(chat, 'Is a scan enough?');
    await untilSent(chat);
    chat.remove();
    const again = await mountOpen(site);
    await until(() => button(again, 'Continue'), 'the question');
    await untilSaid(again, 'Is a scan enough?');
    expect(field(again) === null, 'and no field beside that').to.equal(true);
  });

  it('a bubble has the lines of its text, and no blank lines around them', async () => {
    const site = newSite();
    const steps = [
      {id: 'hello', type: 'say', text: 'One\nTwo'},
      {id: 'consent', type: 'consent', purpose: 'personal_data'},
      {id: 'ask', type: 'assistant'},
    ];
    await backend.config(site, {conversation: {version: 1, steps}});
    const chat = await mountOpen(site);
    await press(chat, 'I agree');
    await until(() => field(chat), 'the field');
    await write(chat, 'Three\nFour');
    await untilSaid(chat, 'Three');
    await untilSent(chat);
    await backend.say(uuidOf(site), {role: 'maria', body: 'Five\nSix'});
    await untilSaid(chat, 'Five');
    const heightOf = (text: string) => {
      const bubble = every(chat, '.bubble').find((one) => one.textContent.includes(text))!;
      const {lineHeight, paddingBlockStart, paddingBlockEnd} = getComputedStyle(bubble);
      const padding = parseFloat(paddingBlockStart) + parseFloat(paddingBlockEnd);
      return (bubble.clientHeight - padding) / parseFloat(lineHeight);
    };
    for (const text of ['One', 'Three', 'Five'])
      expect(heightOf(text), text).to.be.within(1.9, 2.1);
  });

  it('who asks nothing fetches nothing for it', async () => {
    const {chat} = await sitePage(`site=${newSite()}`);
    inside(chat, '.launcher')!.click();
    await reachPending(chat);
    await until(() => button(chat, 'Ask a question'), 'the way to ask');
    const fetched = () =>
      chat.ownerDocument
        .defaultView!.performance.getEntriesByType('resource')
        .filter(({name}) => /\/messages-[\w-]+\.js/.test(name)).length;
    expect(fetched()).to.equal(0);
    await press(chat, 'Ask a question');
    await until(() => fetched() === 1, 'what is needed to write');
  });

  it('at an assistant’s step the visitor may ask, and goes on when they like', async () => {
    const site = newSite();
    const steps = [
      {id: 'consent', type: 'consent', purpose: 'personal_data'},
      {id: 'ask', type: 'assistant'},
      {id: 'files', type: 'upload'},
    ];
    await backend.config(site, {conversation: {version: 1, steps}});
    const chat = await mountOpen(site);
    await press(chat, 'I agree');
    await untilSaid(chat, 'What is your question?');
    await until(() => field(chat), 'the field');
    await write(chat, 'How long does it take?');
    await untilSaid(chat, 'How long does it take?');
    await untilSent(chat);
    await press(chat, 'Continue');
    await until(() => inside(chat, '.dropzone'), 'the files');
    expect(field(chat)).to.not.equal(null);
  });
});
