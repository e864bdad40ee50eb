import t from 'tap';
import type {Test} from 'tap';

import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {openBrowser} from './browser.js';
import {ACCEPTED, getFocusedName, openEditor, untilDescribed} from './playground-editor.js';

t.test('the properties of a question in the playground', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);
  const open = (t: Test) =>
    openEditor(t, browser, `${server.url}/examples/playground.html#questions`);

  await t.test('suggests the field name from the text, until it is written by hand', async (t) => {
    const {add, card, getQuestions} = await open(t);
    await add('Text');
    const [text, field] = [
      card.getByLabel('Question', {exact: true}),
      card.getByLabel('Field name'),
    ];
    t.equal(await field.inputValue(), 'company_work');
    await text.fill('Für welche Größe?');
    t.equal(await field.inputValue(), 'fur_welche_grosse');
    await text.fill('どの会社ですか');
    t.equal(await field.inputValue(), 'text', 'a name has only Latin letters');
    await field.fill('size');
    await text.fill('Which size do you need?');
    t.equal(await field.inputValue(), 'size');
    await add('Text');
    await card.getByLabel('Question', {exact: true}).fill('Which size?');
    t.equal(await field.inputValue(), 'size_2', 'each name appears once');
    t.match(await getQuestions(), [{field: 'size'}, {field: 'size_2', text: 'Which size?'}]);
  });

  await t.test('edits what all questions have', async (t) => {
    const {add, card, chat, getQuestions} = await open(t);
    await add('Text');
    await card.getByLabel('Hint below the question').fill('As on your card');
    await card.getByLabel('Example in the empty field').fill('Acme');
    await card.getByLabel('Minimum length').fill('2');
    await card.getByLabel('Autofill').selectOption('organization');
    await card.getByLabel('Visitors must answer').uncheck();
    await chat.getByRole('button', {name: 'Skip'}).waitFor();
    await chat.getByText('As on your card').waitFor();
    await chat.getByPlaceholder('Acme').waitFor();
    const own = {hint: 'As on your card', placeholder: 'Acme', min_length: 2};
    t.match(await getQuestions(), [{required: false, autocomplete: 'organization', ...own}]);

    await card.getByLabel('Visitors must answer').check();
    await card.getByLabel('Hint below the question').fill('');
    await card.getByLabel('Minimum length').fill('');
    await chat.getByText('As on your card').waitFor({state: 'detached'});
    const [question] = await getQuestions();
    t.same(
      Object.keys(question ?? {}).filter((name) => /required|hint|length/.test(name)),
      [],
    );
  });

  await t.test('edits the options of a choice', async (t) => {
    const {page, add, card, chat, getQuestions, press} = await open(t);
    await add('Choice');
    await chat.getByRole('button', {name: 'Repair'}).waitFor();
    await press('Add an option');
    t.equal(await getFocusedName(page), 'Label 3');
    await page.keyboard.type('Sale of old parts');
    t.equal(await card.getByLabel('Value 3').inputValue(), 'sale_old_parts');
    await card.getByLabel('Value 3').fill('sale');
    await card.getByLabel('Label 3').fill('Sale');
    await press('Move option 3 up');
    await press('Remove option 1');
    await chat.getByRole('button', {name: 'Sale'}).waitFor();
    const options = [
      {value: 'sale', label: 'Sale'},
      {value: 'repair', label: 'Repair'},
    ];
    t.match(await getQuestions(), [{options}]);

    t.equal(await card.getByLabel('Maximum choices').isVisible(), false);
    await card.getByLabel('Visitors can choose several').check();
    await card.getByLabel('Visitors can write another answer').check();
    await card.getByLabel('Maximum choices').fill('2');
    await chat.getByRole('checkbox', {name: 'Other'}).waitFor();
    t.match(await getQuestions(), [{options, multiple: true, other: true, max_choices: 2}]);
    await card.getByLabel('Visitors can choose several').uncheck();
    await chat.getByRole('radio', {name: 'Other'}).waitFor();
    t.notOk('max_choices' in ((await getQuestions())[0] ?? {}), 'only for several choices');
  });

  await t.test('edits the limits of numbers and dates', async (t) => {
    const {add, card, chat, getQuestions} = await open(t);
    await add('Number');
    await card.getByLabel('Minimum', {exact: true}).fill('-1.5');
    await card.getByLabel('Maximum', {exact: true}).fill('20');
    await card.getByLabel('Decimal places').fill('1');
    await card.getByLabel('Unit').fill('km');
    await chat.getByLabel('How many people are you? (km)').waitFor();
    await add('Date');
    await card.getByLabel('Earliest').fill('today');
    await card.getByLabel('Latest').fill('2040-12-31');
    await chat.locator('input[type=date][max="2040-12-31"]').waitFor();
    t.match(await getQuestions(), [
      {min: -1.5, max: 20, decimals: 1, unit: 'km'},
      {min: 'today', max: '2040-12-31'},
    ]);
  });

  await t.test(
    'shows a field name that is taken in the open card, and copies nothing',
    async (t) => {
      const {add, card, getQuestions, page, untilReported} = await open(t);
      await add('Text');
      await add('Date');
      const [, taken] = await getQuestions();
      await page.getByLabel('in order').check();
      await page.getByRole('button', {name: /^Which company do you work for\?/}).click();
      const control = card.getByLabel('Field name');
      const before = await control.inputValue();
      await control.fill(taken!.field);
      await untilDescribed(control, 'Another question has this field name.');
      t.equal(await getFocusedName(page), 'Field name');
      const copy = page.getByRole('button', {name: 'Copy'});
      await until(() => copy.isDisabled());

      await page.reload();
      await untilDescribed(control, 'Another question has this field name.');
      await until(async () => (await getFocusedName(page)) === 'Field name');
      await control.fill(before);
      await untilReported(ACCEPTED);
      t.notOk(await copy.isDisabled());
    },
  );

  await t.test('shows beside a field why the server would refuse it', async (t) => {
    const {add, card, chat, press, page, untilReported} = await open(t);
    const problems: [string, string, string][] = [
      ['Question', '', 'Write a text.'],
      ['Field name', 'Size!', 'Use small letters, digits and _, and begin with a letter.'],
      ['Field name', 'email', 'Choose another name'],
      ['Hint below the question', 'h'.repeat(501), '500 characters'],
      ['Minimum choices', '9', 'at most 2'],
      ['Value 2', 'advice', 'Another option has this value.'],
      ['Label 1', '', 'Write a text.'],
    ];
    await add('Choice');
    await card.getByLabel('Visitors can choose several').check();
    for (const [label, text, words] of problems) {
      const control = card.getByLabel(label, {exact: true});
      const before = await control.inputValue();
      await control.fill(text);
      await untilDescribed(control, words);
      t.equal(await control.getAttribute('aria-invalid'), 'true', label);
      t.match(await page.locator('#report').innerText(), /^There (is a|are \d) problems?\./);
      await control.fill(before);
      await untilReported(ACCEPTED);
      t.equal(await control.getAttribute('aria-invalid'), null, label);
    }
    await press('Remove option 2');
    await card.getByText('Add an option: a choice has at least two.').waitFor();
    t.ok(await chat.getByText('Repair').isVisible(), 'the preview is as before');
    await press('Add an option');
    await untilReported(ACCEPTED);
    await card.getByLabel('Hint below the question').fill('Not {answers.size}');
    await untilDescribed(card.getByLabel('Hint below the question'), 'which no step asks for');
    t.equal(await page.locator('[aria-invalid]').count(), 0, 'it is only a warning');
  });
});
