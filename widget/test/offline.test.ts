import {expect} from '@open-wc/testing';

import {
  answer,
  backend,
  button,
  choose,
  every,
  inside,
  lines,
  mount,
  mountOpen,
  newSite,
  pdf,
  press,
  reachEmail,
  reachFiles,
  rows,
  setOnline,
  stored,
  storedKeys,
  until,
  untilCalled,
  untilSaid,
} from './helpers.js';

const notices = (chat: Element) => inside(chat, '.notices')?.textContent ?? '';
const UNREACHABLE = 'The chat can’t connect right now.';
const LIMITED = {status: 'rate_limited', code: 'rate_limited', message: 'x', request_id: 'x'};
const ERROR =
  'The system has encountered an error, which has been notified to the administrator to investigate. Please try again later.';

describe('offline', () => {
  it('without a server Maria begins with a UUID of this browser and says so gently', async () => {
    const site = newSite();
    await backend.fault(site, {drop: true});
    const chat = await mountOpen(site);
    await untilSaid(chat, 'What is your name?');
    await until(() => notices(chat).includes(UNREACHABLE), 'the notice');
    expect(stored(site, 'session_uuid')).to.match(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
    expect(stored(site, 'token')).to.equal(null);
    expect(chat.matches(':state(offline)')).to.equal(true);
    setOnline(false);
    await until(() => notices(chat).includes('You seem to be offline.'), 'the other notice');
    setOnline(true);
    await until(() => notices(chat).includes(UNREACHABLE), 'the first notice');
    expect(notices(chat)).to.not.include('offline');
  });

  it('when the backend is back the UUID is claimed and the decision recorded', async () => {
    const site = newSite();
    await backend.fault(site, {drop: true});
    const chat = await mountOpen(site);
    const uuid = stored(site, 'session_uuid')!;
    await answer(chat, 'Your name', 'Ana');
    await press(chat, 'I agree');
    await backend.heal(site);
    window.dispatchEvent(new Event('online'));
    await until(() => stored(site, 'token'), 'the token', 8_000);
    await until(() => !notices(chat).includes(UNREACHABLE), 'the notice to go');
    expect(stored(site, 'session_uuid')).to.equal(uuid);
    await untilCalled(site, 'PUT', '/consents');
    expect((await backend.visit(uuid)).consents[0]!.purpose).to.equal('personal_data');
  });

  it('a busy backend never ends the session', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const uuid = stored(site, 'session_uuid');
    const token = stored(site, 'token');
    await backend.fault(site, {status: 429, body: LIMITED, headers: {'Retry-After': '30'}});
    chat.remove();
    const again = await mountOpen(site);
    await untilSaid(again, 'Welcome back, Ana.');
    expect(stored(site, 'session_uuid')).to.equal(uuid);
    expect(stored(site, 'token')).to.equal(token);
    expect(notices(again)).to.include('We’re very busy right now');
  });

  it('a proxy’s page is an error as any other, told in the fixed sentence', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await backend.fault(site, {
      path: '/contact',
      status: 500,
      body: '<html>Bad thing</html>',
      times: 1,
    });
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => notices(chat).includes(ERROR), 'the fixed sentence');
    expect(inside<HTMLInputElement>(chat, 'input[type=email]')!.value).to.equal('ana@example.com');
    expect(stored(site, 'session_uuid')).to.not.equal(null);
  });

  it('an answer of a captive portal, 200 and not ours, is an error too', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await backend.fault(site, {
      path: '/contact',
      status: 200,
      body: '<html>Log in</html>',
      times: 1,
    });
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => notices(chat).includes(ERROR), 'the fixed sentence');
  });

  it('the e-mail is sent once the backend can take it', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await backend.fault(site, {path: '/contact', status: 503, body: '', times: 1});
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => notices(chat).includes('We’re very busy right now'), 'the notice');
    await untilSaid(chat, 'We’ve sent a link to ana@example.com.');
    expect(notices(chat)).to.not.include('We’re very busy right now');
  });

  it('an upload broken off by the network is taken up when it is back', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await backend.fault(site, {path: '/upload', drop: true});
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await until(() => rows(chat)[0]?.state === 'error', 'the error', 8_000);
    expect(rows(chat)[0]!.says).to.equal(
      'Waiting for your connection. We’ll continue automatically.',
    );
    await backend.heal(site);
    window.dispatchEvent(new Event('online'));
    await until(() => rows(chat)[0]?.state === 'success', 'the upload');
  });

  it('an upload goes on by itself when the server is back, and is stored once', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await backend.fault(site, {path: '/upload', drop: true, times: 4});
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await until(() => rows(chat)[0]?.state === 'success', 'the upload', 9_500);
    expect((await backend.visit(stored(site, 'session_uuid')!)).files).to.have.length(1);
  });

  it('an upload that is still in progress is waited for, time and again', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const body = {status: 'error', code: 'in_progress', message: 'x', request_id: 'x'};
    const headers = {'Retry-After': '1'};
    await backend.fault(site, {path: '/upload', status: 409, body, headers, times: 4});
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await until(() => rows(chat)[0]?.state === 'uploading', 'the upload to begin');
    await until(() => rows(chat)[0]?.state !== 'uploading', 'the upload to end', 8_000);
    expect(rows(chat)[0]!.state).to.equal('success');
  });

  it('a refused token is looked into, and only a collision ends the session', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const body = {status: 'error', code: 'token_invalid', message: 'x', request_id: 'x'};
    await backend.fault(site, {path: '/upload', status: 401, body, times: 1});
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await until(() => rows(chat)[0]?.state === 'success', 'the upload');
    expect(button(chat, 'Done & continue')).to.exist;
  });

  for (const [code, status] of [
    ['unknown_site', 404],
    ['origin_not_allowed', 403],
  ] as const) {
    it(`${code}: one word to the developer, one to the visitor, and no question`, async () => {
      const site = newSite();
      const codes: string[] = [];
      const listen = (event: Event) => codes.push((event as Event & {code: string}).code);
      document.addEventListener('maria-error', listen);
      const body = {status: 'error', code, message: 'x', request_id: 'x'};
      await backend.fault(site, {path: '/api/', status, body});
      const chat = await mount(site);
      await chat.open();
      await untilSaid(chat, 'I’m not available on this page right now.');
      document.removeEventListener('maria-error', listen);

      expect(lines(chat)).to.have.length(1);
      expect(inside(chat, '.notice')).to.equal(null);
      expect(every(chat, '.tray button').map((one) => one.textContent.trim())).to.deep.equal([
        'Try again',
      ]);
      expect(codes).to.deep.equal([code]);
      expect(storedKeys(site)).to.deep.equal([`maria-chat:${site}:open`]);
      await backend.heal(site);
      await press(chat, 'Try again');
      await press(chat, 'Start');
      await untilSaid(chat, 'What is your name?');
      expect(lines(chat)).to.have.length(2);
    });
  }
});
