import {readFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';
import {Type} from 'typebox';
import {Compile} from 'typebox/compile';
import type {TSchema} from 'typebox';

import {CONDITION_FIELDS, FieldTest, askShapes, stepShapes} from '../contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import {MAX_FILE_BYTES, MAX_FILES, MIN_FILES} from '../contract/limits.js';
import {SiteSettings} from '../contract/sites.js';
import {validateSettings} from '../sites/settings.js';
import {firstCells, parseMarkdown, PROJECT} from './markdown.js';
import {startServer} from './start-server.js';
import {request} from './visitor.js';

t.test('the published schema of a conversation matches the server’s', async (t) => {
  const {url} = await startServer(t);
  const {body, headers, status} = await request<TSchema & {$id: string}>(
    url,
    'GET',
    '/api/conversation.schema.json',
  );
  t.equal(status, 200);
  t.match(headers.get('content-type'), /application\/json/);
  t.equal(new URL(body.$id).pathname, '/api/conversation.schema.json');

  const takes = (document: unknown) => Compile(body).Check(document);
  const step = {id: 'a', type: 'say', text: {en: 'Hello', de: 'Guten Tag'}};
  const going = (when: unknown) => ({version: 1, steps: [{...step, next: [{when, to: 'a'}]}]});
  const is = {field: 'files.stored', operator: 'at_least', value: 1};

  t.ok(takes(DEFAULT_CONVERSATION));
  t.ok(takes({version: 1, steps: [step]}));
  t.ok(takes(going({all: [is, {not: {any: [is]}}]})), 'conditions nest');
  t.notOk(takes(going({all: [is, {not: {any: [{...is, operator: 'looks_like'}]}}]})));
  t.notOk(takes({version: 2, steps: [step]}));
  t.notOk(takes({version: 1, steps: [{...step, type: 'dance'}]}));
  t.notOk(takes({version: 1, steps: [{...step, text: {en: 7}}]}));
  t.notOk(takes({version: 1, steps: []}));
});

const GUIDE = 'server/sites/README.md';

t.test(
  'the page about the settings of a site is complete, and its examples are accepted',
  async (t) => {
    const guide = parseMarkdown(GUIDE, await readFile(path.join(PROJECT, GUIDE), 'utf8'));
    const properties = Object.keys(SiteSettings.properties);
    t.same(firstCells(guide, '## Settings').sort(), properties.sort());

    const shapes = stepShapes(Type.Unknown());
    const shared = Object.keys(shapes.say.properties);
    t.same(firstCells(guide, '## Steps').sort(), [...Object.keys(shapes), ...shared].sort());
    const questions = Object.values(askShapes(Type.Unknown()));
    const names = questions.flatMap(({properties}) => Object.keys(properties));
    const asked = new Set(['field', 'kind', 'text', 'required', 'hint', 'placeholder']);
    t.same(
      firstCells(guide, '## Questions').sort(),
      [...asked, ...Object.keys(askShapes(Type.Unknown()))].sort(),
    );
    const described = guide.text.split('\n## Questions\n')[1]?.split('\n## ')[0] ?? '';
    for (const name of names) {
      if (name in shapes.say.properties || asked.has(name)) continue;
      t.ok(described.includes(`\`${name}\``), name);
    }
    const steps = guide.text.split('\n## Steps\n')[1]?.split('\n## ')[0] ?? '';
    for (const values of [
      shapes.ask.properties.field.enum,
      shapes.consent.properties.purpose.enum,
      shapes.end.properties.outcome.enum,
    ]) {
      t.match(steps, `| ${values.map((value) => `\`${value}\``).join(', ')} `);
    }

    const {operator} = FieldTest.properties;
    const fields = [...CONDITION_FIELDS, 'answers.<field>'];
    t.same(firstCells(guide, '## Branches').sort(), [...operator.enum, ...fields].sort());

    const examples = guide.codes.filter(({language}) => language === 'json');
    t.equal(examples.length, 4);
    for (const {text} of examples) {
      const errors = validateSettings(JSON.parse(text), {
        limits: {maxFiles: MAX_FILES, minFiles: MIN_FILES, maxFileBytes: MAX_FILE_BYTES},
        allowedHosts: [],
        production: true,
        responder: {kind: 'none'},
      });
      t.same(errors, []);
    }
  },
);

t.test('the published schema describes every setting and every type of step', async (t) => {
  const {
    conversation: _conversation,
    responder: _responder,
    ...described
  } = SiteSettings.properties;
  const shapes = [
    ...Object.entries(described),
    ...Object.entries(stepShapes(Type.Unknown())),
    ...Object.entries(askShapes(Type.Unknown())),
  ];
  for (const [name, schema] of shapes) {
    t.match((schema as {description?: string}).description, /^[A-Z].*\.$/, name);
  }
});
