import {readFile, writeFile} from 'node:fs/promises';
import {pathToFileURL} from 'node:url';

import t from 'tap';

import type {QuestionStep} from '../contract/conversation.js';
import {MAX_FILE_BYTES, MAX_FILES, MIN_FILES} from '../contract/limits.js';
import type {SiteConfig, SiteSettings} from '../contract/sites.js';
import {connectDatabase} from '../database/connect.js';
import {findWarnings} from '../sites/conversation-warnings.js';
import {ensureDemoSites} from '../sites/demo-sites.js';
import {validateSettings} from '../sites/settings.js';
import {findSite, saveSite} from '../sites/store.js';
import type {Site} from '../sites/store.js';
import {startServer, temporaryFolder} from './start-server.js';
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

t.test('a site of an example', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url});
  t.teardown(() => sql.end());
  const folder = await temporaryFolder(t);
  const examples = pathToFileURL(`${folder}/`);
  /** Starts a release whose example has this `max_files`. Returns that of the site. */
  const startRelease = async (files: number) => {
    await writeFile(new URL('questions.json', examples), JSON.stringify({max_files: files}));
    await ensureDemoSites(sql, 'http://localhost:8080', examples);
    return (await findSite(sql, 'questions'))?.settings.max_files;
  };

  await t.test('gets the settings of each release', async (t) => {
    for (const files of [1, 2, 3]) {
      t.equal(await startRelease(files), files);
    }
  });

  await t.test('keeps settings of its own', async (t) => {
    const site = await findSite(sql, 'questions');
    await saveSite(sql, {...(site as Site), settings: {max_files: 2}});

    t.equal(await startRelease(1), 2);
  });
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
