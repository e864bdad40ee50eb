import {expect} from '@open-wc/testing';
import {setViewport} from '@web/test-runner-commands';

import {
  answer,
  backend,
  button,
  inside,
  every,
  lines,
  mountOpen,
  newSite,
  pause,
  press,
  reachFiles,
  stored,
  storedKeys,
  until,
  untilAsked,
  untilCalled,
  untilSaid,
} from './helpers.js';

const reachConsent = async (site: string) => {
  const chat = await mountOpen(site);
  await answer(chat, 'Your name', 'Ana');
  await until(() => inside(chat, '.consent'), 'the first consent');
  return chat;
};

describe('consents', () => {
  it('are asked one after the other, with two equal buttons and nothing chosen', async () => {
    const chat = await reachConsent(newSite());
    const [agree, disagree] = every(chat, '.consent button');
    expect(every(chat, '.consent button')).to.have.length(2);
    expect(every(chat, '.consent input')).to.have.length(0);
    expect(agree!.className).to.equal(disagree!.className);
    expect(agree!.offsetWidth).to.be.closeTo(disagree!.offsetWidth, 2);
    expect(getComputedStyle(agree!).backgroundColor).to.equal(
      getComputedStyle(disagree!).backgroundColor,
    );
    expect(lines(chat).some((line) => line.includes('train our AI assistant'))).to.equal(false);
  });

  it('have equal buttons in every language and at every width', async () => {
    for (const lang of ['en', 'es', 'fr', 'de', 'pt-BR', 'ar']) {
      const chat = await reachConsent(newSite());
      await chat.setLang(lang);
      for (const width of [320, 390, 1000]) {
        await setViewport({width, height: 800});
        const [agree, disagree] = every(chat, '.consent button').map(
          ({offsetWidth, offsetHeight}) => [offsetWidth, offsetHeight],
        );
        expect(agree, `${lang}, ${width} px`).to.deep.equal(disagree);
        const {scrollWidth, clientWidth} = inside(chat, '.tray')!;
        expect(scrollWidth).to.equal(clientWidth);
      }
      chat.remove();
    }
  });

  it('emphasise the question, and not its explanation, in the words of any site', async () => {
    for (const [text, question] of [
      ['May we store your name? It is needed.', 'May we store your name?'],
      ['هل يمكننا حفظ اسمك؟ لا بد منه.', 'هل يمكننا حفظ اسمك؟'],
      ['お名前を保存してもいいですか？必要です。', 'お名前を保存してもいいですか？'],
      [
        'Is https://acme.example/?a=1 all right? Thank you.',
        'Is https://acme.example/?a=1 all right?',
      ],
      ['I agree to the storing of my name.', ''],
    ] as const) {
      const site = newSite();
      const steps = [{id: 'storing', type: 'consent', purpose: 'personal_data', text}];
      await backend.config(site, {conversation: {version: 1, steps}});
      const chat = await mountOpen(site);
      await untilSaid(chat, text);
      expect(inside(chat, '.bubble strong')!.textContent.trim()).to.equal(question);
      chat.remove();
    }
  });

  it('have the link to the privacy policy between the question and the buttons', async () => {
    const site = newSite();
    await backend.config(site, {privacy_url: 'https://acme.example/privacy'});
    const chat = await reachConsent(site);
    const link = inside<HTMLAnchorElement>(chat, '.consent a')!;
    expect(link.href).to.equal('https://acme.example/privacy');
    const {bottom} = link.getBoundingClientRect();
    expect(bottom).to.be.at.most(button(chat, 'I agree')!.getBoundingClientRect().top);
  });

  it('a double click on the first does not answer the second', async () => {
    const chat = await reachConsent(newSite());
    await press(chat, 'I agree');
    await untilSaid(chat, 'train our AI assistant');
    const next = await until(() => button(chat, 'I agree'), 'the second question');
    next.dispatchEvent(new MouseEvent('click', {detail: 2, bubbles: true}));
    await pause(50);
    expect(chat.step).to.equal('consent_ai_training');
  });

  it('an answer that is pressed twice is recorded once', async () => {
    for (const name of ['I agree', 'I do not agree']) {
      const site = newSite();
      const chat = await reachConsent(site);
      const uuid = stored(site, 'session_uuid')!;
      const answered = await until(() => button(chat, name), 'the answer');
      answered.click();
      answered.click();
      await untilCalled(site, 'PUT', '/consents');
      await until(() => chat.step && !chat.step.startsWith('consent_personal'), 'the next step');
      const calls = (await backend.calls(site)).filter(({path}) => path.endsWith('/consents'));
      expect(calls.map(({data}) => (data as {consents: unknown[]}).consents.length)).to.deep.equal([
        1,
      ]);
      expect((await backend.visit(uuid)).consents).to.have.length(1);
      expect(lines(chat).filter((line) => line === name)).to.have.length(1);
    }
  });

  it('are sent with the words that were shown, and the language', async () => {
    const site = newSite();
    const chat = await reachConsent(site);
    const shown = lines(chat).at(-1);
    await press(chat, 'I agree');
    const {data} = await untilCalled(site, 'PUT', '/consents');
    expect(data).to.deep.equal({
      consents: [{purpose: 'personal_data', granted: true, wording: shown, locale: 'en'}],
    });
  });

  it('the second may be refused, and the files are asked for all the same', async () => {
    const site = newSite();
    const chat = await reachConsent(site);
    await press(chat, 'I agree');
    await untilSaid(chat, 'train our AI assistant');
    await press(chat, 'I do not agree');
    await until(() => inside(chat, '.picker'), 'the file picker');
    await until(() => stored(site, 'answers')?.includes('ai_training'), 'the decision');
    const decisions = async () => {
      const {consents} = await backend.visit(stored(site, 'session_uuid')!);
      return consents.map(({purpose, granted}) => [purpose, granted]);
    };
    await untilAsked(async () => (await decisions()).length > 1, 'both decisions to be recorded');
    expect(await decisions()).to.deep.equal([
      ['personal_data', true],
      ['ai_training', false],
    ]);
  });

  it('refusing the first ends politely and leaves nothing in this browser', async () => {
    const site = newSite();
    const chat = await reachConsent(site);
    const uuid = stored(site, 'session_uuid')!;
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'won’t keep your details');
    await until(() => stored(site, 'session_uuid') === null, 'the session to be forgotten');
    expect(storedKeys(site)).to.deep.equal([`maria-chat:${site}:open`]);
    expect((await backend.visit(uuid)).consents[0]!.granted).to.equal(false);
    expect(button(chat, 'I’ve changed my mind')).to.exist;
  });

  it('a refusal is recorded even while an earlier call is under way', async () => {
    const site = newSite();
    await backend.fault(site, {method: 'POST', path: '/progress', delayMs: 400, times: 2});
    const chat = await reachConsent(site);
    const uuid = stored(site, 'session_uuid')!;
    await press(chat, 'I do not agree');
    await until(() => stored(site, 'session_uuid') === null, 'the session to be forgotten');
    const {consents} = await backend.visit(uuid);
    expect(consents.map(({granted}) => granted)).to.deep.equal([false]);
  });

  for (const isEndShown of [false, true]) {
    const when = isEndShown ? 'once the end is there' : 'at once';
    it(`a refusal is recorded even if the panel is closed ${when}`, async () => {
      const site = newSite();
      const chat = await reachConsent(site);
      const uuid = stored(site, 'session_uuid')!;
      await backend.fault(site, {method: 'PUT', path: '/consents', isHeld: true});
      await press(chat, 'I do not agree');
      if (isEndShown) await until(() => chat.step === 'refused', 'the end');
      await chat.close();
      await untilCalled(site, 'PUT', '/consents');
      expect(stored(site, 'session_uuid')).to.equal(uuid);
      await backend.heal(site);
      await until(() => stored(site, 'session_uuid') === null, 'the session to be forgotten');
      const {consents} = await backend.visit(uuid);
      expect(consents.map(({granted}) => granted)).to.deep.equal([false]);
    });
  }

  it('a name that a refusal has deleted is asked for again after a reload', async () => {
    const site = newSite();
    const chat = await reachConsent(site);
    await backend.fault(site, {method: 'PUT', path: '/consents', isHeld: true});
    await press(chat, 'I do not agree');
    await untilCalled(site, 'PUT', '/consents');
    chat.remove();
    const again = await mountOpen(site);
    await press(again, 'Continue');
    await until(() => again.step === 'name', 'the name');
    await backend.heal(site);
  });

  it('a site that forgot the way out cannot lead a refusing visitor on', async () => {
    const site = newSite();
    const steps = [
      {id: 'ask', type: 'consent', purpose: 'personal_data'},
      {id: 'files', type: 'upload'},
      {id: 'bye', type: 'end', outcome: 'refused'},
    ];
    await backend.config(site, {conversation: {version: 1, steps}});
    const chat = await mountOpen(site);
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'No problem');
    expect(inside(chat, '.picker')).to.equal(null);
  });

  it('a refusal is never thanked for, even if the conversation has no end for it', async () => {
    const site = newSite();
    const steps = [
      {id: 'ask', type: 'consent', purpose: 'personal_data'},
      {id: 'files', type: 'upload'},
      {id: 'bye', type: 'end', outcome: 'complete'},
    ];
    await backend.config(site, {conversation: {version: 1, steps}});
    const chat = await mountOpen(site);
    await press(chat, 'I do not agree');
    await untilSaid(chat, 'No problem');
    await until(() => stored(site, 'session_uuid') === null, 'the session to be forgotten');
    expect(lines(chat).some((line) => line.includes('Thank you'))).to.equal(false);
    expect(button(chat, 'I’ve changed my mind')).to.exist;
  });

  it('the name stays here until the e-mail step', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await reachFiles(chat, 'Ana Secret');
    await untilCalled(site, 'PUT', '/consents');
    const calls = await backend.calls(site);
    expect(JSON.stringify(calls)).to.not.include('Ana Secret');
    expect(stored(site, 'answers')).to.include('Ana Secret');
  });
});
