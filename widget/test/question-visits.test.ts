import {expect} from '@open-wc/testing';

import {
  backend,
  button,
  every,
  inside,
  lines,
  openNewTab,
  press,
  pressInMenu,
  setOnline,
  sitePage,
  start,
  store,
  stored,
  until,
  untilQuiet,
  untilRecorded,
  untilSaid,
} from './helpers.js';
import {
  KINDS,
  LANGUAGES,
  ask,
  field,
  give,
  kept,
  openWith,
  sent,
  siteWith,
  submitContact,
  tick,
  untilStep,
} from './questions.js';

const STEPS = [ask('text', KINDS.text), ask('choice', KINDS.choice), ask('phone', KINDS.phone)];

/** Loads the page again, in the same tab unless a new one was opened. */
const reload = async (chat: Element, site: string) => {
  chat.remove();
  const again = document.createElement('maria-chat');
  again.setAttribute('site', site);
  again.setAttribute('lang', 'en');
  again.setAttribute('open', 'false');
  document.body.append(again);
  await again.updateComplete;
  await again.open();
  return again;
};

const content = (chat: Element) => inside(chat, '.content')?.textContent.replace(/\s+/g, ' ') ?? '';

describe('answers to questions during visits', () => {
  it('after a reload, the conversation has the answers and the text in the field', async () => {
    const {chat, site} = await openWith(STEPS);
    await give(chat, 'ACME');
    await press(chat, 'Doctor');
    await untilStep(chat, 'phone');
    const input = await field(chat);
    input.value = '12';
    input.dispatchEvent(new Event('input', {bubbles: true}));
    await untilRecorded(stored(site, 'session_uuid')!, 'phone');
    const again = await reload(chat, site);
    await untilStep(again, 'phone');
    expect((await field(again)).value).to.equal('12');
    const expected = ['Who is your employer?', 'ACME', 'Which position?', 'Doctor'];
    expect(lines(again).slice(0, 4)).to.deep.equal(expected);
    await press(again, 'Change: ACME');
    await untilStep(again, 'text');
    expect((await field(again)).value).to.equal('ACME');
    again.remove();
  });

  it('in a new tab, the visitor is asked whether to continue', async () => {
    const {chat, site} = await openWith(STEPS);
    await give(chat, 'ACME');
    await untilStep(chat, 'choice');
    await untilRecorded(stored(site, 'session_uuid')!, 'choice');
    openNewTab(site);
    const again = await reload(chat, site);
    await untilSaid(again, 'Would you like to continue where you left off?');
    expect(lines(again)).to.include('ACME');
    await press(again, 'Continue');
    await untilStep(again, 'choice');
    again.remove();
  });

  it('an answer in one tab is an answer in the other', async () => {
    const site = await siteWith(STEPS);
    const {chat: one} = await sitePage(`site=${site}`);
    const {chat: other} = await sitePage(`site=${site}`);
    for (const chat of [one, other]) {
      inside(chat, '.launcher')!.click();
      await start(chat);
      await untilStep(chat, 'text');
    }
    await untilQuiet(site);
    await give(one, 'ACME');
    await untilStep(other, 'choice');
    expect(lines(other)).to.include('ACME');
    await press(other, 'Nurse');
    await untilStep(one, 'phone');
    expect(lines(one)).to.include('Nurse');
  });

  it('answers of an idle visit are deleted, as are those of a visit that starts over', async () => {
    const {chat, site} = await openWith(STEPS);
    await give(chat, 'ACME');
    await untilStep(chat, 'choice');
    const draft = JSON.parse(stored(site, 'answers')!) as {touchedAt: number};
    store(site, 'answers', JSON.stringify({...draft, touchedAt: Date.now() - 3_600_000}));
    await backend.fault(site, {drop: true, path: '/api/session'});
    const again = await reload(chat, site);
    await start(again);
    await untilStep(again, 'text');
    expect((await field(again)).value).to.equal('');
    expect(kept(site)).to.deep.equal({});
    await backend.heal(site);
    await give(again, 'ACME');
    await untilStep(again, 'choice');
    await pressInMenu(again, 'Start over');
    const dialog = await until(() => inside(again, '[role=alertdialog]'), 'the dialog');
    dialog.querySelector<HTMLElement>('.danger')!.click();
    await until(() => inside(again, '.doors'), 'the doors');
    await start(again);
    await untilStep(again, 'text');
    expect(lines(again)).to.not.include('ACME');
    again.remove();
  });

  it('a refusal clears the answers', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text)]);
    await backend.fault(site, {method: 'PUT', path: '/consents', status: 503});
    await give(chat, 'ACME');
    await untilStep(chat, 'name');
    const name = inside<HTMLInputElement>(chat, '.tray input')!;
    name.value = 'Ana';
    name.form!.requestSubmit();
    await press(chat, 'I do not agree');
    await untilStep(chat, 'refused');
    expect(kept(site)).to.deep.equal({});
  });

  it('offline, the answers stay here and a late one is sent afterwards', async () => {
    const {chat, site} = await openWith([ask('text', KINDS.text)], [ask('yes_no', KINDS.yes_no)]);
    await backend.fault(site, {drop: true, path: '/progress'});
    setOnline(false);
    await give(chat, 'ACME');
    await untilStep(chat, 'name');
    expect(kept(site)).to.deep.equal({'answers.text': 'ACME'});
    setOnline(true);
    await backend.heal(site);
    await submitContact(chat);
    await untilStep(chat, 'yes_no');
    await backend.fault(site, {method: 'PATCH', drop: true});
    await press(chat, 'No');
    await until(() => inside(chat, '.notice'), 'the notice');
    expect(button(chat, 'No')!.disabled).to.equal(true);
    await backend.heal(site);
    window.dispatchEvent(new Event('online'));
    await untilStep(chat, 'verify');
    expect((await backend.visit(stored(site, 'session_uuid')!)).answers).to.deep.equal({
      text: 'ACME',
      yes_no: false,
    });
  });

  it('a pending visit gets its answers from the backend, and continues its steps', async () => {
    const after = [
      {
        id: 'check',
        type: 'say',
        text: 'Checking.',
        next: [{when: {field: 'answers.text', operator: 'is', value: 'ACME'}, to: 'yes_no'}],
      },
      ask('number', KINDS.number),
      ask('yes_no', KINDS.yes_no),
    ];
    const {chat, site} = await openWith([ask('text', KINDS.text)], after);
    await give(chat, 'ACME');
    await submitContact(chat);
    await untilStep(chat, 'yes_no');
    openNewTab(site);
    const again = await reload(chat, site);
    await untilStep(again, 'verify');
    expect(lines(again)).to.include('ACME');
    expect(stored(site, 'answers')).to.equal(null);
    await press(again, 'Continue with my request');
    await untilStep(again, 'yes_no');
    await press(again, 'Yes');
    await untilStep(again, 'verify');
    again.remove();
  });

  for (const state of ['pending', 'complete']) {
    it(`a reload keeps a ${state} visitor at the question that follows the e-mail step`, async () => {
      const note = {id: 'note', type: 'say', text: 'Nearly done.'};
      const after = [ask('number', KINDS.number), note, ask('yes_no', KINDS.yes_no)];
      const {chat, site} = await openWith([ask('text', KINDS.text)], after);
      const uuid = stored(site, 'session_uuid')!;
      await give(chat, 'ACME');
      await submitContact(chat);
      await untilStep(chat, 'number');
      await give(chat, '12');
      await untilStep(chat, 'yes_no');
      await untilRecorded(uuid, 'yes_no');
      if (state === 'complete') await backend.confirm(uuid);
      let again = await reload(chat, site);
      await untilStep(again, 'yes_no');
      again = await reload(again, site);
      await untilStep(again, 'yes_no');
      expect(lines(again)).to.include('ACME');
      const last = ['12\u00a0km', 'Nearly done.', 'Do you have a car?'];
      expect(lines(again).slice(-3)).to.deep.equal(last);
      expect(every(again, '.line:not([aria-live=off])')).to.deep.equal([]);
      again.remove();
    });
  }

  it('My data shows answers before and after they are submitted, and has them changed', async () => {
    const steps = [ask('text', KINDS.text), ask('languages', LANGUAGES)];
    const {chat, site} = await openWith(steps);
    await give(chat, 'ACME');
    await tick(chat, 'EN', 'DE');
    await press(chat, 'Continue');
    await untilStep(chat, 'name');
    await pressInMenu(chat, 'My data');
    await until(() => content(chat).includes('Your answers'), 'the answers');
    expect(content(chat)).to.include('Who is your employer? ACME');
    expect(content(chat)).to.include('Which languages do you speak? EN, DE');
    await press(chat, 'Change Who is your employer?');
    await untilStep(chat, 'text');
    await give(chat, 'ACME Ltd');
    await submitContact(chat);
    await untilStep(chat, 'verify');
    await pressInMenu(chat, 'My data');
    await until(() => content(chat).includes('ACME Ltd'), 'the submitted answers');
    await press(chat, 'Change Which languages do you speak?');
    await untilStep(chat, 'languages');
    expect(every(chat, ':checked')).to.have.length(2);
    await tick(chat, 'FR');
    await press(chat, 'Continue');
    await untilStep(chat, 'verify');
    const patch = await sent(site, 'PATCH', '/api/session');
    expect(patch).to.deep.equal({answers: {languages: ['en', 'de', 'fr']}});
    await pressInMenu(chat, 'My data');
    await until(() => content(chat).includes('en,de,fr'), 'the changed answer');
  });

  it('only conversations with questions load their code, and its inputs only if needed', async () => {
    const loadedBy = async (steps: object[]) => {
      const site = await siteWith(steps);
      const {chat, window} = await sitePage(`site=${site}`);
      inside(chat, '.launcher')!.click();
      await start(chat);
      await until(() => inside(chat, 'input[name=answer]'), 'the first field');
      const names = window.performance
        .getEntriesByType('resource')
        .map(({name}) => /widget\/([a-z-]+)-[\w-]{8}\.js$/.exec(name)?.[1] ?? '');
      return ['questions', 'inputs', 'questions-en'].filter((name) => names.includes(name));
    };
    expect(await loadedBy([])).to.deep.equal([]);
    expect(await loadedBy([ask('text', KINDS.text)])).to.deep.equal(['questions', 'questions-en']);
    expect(await loadedBy([ask('phone', KINDS.phone)])).to.deep.equal([
      'questions',
      'inputs',
      'questions-en',
    ]);
  });
});
