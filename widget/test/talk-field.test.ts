import {expect} from '@open-wc/testing';
import {setViewport} from '@web/test-runner-commands';

import {
  backend,
  button,
  every,
  inside,
  lines,
  mountAtDoors,
  mountOpen,
  newSite,
  pdf,
  press,
  reachPending,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';
import {conversationWith} from './questions.js';
import {
  attach,
  field,
  openTalk,
  type,
  untilListening,
  untilSent,
  uuidOf,
  write,
} from './talking.js';

const WORD = 'Donaudampfschiff'.repeat(12);

const tooWide = (chat: Element) => {
  const {right} = inside(chat, '.panel')!.getBoundingClientRect();
  return every(chat, '.log *, .talk *')
    .filter((one) => !one.closest('.sr') && one.getBoundingClientRect().right > right)
    .map((one) => one.className || one.localName);
};

/** In the free part of a conversation that waits for the confirmation. */
const openPending = async (site = newSite()) => {
  const chat = await mountOpen(site);
  await reachPending(chat);
  await press(chat, 'Ask a question');
  await until(() => field(chat), 'the field');
  return {chat, site};
};

/** At the name, in a conversation without a step for files. */
const openWithoutFiles = async () => {
  const site = newSite();
  await backend.config(site, {conversation: conversationWith([])});
  const chat = await mountAtDoors(site);
  await write(chat, 'Hello?');
  await press(chat, 'I agree');
  await until(() => inside(chat, '.doors'), 'the doors');
  await until(() => lines(chat).includes('Hello?'), 'the question');
  return {chat, site};
};

describe('files of messages in a conversation without a step for files', () => {
  it('the field has no paperclip, and a dropped file is not taken', async () => {
    const {chat, site} = await openWithoutFiles();
    expect(inside(chat, '.talk .picker') === null).to.equal(true);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(pdf('dropped.pdf'));
    inside(chat, '.panel')!.dispatchEvent(
      new DragEvent('drop', {dataTransfer, bubbles: true, composed: true, cancelable: true}),
    );
    const toast = () => inside(chat, '.toast')?.textContent;
    await until(toast, 'the answer');
    expect(toast()).to.equal('You don’t need any files at this step.');
    await untilQuiet(site);
    expect((await backend.visit(uuidOf(site))).files).to.deep.equal([]);
    expect(every(chat, '.talk .file')).to.have.length(0);
  });
});

describe('the field to write in', () => {
  it('keeps the focus, and what stands in it, when what is asked beside it changes', async () => {
    const {chat, site} = await openPending();
    field(chat)!.focus();
    type(chat, 'Half a thou');
    await untilListening(site);
    await backend.confirm(uuidOf(site));
    await until(() => inside(chat, '.reference'), 'the end');
    await chat.updateComplete;
    expect(chat.shadowRoot!.activeElement === field(chat)).to.equal(true);
    expect(field(chat)!.value).to.equal('Half a thou');
  });

  it('keeps what stands in it while the panel is closed', async () => {
    const {chat} = await openTalk();
    type(chat, 'To be continued');
    await chat.close();
    await chat.open();
    expect(field(chat)!.value).to.equal('To be continued');
  });

  it('has the focus after a message was sent, and its first height', async () => {
    const {chat} = await openTalk();
    const height = field(chat)!.offsetHeight;
    type(chat, 'One\ntwo\nthree\nfour');
    expect(field(chat)!.offsetHeight).to.be.above(height + 40);
    await write(chat, 'One\ntwo\nthree\nfour');
    await until(() => field(chat)!.offsetHeight === height, 'the field to shrink');
    expect(chat.shadowRoot!.activeElement === field(chat)).to.equal(true);
  });

  it('runs in the direction of what is written, on a page of the other one', async () => {
    for (const [lang, text, direction] of [
      ['en', 'مرحبا', 'rtl'],
      ['ar', 'Hello', 'ltr'],
    ] as const) {
      const {chat} = await openTalk();
      await chat.setLang(lang);
      type(chat, text);
      expect(getComputedStyle(field(chat)!).direction).to.equal(direction);
      await write(chat, text);
      await untilSaid(chat, text);
      const bubble = every(chat, '.bubble > [dir]').at(-1)!;
      expect(getComputedStyle(bubble).direction).to.equal(direction);
      await chat.destroy();
    }
  });

  it('what is too long is told beside it, in red, and cannot be sent', async () => {
    const {chat} = await openTalk();
    type(chat, 'a'.repeat(4_000));
    await chat.updateComplete;
    expect(field(chat)!.getAttribute('aria-invalid')).to.equal('false');
    type(chat, 'a'.repeat(4_001));
    await chat.updateComplete;
    expect(inside(chat, '#message-error')!.textContent).to.equal(
      'Please use 4000 characters or fewer.',
    );
    expect(field(chat)!.getAttribute('aria-describedby')).to.equal('message-error');
    expect(button(chat, 'Send')!.disabled).to.equal(true);
  });
});

describe('what is written and answered', () => {
  it('widens nothing, however long its words, at 320 px', async () => {
    await setViewport({width: 320, height: 568});
    const {chat, site} = await openTalk();
    await write(chat, WORD);
    await untilSent(chat);
    const body = `${WORD}\n\n- ${WORD}\n\n\`${WORD}\`\n\n\`\`\`\n${WORD}\n\`\`\`\n\n[x](https://${'long.'.repeat(30)}example/)`;
    await backend.say(uuidOf(site), {role: 'maria', body});
    await until(() => inside(chat, '.bubble pre'), 'the answer');
    expect(tooWide(chat)).to.deep.equal([]);
    expect(inside(chat, '.log')!.scrollWidth).to.equal(inside(chat, '.log')!.clientWidth);
  });

  it('stands in the order in which it was said, though the clocks differ', async () => {
    const {chat, site} = await openTalk();
    await untilListening(site);
    const at = new Date(Date.now() + 5_000).toISOString();
    await backend.say(uuidOf(site), {role: 'maria', body: 'From tomorrow', at});
    await untilSaid(chat, 'From tomorrow');
    await write(chat, 'Until now');
    await untilSaid(chat, 'Until now');
    const last = lines(chat).slice(-2);
    expect(last[0]).to.equal('From tomorrow');
    expect(last[1]).to.include('Until now');
  });

  it('with files to send and a keyboard on the screen, leaves the log its share', async () => {
    await setViewport({width: 320, height: 568});
    const {chat} = await openPending();
    const wrong = ['d', 'e'].map((name) => new File(['x'], name));
    await attach(chat, pdf('b.pdf'), pdf('c.pdf'), ...wrong);
    for (const height of [568, 380]) {
      inside(chat, '.panel')!.style.setProperty('--viewport-height', `${height}px`);
      expect(inside(chat, '.log')!.clientHeight / height, `${height}`).to.be.at.least(0.19);
      expect(button(chat, 'Send')!.getBoundingClientRect().bottom).to.be.at.most(height);
    }
  });

  it('magnified fourfold, with files to send, all can be reached', async () => {
    await setViewport({width: 320, height: 256});
    const {chat} = await openPending();
    await attach(chat, pdf('b.pdf'), pdf('a-longer-name-of-a-file.pdf'));
    inside(chat, '.main')!.scrollTop = 1_000;
    expect(button(chat, 'Send')!.getBoundingClientRect().bottom).to.be.at.most(256);
    expect(inside(chat, '.log')!.clientHeight).to.be.at.least(50);
  });

  it('on paper there is no field, and the log is cut off nowhere', async () => {
    const {chat} = await openPending();
    const rules = chat.shadowRoot!.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules]);
    const media = rules.filter((rule) => rule instanceof CSSMediaRule);
    const hides = (rule: CSSRule) => /\.talk\b.*display: none !important/s.test(rule.cssText);
    const showsAll = (rule: CSSRule) => /\.log\b[^}]*overflow: visible/s.test(rule.cssText);
    expect(media.filter(hides).map((rule) => rule.conditionText)).to.deep.equal(['print']);
    expect(media.filter(showsAll).map((rule) => rule.conditionText)).to.deep.equal(['print']);
  });

  it('on a phone on its side nothing that is asked is cut off', async () => {
    await setViewport({width: 640, height: 320});
    const {chat} = await openPending();
    const {bottom} = inside(chat, '.tray')!.getBoundingClientRect();
    expect(bottom).to.be.closeTo(320, 1);
    expect(button(chat, 'Send')!.getBoundingClientRect().bottom).to.be.at.most(320);
  });

  it('everything to press is at least 24 px, also within a message', async () => {
    await setViewport({width: 360, height: 740});
    const {chat, site} = await openPending();
    await attach(chat, pdf('b.pdf'));
    await write(chat, 'Here it is');
    await until(() => inside(chat, '.bubble .attached'), 'the file');
    await untilSent(chat);
    await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
    await write(chat, 'And this');
    await until(() => inside(chat, '.delivery .link'), 'the way to try again');
    for (const target of every(chat, '.log button, .talk button, .talk .attach, .talk textarea')) {
      const {width, height} = target.getBoundingClientRect();
      expect(Math.min(width, height), target.outerHTML).to.be.at.least(24);
    }
    await backend.heal(site);
    await press(chat, 'Try again: And this');
    await untilSent(chat);
  });

  it('files are chosen in one place at a time', async () => {
    const {chat} = await openTalk();
    expect(every(chat, 'input[type=file]')).to.have.length(1);
  });

  it('a page’s own styles do not reach it', async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      '*{letter-spacing:9px!important;float:left!important} textarea,button,a,ul{all:unset!important;display:none!important}',
    );
    document.adoptedStyleSheets = [sheet];
    const {chat, site} = await openTalk();
    await backend.say(uuidOf(site), {role: 'maria', body: '- one\n- two'});
    await until(() => inside(chat, '.bubble ul'), 'the answer');
    document.adoptedStyleSheets = [sheet];
    expect(field(chat)!.offsetHeight).to.equal(48);
    expect(getComputedStyle(inside(chat, '.bubble ul')!).display).to.equal('block');
    expect(getComputedStyle(field(chat)!).letterSpacing).to.equal('normal');
    document.adoptedStyleSheets = [];
  });
});
