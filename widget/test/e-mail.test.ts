import {expect, oneEvent} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';

import {suggestEmail} from '../core/email/email-suggestion.js';
import {
  answer,
  backend,
  button,
  inside,
  lines,
  mountOpen,
  newSite,
  pause,
  press,
  reachEmail,
  reachPending,
  stored,
  storedKeys,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';

const CHECK = 'Please enter a full e‑mail address, such as name@example.com.';
const LATE = 'The link may take a while to arrive.';
const fault = (chat: Element) => inside(chat, 'p.error')?.textContent.trim();

describe('e-mail', () => {
  it('hands over name, e-mail and language, and nothing before', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    const {data} = (await backend.calls(site)).find(({path}) => path.endsWith('/contact'))!;
    expect(data).to.deep.equal({name: 'Ana', email: 'ana@example.com', locale: 'en'});
  });

  it('a slip of the finger is told before anything is sent', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await answer(chat, 'Your e-mail address', 'ana@@example');
    await until(() => fault(chat) === CHECK, 'the fault');
    expect((await backend.calls(site)).some(({path}) => path.endsWith('/contact'))).to.equal(false);
  });

  it('an address that the backend refuses stays in the field, with the reason', async () => {
    const chat = await mountOpen();
    await reachEmail(chat);
    await answer(chat, 'Your e-mail address', 'ana@host.invalid');
    await until(() => fault(chat) === CHECK, 'the fault');
    expect(inside<HTMLInputElement>(chat, 'input[type=email]')!.value).to.equal('ana@host.invalid');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await untilSaid(chat, 'We’ve sent a link to ana@example.com.');
  });

  it('a wrong address is marked at the border of its field too', async () => {
    const chat = await mountOpen();
    await reachEmail(chat);
    const area = inside<HTMLInputElement>(chat, 'input[type=email]')!;
    const shown = () => {
      const {borderTopColor, borderTopWidth, outlineColor} = getComputedStyle(area);
      return document.activeElement === chat ? outlineColor : `${borderTopWidth} ${borderTopColor}`;
    };
    for (const scheme of ['light', 'dark'] as const) {
      await chat.setTheme(scheme);
      await answer(chat, 'Your e-mail address', 'ana@@example');
      await until(() => fault(chat) === CHECK, 'the fault');
      const {color} = getComputedStyle(inside(chat, 'p.error')!);
      area.focus();
      await until(() => shown() === color, 'the outline');
      area.blur();
      expect(shown()).to.equal(`2px ${color}`);
    }
  });

  it('the open panel learns of the confirmation by itself', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    const completing = oneEvent(chat, 'maria-complete');
    await backend.confirm(stored(site, 'session_uuid')!);
    await completing;
    await untilSaid(chat, 'Thank you, Ana!');
    await until(() => inside(chat, '.reference'), 'the reference');
    expect(inside(chat, '.reference')!.textContent.trim()).to.equal(stored(site, 'session_uuid'));
    expect(chat.state).to.equal('complete');
    expect(chat.matches(':state(verified)')).to.equal(true);
  });

  it('a link that waits is announced as late until it is sent', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    const hint = () => inside(chat, '.card .hint')?.textContent.trim();
    await reachEmail(chat);
    await answer(chat, 'Your e-mail address', 'ana@delayed.example');
    await untilSaid(chat, 'We’ll send a link to ana@delayed.example.');
    await until(() => hint()?.startsWith('The link may take a while'), 'the hint');
    await backend.deliver(stored(site, 'session_uuid')!);
    await until(() => hint()?.startsWith('You’ll see it here'), 'the usual hint');
  });

  it('a link that waits is announced as late to a visitor who returns', async () => {
    const site = newSite();
    const before = await mountOpen(site);
    await reachEmail(before);
    await answer(before, 'Your e-mail address', 'ana@delayed.example');
    await until(() => inside(before, '.card'), 'the card');
    before.remove();
    const chat = await mountOpen(site);
    await until(
      () => inside(chat, '.card .hint')?.textContent.includes('may take a while'),
      'the hint',
    );
    expect(lines(chat).join()).to.include('We’ll send a link to ').and.not.include('We’ve sent');
    await press(chat, 'Send again');
    await until(() => inside(chat, '.toast'), 'the toast');
    expect(inside(chat, '.toast')!.textContent).to.equal(LATE);
  });

  it('a link to a new address that waits is not said to be sent', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    await press(chat, 'Change address');
    await answer(chat, 'Your e-mail address', 'bea@delayed.example');
    await untilSaid(chat, 'We’ll send a link to bea@delayed.example.');
    expect(lines(chat).join()).to.not.include('We’ve sent a link to b');
  });

  it('a closed panel does not ask', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await chat.close();
    const before = await untilQuiet(site);
    await pause(2_300);
    expect((await backend.calls(site)).length).to.equal(before);
  });

  it('sending again waits a minute', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    const again = await until(
      () =>
        [...chat.shadowRoot!.querySelectorAll('button')].find((one) =>
          one.textContent.includes('Send again'),
        ),
      'the button',
    );
    expect(again.disabled).to.equal(true);
    expect(again.textContent).to.match(/\((60|5\d) s\)/);
  });

  it('a new address is handed over by itself and shown', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await press(chat, 'Change address');
    await answer(chat, 'Your e-mail address', 'bea@example.org');
    await untilSaid(chat, 'a link to bea@example.org');
    // The line says it, and no toast beside it.
    expect(inside(chat, '.toast')).to.equal(null);
    expect((await backend.visit(stored(site, 'session_uuid')!)).newEmail).to.equal(
      'bea@example.org',
    );
  });

  for (const [typed, meant] of Object.entries({
    'Ana@gmial.com': 'Ana@gmail.com',
    'ana@hotmial.con': 'ana@hotmail.com',
    'ana@firma.con': 'ana@firma.com',
    'ana@gmail.co': 'ana@gmail.com',
    'ana@outlok.com': 'ana@outlook.com',
    'ana@mail.com': null,
    'ana@yahoo.ca': null,
    'ana@firma.co': null,
    'ana@gmail.com': null,
    'ana@example.com': null,
    nonsense: null,
  })) {
    it(`${typed} ${meant ? `was probably meant to be ${meant}` : 'is no slip'}`, () => {
      expect(suggestEmail(typed)).to.equal(meant);
    });
  }

  it('a likely slip is told while it is typed, and mended by one press', async () => {
    const chat = await mountOpen();
    await reachEmail(chat);
    const field = inside<HTMLInputElement>(chat, 'input[type=email]')!;
    field.focus();
    await sendKeys({type: 'ana@gmial.com'});
    await press(chat, 'Did you mean ana@gmail.com?');
    await until(() => field.value === 'ana@gmail.com', 'the address to be mended');
    expect(button(chat, 'Did you mean ana@gmail.com?')).to.equal(undefined);
  });

  it('whoever is in the middle of a known name is left alone', async () => {
    const chat = await mountOpen();
    await reachEmail(chat);
    inside(chat, 'input[type=email]')!.focus();
    await sendKeys({type: 'ana@gmail.co'});
    await chat.updateComplete;
    expect(inside(chat, '.tray .link')).to.equal(null);
  });

  const contacts = async (site: string) =>
    (await backend.calls(site))
      .filter(({path}) => path.endsWith('/contact'))
      .map(({data}) => data!['email']);

  it('a likely slip is asked about before anything is sent, and mended by one press', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await answer(chat, 'Your e-mail address', 'ana@gmail.co');
    await until(() => button(chat, 'Did you mean ana@gmail.com?'), 'the question');
    expect(await contacts(site)).to.deep.equal([]);
    await press(chat, 'Did you mean ana@gmail.com?');
    await untilSaid(chat, 'a link to ana@gmail.com');
    expect(await contacts(site)).to.deep.equal(['ana@gmail.com']);
    expect(button(chat, 'Did you mean ana@gmail.com?')).to.equal(undefined);
  });

  it('whoever means it sends it as it is, and is not asked twice', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await answer(chat, 'Your e-mail address', 'ana@gmial.com');
    await press(chat, 'Use ana@gmial.com anyway');
    await untilSaid(chat, 'a link to ana@gmial.com');
    await press(chat, 'Change address');
    await answer(chat, 'Your e-mail address', 'bea@gmial.com');
    await until(() => button(chat, 'Did you mean bea@gmail.com?'), 'the question');
    await answer(chat, 'Your e-mail address', 'bea@gmial.com');
    await untilSaid(chat, 'a link to bea@gmial.com');
    const visit = await backend.visit(stored(site, 'session_uuid')!);
    expect([visit.email, visit.newEmail]).to.deep.equal(['ana@gmial.com', 'bea@gmial.com']);
  });

  it('a slip is sent once, however often its answer is pressed', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await answer(chat, 'Your e-mail address', 'ana@gmial.com');
    const send = await until(() => button(chat, 'Use ana@gmial.com anyway'), 'the question');
    await backend.fault(site, {path: '/contact', delayMs: 300, times: 1});
    send.click();
    send.click();
    await until(() => inside(chat, '.card'), 'the pending card');
    const calls = (await backend.calls(site)).filter(({path}) => path.endsWith('/contact'));
    expect(calls).to.have.length(1);
    expect(lines(chat).filter((line) => line === 'ana@gmial.com')).to.have.length(1);
  });

  it('without a line, what is sent says that it waits, and goes when it is back', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await backend.fault(site, {drop: true});
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    const hint = () => inside(chat, '.tray')!.textContent;
    await until(() => hint().includes('Not sent yet.'), 'the hint');
    await backend.heal(site);
    window.dispatchEvent(new Event('online'));
    await until(() => inside(chat, '.card'), 'the pending card');
    expect(hint()).to.not.include('Not sent yet');
  });

  it('a half typed address is there again after the name was corrected', async () => {
    const chat = await mountOpen();
    await reachEmail(chat);
    inside(chat, 'input[type=email]')!.focus();
    await sendKeys({type: 'ana@exa'});
    await press(chat, 'Change: Ana');
    await answer(chat, 'Your name', 'Hanna');
    await untilSaid(chat, 'Nice to meet you, Hanna.');
    await until(() => inside(chat, 'input[type=email]'), 'the e-mail field');
    expect(inside<HTMLInputElement>(chat, 'input[type=email]')!.value).to.equal('ana@exa');
  });

  it('the address is shown as it was typed until the page is loaded anew, and never kept', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await untilSaid(chat, 'a link to ana@example.com');
    expect(inside(chat, '.tray')!.textContent).to.not.include('@');
    const kept = storedKeys(site).map((key) => localStorage.getItem(key));
    expect(kept.join()).to.not.include('ana@example.com');
    chat.remove();
    const again = await mountOpen(site);
    await untilSaid(again, 'a link to a•••@example.com');
    expect(inside(again, '.panel')!.textContent).to.not.include('ana@example.com');
  });

  it('changing the address begins with the one that was typed', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    await press(chat, 'Change address');
    const field = await until(() => inside<HTMLInputElement>(chat, 'input[type=email]'), 'field');
    expect(field.value).to.equal('ana@example.com');
  });

  it('after a reload it says which address it is, as far as it may be shown', async () => {
    const site = newSite();
    const first = await mountOpen(site);
    await reachPending(first);
    first.remove();
    const chat = await mountOpen(site);
    await press(chat, 'Change address');
    const field = await until(() => inside<HTMLInputElement>(chat, 'input[type=email]'), 'field');
    expect(field.value).to.equal('');
    expect(lines(chat).at(-1)).to.include('a•••@example.com');
  });

  it('a missing consent is recorded once more, and the e-mail goes through', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    const body = {status: 'error', code: 'consent_required', message: 'x', request_id: 'x'};
    await backend.fault(site, {path: '/contact', status: 403, body, times: 1});
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => inside(chat, '.card'), 'the pending card');
    const calls = (await backend.calls(site)).map(({method, path}) => `${method} ${path}`);
    const refused = calls.indexOf('PUT /api/session/contact');
    expect(calls.slice(refused + 1)).to.include('PUT /api/session/consents');
  });
});
