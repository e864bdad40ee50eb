import {expect, oneEvent} from '@open-wc/testing';

import {
  answer,
  backend,
  inside,
  mountOpen,
  newSite,
  pause,
  press,
  reachEmail,
  reachPending,
  stored,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';

const fault = (chat: Element) => inside(chat, '.fault')?.textContent.trim();

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
    await until(() => fault(chat) === 'Please check the e-mail address.', 'the fault');
    expect((await backend.calls(site)).some(({path}) => path.endsWith('/contact'))).to.equal(false);
  });

  it('an address that the backend refuses stays in the field, with the reason', async () => {
    const chat = await mountOpen();
    await reachEmail(chat);
    await answer(chat, 'Your e-mail address', 'ana@host.invalid');
    await until(() => fault(chat) === 'Please check the e-mail address.', 'the fault');
    expect(inside<HTMLInputElement>(chat, 'input[type=email]')!.value).to.equal('ana@host.invalid');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await untilSaid(chat, 'We mailed a link to a•••@example.com.');
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
    expect(inside(chat, '.reference')!.textContent).to.equal(stored(site, 'session_uuid'));
    expect(chat.state).to.equal('complete');
    expect(chat.matches(':state(verified)')).to.equal(true);
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

  it('a new address is handed over by itself and told masked', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachPending(chat);
    await press(chat, 'Change address');
    await answer(chat, 'New e-mail address', 'bea@example.org');
    await until(() => inside(chat, '.card')?.textContent.includes('b•••@example.org'), 'the card');
    expect((await backend.visit(stored(site, 'session_uuid')!)).newEmail).to.equal(
      'bea@example.org',
    );
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
