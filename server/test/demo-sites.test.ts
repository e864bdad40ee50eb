import {readFile} from 'node:fs/promises';

import t from 'tap';

import type {QuestionStep} from '../contract/conversation.js';
import {MAX_FILE_BYTES, MAX_FILES, MIN_FILES} from '../contract/limits.js';
import type {SiteConfig, SiteSettings} from '../contract/sites.js';
import {connectDatabase} from '../database/connect.js';
import {findWarnings} from '../sites/conversation-warnings.js';
import {ensureDemoSites} from '../sites/demo-sites.js';
import {validateSettings} from '../sites/settings.js';
import {startServer} from './start-server.js';
import {createMigratedDatabase} from './test-database.js';
import {request} from './visitor.js';

// dist/server/test/ -> the project
const EXAMPLES = new URL('../../../examples/', import.meta.url);
const read = (file: string) => readFile(new URL(file, EXAMPLES), 'utf8');

const KINDS = ['choice', 'date', 'long_text', 'number', 'phone', 'text', 'url', 'yes_no'];

t.test('a server without the examples has no site with their settings', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url});
  t.teardown(() => sql.end());

  await ensureDemoSites(sql, 'http://localhost:8080', new URL('nothing-here/', EXAMPLES));

  const rows = await sql<{key: string}[]>`select key from sites order by key`;
  t.same(
    rows.map(({key}) => key),
    ['demo', 'workshop'],
  );
});

t.test('the example of questions', async (t) => {
  const settings = JSON.parse(await read('questions.json')) as Required<SiteSettings>;
  const {steps} = settings.conversation;
  const questions = steps.filter((step): step is QuestionStep => 'kind' in step);

  await t.test('has every kind of question, and is accepted without a warning', async (t) => {
    t.same([...new Set(questions.map(({kind}) => kind))].sort(), KINDS);
    const errors = validateSettings(settings, {
      limits: {maxFiles: MAX_FILES, minFiles: MIN_FILES, maxFileBytes: MAX_FILE_BYTES},
      allowedHosts: [],
      production: true,
      responder: {kind: 'none'},
    });
    t.same(errors, []);
    t.same(findWarnings(settings.conversation, ''), []);
  });

  await t.test('is a site of the development server', async (t) => {
    const {url} = await startServer(t);
    const {body} = await request<SiteConfig>(url, 'GET', '/api/sites/questions/config');

    t.same(body.conversation, settings.conversation);
  });

  await t.test('is a page that shows each question of the file', async (t) => {
    const page = await read('questions.html');
    const shown = [...page.matchAll(/<code>(\{\n[^]*?\n\})<\/code>/g)].map(
      ([, json = '']) => JSON.parse(json) as unknown,
    );

    t.same(shown, questions);
  });
});
