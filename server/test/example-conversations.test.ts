import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import type {Conversation, LocalisedText, QuestionStep} from '../contract/conversation.js';
import type {SiteSettings} from '../contract/sites.js';
import {siteCommand} from '../accounts/site-command.js';
import {findWarnings} from '../sites/conversation-warnings.js';
import {validateConversation} from '../sites/validate-conversation.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import {request} from './visitor.js';

const FOLDER = fileURLToPath(new URL('../../../examples/conversations/', import.meta.url));
const LANGUAGES = ['ar', 'de', 'en', 'es', 'fr', 'pt-BR'];

const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
const examples = await Promise.all(
  files.map(async (name) => {
    const settings = JSON.parse(await readFile(path.join(FOLDER, name), 'utf8')) as SiteSettings;
    return {name, conversation: settings.conversation as Conversation};
  }),
);

t.test('each example is valid, and has no warning', async (t) => {
  t.same(files, [
    'appointment-request.json',
    'client-onboarding.json',
    'insurance-claim.json',
    'job-application.json',
  ]);
  for (const {name, conversation} of examples) {
    t.same(validateConversation(conversation, ''), [], name);
    t.same(findWarnings(conversation, ''), [], name);
  }
});

/** Returns all objects of a document, also nested ones. */
const listObjects = (value: unknown): Record<string, unknown>[] => {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(listObjects);
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
};

t.test('each text is in all languages of the widget', async (t) => {
  const places = (text: string) => [...text.matchAll(/\{[\w.]+\}/g)].map(String).sort();
  for (const {name, conversation} of examples) {
    const texts = listObjects(conversation).flatMap(({text, hint, label, placeholder, unit}) =>
      [text, hint, label, placeholder, unit].filter(
        (one): one is Exclude<LocalisedText, string> => typeof one === 'object',
      ),
    );
    t.ok(texts.length > 20, name);
    for (const text of texts) {
      t.same(Object.keys(text).sort(), LANGUAGES);
      for (const words of Object.values(text)) {
        t.same(places(words), places(text['en'] ?? ''), words);
        t.equal(words, words.normalize().trim());
      }
      t.match(text['ar'], /^[^A-Za-z]*$|\{|PDF/, 'no word is in another script');
    }
  }
});

t.test('together, the examples use every kind, property and operator', async (t) => {
  const steps = examples.flatMap(({conversation}) => conversation.steps);
  const questions = steps.filter((step): step is QuestionStep => 'kind' in step);
  const usedBy = (kind: string) =>
    new Set(questions.filter((one) => one.kind === kind).flatMap((one) => Object.keys(one)));

  const expected = {
    text: ['min_length', 'max_length', 'autocomplete', 'placeholder', 'hint', 'required'],
    long_text: ['min_length', 'max_length', 'placeholder', 'required'],
    choice: ['multiple', 'min_choices', 'max_choices', 'other', 'hint', 'required', 'next'],
    yes_no: ['next'],
    number: ['min', 'max', 'decimals', 'unit', 'hint', 'required', 'next'],
    date: ['min', 'max', 'hint', 'required', 'next'],
    phone: ['hint', 'placeholder', 'required'],
    url: ['placeholder', 'required', 'next'],
  };
  for (const [kind, properties] of Object.entries(expected)) {
    const used = usedBy(kind);
    for (const property of properties) t.ok(used.has(property), `${kind}: ${property}`);
  }
  const conditions = listObjects(steps.map(({next}) => next));
  for (const operator of ['is', 'is_not', 'at_least', 'at_most', 'includes', 'is_set'])
    t.ok(
      conditions.some((one) => one['operator'] === operator),
      operator,
    );
  for (const combined of ['all', 'any', 'not'])
    t.ok(
      conditions.some((one) => combined in one),
      combined,
    );
  const words = JSON.stringify(steps);
  t.match(words, /\{name\}/);
  t.match(words, /\{answers\.\w+\}/);
  t.match(words, /"min":"today"/);
  t.match(words, /"max":"today"/);
});

t.test('maria site set accepts each example as it is', async (t) => {
  const server = await startServer(t);
  for (const {name, conversation} of examples) {
    const key = path.basename(name, '.json');
    const add = [
      '--name',
      'Example',
      '--origin',
      'https://example.com',
      '--notify',
      'a@example.com',
    ];
    await runCommand(server, siteCommand, 'add', key, ...add);

    const printed = await runCommand(
      server,
      siteCommand,
      ...['set', key, '--settings', path.join(FOLDER, name)],
    );

    t.match(printed, new RegExp(`^Site "${key}" is changed\\.`));
    t.notMatch(printed, /Warning/);
    const {body} = await request<{conversation: Conversation}>(
      server.url,
      'GET',
      `/api/sites/${key}/config`,
    );
    t.same(body.conversation, conversation);
  }
});
