import {expect} from '@open-wc/testing';

import {every, inside, lines, press, pressInMenu, until} from './helpers.js';
import {KINDS, ask, field, give, openWith, submitContact, tick, untilStep} from './questions.js';

const HTML = '<img src=x onerror="window.isHacked=1">';
const SCRIPT = '<script>window.isHacked=1</script>';
const SVG = '<svg onload=window.isHacked=1>';
const PAGE = 'https://example.com/"><img/src/onerror=window.isHacked=1>';
const FORMULA = '=HYPERLINK("javascript:window.isHacked=1")';

const STEPS = [
  ask('text', {kind: 'text', text: `Which ${HTML}?`, hint: SVG, placeholder: SCRIPT}),
  ask('long_text', {kind: 'long_text', text: 'Why {answers.text}?'}),
  ask('choice', {
    kind: 'choice',
    text: 'Which?',
    options: [
      {value: 'a', label: SVG},
      {value: 'b', label: 'B'},
    ],
    other: true,
  }),
  ask('url', KINDS.url),
];

const expectOnlyText = (chat: Element) => {
  expect(every(chat, 'img, script, [onload], [onerror], a[href^="javascript"]')).to.have.length(0);
  expect((window as {isHacked?: number}).isHacked).to.equal(undefined);
};

describe('hostile answers to questions', () => {
  it('are only text in the log, in the fields and in My data', async () => {
    const {chat} = await openWith(STEPS);
    await give(chat, `\u202e${HTML}\u0000`);
    await untilStep(chat, 'long_text');
    expectOnlyText(chat);
    await give(chat, `${SCRIPT}\n${FORMULA}\u2066`);
    await untilStep(chat, 'choice');
    await tick(chat, 'Other');
    inside<HTMLInputElement>(chat, 'input[name=other]')!.value = SVG;
    await press(chat, 'Continue');
    await untilStep(chat, 'url');
    await give(chat, PAGE);
    await untilStep(chat, 'name');
    const shown = lines(chat);
    for (const line of [`Which ${HTML}?`, HTML, SVG, PAGE, `Why ${HTML}?`])
      expect(shown.map((one) => one.replace(/[\u2066-\u2069]/g, ''))).to.include(line);
    expectOnlyText(chat);

    await press(chat, `Change: ${HTML}`);
    await untilStep(chat, 'text');
    expect((await field(chat)).value).to.equal(HTML);
    expectOnlyText(chat);
    await press(chat, 'Cancel');
    await submitContact(chat);
    await untilStep(chat, 'verify');
    await pressInMenu(chat, 'My data');
    const content = () => inside(chat, '.content')?.textContent ?? '';
    await until(() => content().includes(PAGE), 'the answers');
    for (const text of [HTML, SCRIPT, FORMULA]) expect(content()).to.include(text);
    expectOnlyText(chat);
  });
});
