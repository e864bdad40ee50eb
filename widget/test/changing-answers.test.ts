import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';

import {
  answer,
  backend,
  button,
  choose,
  every,
  inside,
  lines,
  mountOpen,
  newSite,
  pdf,
  press,
  reachEmail,
  reachFiles,
  reachPending,
  rows,
  start,
  stored,
  until,
  untilAsked,
  untilRecorded,
  untilSaid,
} from './helpers.js';

const decisions = async (site: string) =>
  (await backend.calls(site))
    .filter(({method, path}) => method === 'PUT' && path.endsWith('/consents'))
    .flatMap(({data}) => data!['consents'] as {purpose: string; granted: boolean}[])
    .map(({purpose, granted}) => `${purpose} ${granted ? 'yes' : 'no'}`);

const changeButtons = (chat: Element) =>
  every(chat, '.line button').map((one) => one.getAttribute('aria-label'));

describe('changing answers', () => {
  it('the name is corrected, and the conversation goes on where it was', async () => {
    const chat = await mountOpen();
    await reachFiles(chat, 'Anna');
    await press(chat, 'Change: Anna');
    await start(chat);
    const field = await until(() => inside<HTMLInputElement>(chat, 'input[name=answer]'), 'field');
    expect(field.value).to.equal('Anna');
    await answer(chat, 'Your name', 'Hanna');
    await untilSaid(chat, 'Nice to meet you, Hanna.');
    await until(() => chat.step === 'files', 'the files');
    expect(lines(chat).filter((line) => line.startsWith('Hello'))).to.have.length(1);
    await until(() => button(chat, 'Change: Hanna'), 'the way back to the new name');
    expect(button(chat, 'Change: Anna')).to.equal(undefined);
  });

  it('the corrected name is the one that is handed over', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachEmail(chat);
    await press(chat, 'Change: Ana');
    await answer(chat, 'Your name', 'Hanna');
    await answer(chat, 'Your e-mail address', 'ana@example.com');
    await until(() => inside(chat, '.card'), 'the pending card');
    expect((await backend.visit(stored(site, 'session_uuid')!)).name).to.equal('Hanna');
  });

  it('a consent is decided anew, recorded after the first, and the files are kept', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await until(() => rows(chat)[0]?.state === 'success', 'the file to be stored');
    const [, , training] = changeButtons(chat);
    expect(training).to.equal('Change: I agree');
    every(chat, '.line button')[2]!.click();
    await until(() => chat.step === 'consent_ai_training', 'the question');
    await press(chat, 'I do not agree');
    await until(() => inside(chat, '.picker'), 'the files again');
    expect(rows(chat).map(({name}) => name)).to.deep.equal(['one.pdf']);
    await untilAsked(async () => (await decisions(site)).length > 2, 'the decision');
    expect(await decisions(site)).to.deep.equal([
      'personal_data yes',
      'ai_training yes',
      'ai_training no',
    ]);
  });

  it('a changed consent leads the way that its conditions say', async () => {
    const site = newSite();
    const steps = [
      {id: 'name', type: 'ask', field: 'name'},
      {
        id: 'storing',
        type: 'consent',
        purpose: 'personal_data',
        next: [
          {when: {field: 'consents.personal_data', operator: 'is', value: false}, to: 'refused'},
        ],
      },
      {
        id: 'training',
        type: 'consent',
        purpose: 'ai_training',
        next: [{when: {field: 'consents.ai_training', operator: 'is', value: true}, to: 'files'}],
      },
      {id: 'fine', type: 'say', text: 'That is fine as well.'},
      {id: 'files', type: 'upload'},
      {id: 'complete', type: 'end', outcome: 'complete'},
      {id: 'refused', type: 'end', outcome: 'refused'},
    ];
    await backend.config(site, {conversation: {version: 1, steps}});
    const chat = await mountOpen(site);
    await reachFiles(chat);
    expect(lines(chat)).to.not.include('That is fine as well.');
    every(chat, '.line button')[2]!.click();
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'That is fine as well.');
    await until(() => chat.step === 'files', 'the files');
  });

  it('withdrawing the storage ends as a refusal does', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    const uuid = stored(site, 'session_uuid')!;
    await choose(chat, pdf('one.pdf'));
    await press(chat, 'Upload files');
    await until(() => rows(chat)[0]?.state === 'success', 'the file to be stored');
    every(chat, '.line button')[1]!.click();
    await until(() => chat.step === 'consent_personal_data', 'the question');
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'won’t keep your details');
    await until(() => stored(site, 'session_uuid') === null, 'the session to be forgotten');
    expect(stored(site, 'answers')).to.equal(null);
    expect((await backend.visit(uuid)).consents.at(-1)!.granted).to.equal(false);
    expect(changeButtons(chat)).to.deep.equal([]);
  });

  it('whoever finds the answer right goes on without giving it again', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat);
    await press(chat, 'Change: Ana');
    await press(chat, 'Cancel');
    await until(() => chat.step === 'files', 'the files');
    expect(JSON.parse(stored(site, 'answers')!)).to.include({name: 'Ana'});
    expect(button(chat, 'Cancel')).to.equal(undefined);
  });

  it('needs no mouse', async () => {
    const chat = await mountOpen();
    await reachFiles(chat);
    inside(chat, '.log')!.focus();
    await sendKeys({press: 'Tab'});
    expect(chat.shadowRoot!.activeElement!.getAttribute('aria-label')).to.equal('Change: Ana');
    await sendKeys({press: 'Enter'});
    await until(
      () => chat.shadowRoot!.activeElement?.matches('input[name=answer]'),
      'the field to have the focus',
    );
  });

  it('the way back comes after its line, and outside of what is read out', async () => {
    const chat = await mountOpen();
    const seen: string[] = [];
    const watcher = new MutationObserver(() => {
      const newest = every(chat, '.line:not([aria-hidden])').at(-1);
      if (newest?.querySelector('button')) seen.push(newest.textContent);
    });
    watcher.observe(chat.shadowRoot!, {childList: true, subtree: true});
    await reachFiles(chat);
    watcher.disconnect();
    expect(seen).to.deep.equal([]);
    const places = every(chat, '.line button').map((one) => one.closest('[aria-live=off]'));
    expect(places.filter((place) => place !== null)).to.have.length(3);
  });

  it('what has been handed over is not changed here', async () => {
    const chat = await mountOpen();
    await reachPending(chat);
    expect(changeButtons(chat)).to.deep.equal([]);
  });

  it('a refusal can be taken back, and begins a session of its own', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await until(() => inside(chat, '.consent'), 'the consent');
    const refused = stored(site, 'session_uuid')!;
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'won’t keep your details');
    await until(() => stored(site, 'session_uuid') === null, 'the refusal to be known');
    expect(stored(site, 'answers')).to.equal(null);
    await press(chat, 'I’ve changed my mind');
    await until(() => chat.step === 'consent_personal_data', 'the question again');
    await press(chat, 'I agree');
    await until(() => chat.step === 'name', 'the question for the name');
    expect(stored(site, 'answers')).to.not.include('Ana');
    await answer(chat, 'Your name', 'Ana');
    await until(() => chat.step === 'consent_ai_training', 'the next question');
    expect(stored(site, 'answers')).to.include('"name":"Ana"');
    const renewed = await until(() => stored(site, 'session_uuid'), 'a session');
    await untilRecorded(renewed, 'consent_ai_training');
    expect(renewed).to.not.equal(refused);
    expect(await decisions(site)).to.deep.equal(['personal_data no', 'personal_data yes']);
    expect(lines(chat).filter((line) => line.startsWith('Hello'))).to.have.length(1);
  });

  it('a refusal that the backend has not heard is recorded before it is taken back', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await answer(chat, 'Your name', 'Ana');
    await until(() => inside(chat, '.consent'), 'the consent');
    await backend.fault(site, {path: '/consents', drop: true});
    await press(chat, 'I do not agree');
    await until(() => chat.matches(':state(offline)'), 'the word that the line is down');
    await press(chat, 'I’ve changed my mind');
    await until(() => !button(chat, 'I’ve changed my mind')!.disabled, 'the word that it failed');
    expect(chat.step).to.equal('refused');
    await backend.heal(site);
    await until(() => {
      const again = button(chat, 'I’ve changed my mind');
      if (again && !again.disabled) again.click();
      return chat.step === 'consent_personal_data';
    }, 'the question again');
    expect((await decisions(site)).at(-1)).to.equal('personal_data no');
  });
});
