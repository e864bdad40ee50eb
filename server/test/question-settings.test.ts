import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';
import {Compile} from 'typebox/compile';
import type {TSchema} from 'typebox';

import {Conversation} from '../contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import {siteCommand} from '../accounts/site-command.js';
import {findWarnings} from '../sites/conversation-warnings.js';
import {validateConversation} from '../sites/validate-conversation.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import {request} from './visitor.js';

const ask = {id: 'a', type: 'ask', field: 'it', text: 'What is it?'};
const options = [
  {value: 'nurse', label: {en: 'Nurse'}},
  {value: 'doctor', label: 'Doctor'},
];
const end = {id: 'end', type: 'end', outcome: 'complete'};

const KINDS = [
  {kind: 'text', min_length: 1, max_length: 500, autocomplete: 'organization'},
  {kind: 'long_text', min_length: 1, max_length: 4_000, placeholder: {en: '…'}},
  {kind: 'choice', options, multiple: true, min_choices: 1, max_choices: 3, other: true},
  {kind: 'yes_no', required: false, hint: 'h'.repeat(500)},
  {kind: 'number', min: -1.5, max: 1.5, decimals: 6, unit: {en: 'km', de: 'km'}},
  {kind: 'date', min: '2020-01-01', max: 'today'},
  {kind: 'phone'},
  {kind: 'url'},
];

const getErrors = (...steps: object[]) =>
  validateConversation({version: 1, steps: [...steps, end]}, '')
    .map((one) => one.path.replace('/steps/', ''))
    .sort();

t.test('every kind of question is accepted, by the command and by the schema', async (t) => {
  const schema = Compile(Conversation);
  for (const kind of KINDS) {
    t.same(validateConversation({version: 1, steps: [{...ask, ...kind}, end]}, ''), [], kind.kind);
    t.ok(schema.Check({version: 1, steps: [{...ask, ...kind}]}), kind.kind);
  }
  t.same(getErrors({id: 'a', type: 'ask', field: 'name'}, {...ask, id: 'b', kind: 'phone'}), []);
});

t.test('errors of a question have their path', async (t) => {
  const errorsOf = (more: object) => getErrors({...ask, ...more}).map((one) => one.slice(2));
  t.same(errorsOf({}), ['kind']);
  t.same(errorsOf({kind: 'colour'}), ['kind']);
  t.same(errorsOf({kind: 'constructor'}), ['kind']);
  t.same(errorsOf({kind: 'text', text: undefined}), ['text', 'text']);
  t.same(getErrors({id: 'a', type: 'ask', field: 'it', kind: 'text'}), ['0/text']);
  t.same(errorsOf({kind: 'text', field: 'It'}), ['field']);
  t.same(errorsOf({kind: 'text', field: `a${'b'.repeat(39)}`}), []);
  t.same(errorsOf({kind: 'text', field: `a${'b'.repeat(40)}`}), ['field']);
  t.same(errorsOf({kind: 'text', field: 'email'}), ['kind'], 'name and email have no kind');
  t.same(errorsOf({kind: 'text', options}), ['options']);
  t.same(errorsOf({kind: 'text', hint: 'h'.repeat(501)}), ['hint', 'hint']);
  t.same(errorsOf({kind: 'text', max_length: 501}), ['max_length']);
  t.same(errorsOf({kind: 'text', autocomplete: 'shoe-size'}), ['autocomplete']);
  t.same(errorsOf({kind: 'choice', options: options.slice(1)}), ['options']);
  t.same(
    errorsOf({
      kind: 'choice',
      options: Array.from({length: 51}, (_, i) => ({value: `o${i}`, label: 'x'})),
    }),
    ['options'],
  );
  t.same(errorsOf({kind: 'choice', options: [options[0], options[0]]}), ['options/1/value']);
  t.same(errorsOf({kind: 'choice', options: [options[0], {value: 'No', label: ''}]}).length, 3);
  t.same(errorsOf({kind: 'number', decimals: 7}), ['decimals']);
  t.same(errorsOf({kind: 'date', min: '2026-02-30'}), ['min']);
  t.same(errorsOf({kind: 'date', min: 'tomorrow'}), ['min']);
});

t.test('a field is asked for once', async (t) => {
  const again = {...ask, id: 'b', kind: 'date'};
  t.same(getErrors({...ask, kind: 'text'}, again), ['1/field']);
  t.same(getErrors({...ask, kind: 'text'}, {...again, field: 'constructor'}), []);
});

t.test('steps without a way and missing languages are warnings', async (t) => {
  const getWarnings = (...steps: unknown[]) =>
    findWarnings({version: 1, steps} as Conversation, '').map(
      ({path, message}) => `${path.replace('/steps/', '')} ${message}`,
    );
  const say = {id: 'say', type: 'say'};
  const end = {id: 'end', type: 'end', outcome: 'refused'};

  t.same(findWarnings(DEFAULT_CONVERSATION, ''), []);
  t.same(getWarnings(say, end, {id: 'lost', type: 'say'}, {...end, id: 'end2'}), [
    '2 no way leads to the step "lost"',
    '3 no way leads to the step "end2"',
  ]);
  t.same(
    getWarnings({...say, next: [{to: 'end'}]}, {id: 'lost', type: 'say'}, end),
    ['1 no way leads to the step "lost"'],
    'a branch without a condition is always taken',
  );
  const when = {field: 'name', operator: 'is', value: 'x'};
  t.same(getWarnings({...say, next: [{when, to: 'end'}]}, {id: 'b', type: 'say'}, end), []);
  t.same(
    getWarnings(
      {...say, text: {en: 'Hi', pt: 'Oi'}},
      {...ask, kind: 'choice', options, text: {en: 'What?', 'pt-BR': 'O quê?'}},
      {...end, text: 'For all'},
    ),
    [
      '1/text has no text in pt, which other texts have',
      '1/options/0/label has no text in pt, pt-BR, which other texts have',
    ],
  );
  const consent = {id: 'consent', type: 'consent', purpose: 'personal_data'};
  t.same(getWarnings({...consent, text: 'May we?'}, end), []);
  t.same(getWarnings(consent, {id: 'files', type: 'upload'}, end), []);
  t.match(getWarnings(consent, end), [/^0 has the words of the widget, which name files/]);
  t.same(
    getWarnings(
      {...say, text: 'Hi {name}, {answers.it} {answers.shoe} {answers.It}'},
      {...ask, kind: 'phone'},
      end,
    ),
    [
      '0/text inserts {answers.shoe}, which no step asks for',
      '0/text inserts {answers.It}, which no step asks for',
    ],
  );
});

t.test('maria site set refuses errors with their path and prints warnings', async (t) => {
  const server = await startServer(t);
  const set = async (steps: unknown[]) => {
    const file = path.join(server.dataDir, 'settings.json');
    await writeFile(file, JSON.stringify({conversation: {version: 1, steps}}));
    return runCommand(server, siteCommand, 'set', 'demo', '--settings', file);
  };

  await t.rejects(set([{...ask, kind: 'choice', options: [options[0], options[0]]}, end]), {
    message: /--settings \/conversation\/steps\/0\/options\/1\/value: "nurse" is/,
  });
  const printed = await set([
    {...ask, kind: 'phone', text: {en: 'Number?'}},
    end,
    {...end, id: 'x'},
  ]);
  t.match(printed, /Site "demo" is changed/);
  t.match(printed, /^Warning: --settings \/conversation\/steps\/2: no way/m);

  const {body} = await request<{conversation: {steps: unknown[]}}>(
    server.url,
    'GET',
    '/api/sites/demo/config',
  );
  t.match(body.conversation.steps[0], {kind: 'phone', text: {en: 'Number?'}});
  const {body: schema} = await request<TSchema>(server.url, 'GET', '/api/conversation.schema.json');
  t.ok(Compile(schema).Check(body.conversation));
});
