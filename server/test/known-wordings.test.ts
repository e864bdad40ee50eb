import {createHash} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import type {LocalisedText} from '../contract/localised-text.js';
import {isWidgetBuilt, readProjectVersion} from '../http/assets.js';
import {siteCommand} from '../accounts/site-command.js';
import {storeWordings} from '../sites/wordings.js';
import {runCommand} from './run-command.js';
import {startProcessBeside} from './server-process.js';
import {addSite} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

const list = ({sql}: TestServer, siteKey: string) =>
  sql<{sha256: string; purpose: string; locale: string | null; pattern: string | null}[]>`
    select encode(sha256, 'hex') as sha256, purpose, locale, pattern from known_wordings
    where site_key = ${siteKey} order by first_at, purpose, locale nulls first`;

const createSettings = (text: LocalisedText) => ({
  conversation: {
    ...DEFAULT_CONVERSATION,
    steps: DEFAULT_CONVERSATION.steps.map((step) =>
      step.id === 'consent_personal_data' ? {...step, text} : step,
    ),
  },
});

t.test('the wordings of a site', async (t) => {
  const server = await startServer(t);
  const set = async (settings: unknown, ...args: string[]) => {
    const file = path.join(server.dataDir, 'settings.json');
    await writeFile(file, JSON.stringify(settings));
    await runCommand(server, siteCommand, ...args, '--settings', file);
  };
  const ACME = ['--name', 'Acme', '--origin', 'https://acme.example', '--notify', 'a@acme.example'];

  await t.test('are stored in each language when it is added', async (t) => {
    await set(createSettings({en: 'May we?', de: 'Dürfen wir?'}), 'add', 'acme', ...ACME);

    const purpose = 'personal_data';
    t.same(
      [...(await list(server, 'acme'))],
      [
        {sha256: hash('Dürfen wir?'), purpose, locale: 'de', pattern: null},
        {sha256: hash('May we?'), purpose, locale: 'en', pattern: null},
      ],
    );
  });

  await t.test('stay when they are changed', async (t) => {
    await set(createSettings('May we store it?'), 'set', 'acme');

    t.same(
      (await list(server, 'acme')).map(({sha256, locale}) => [sha256, locale]),
      [
        [hash('Dürfen wir?'), 'de'],
        [hash('May we?'), 'en'],
        [hash('May we store it?'), null],
      ],
    );
  });

  await t.test('that consist of answers only have no pattern', async (t) => {
    for (const text of ['{name}', '{name}, {answers.town}?']) {
      await set(createSettings(text), 'set', 'acme');
      const wording = (await list(server, 'acme')).find(({sha256}) => sha256 === hash(text));
      t.match(wording, {pattern: null}, text);
    }
    await set(createSettings('{name}: OK'), 'set', 'acme');
    t.equal((await list(server, 'acme')).at(-1)?.pattern, '%: OK');
  });

  await t.test('with answers of the visitor have a pattern', async (t) => {
    const text = '{name}, 100% sure of \\ and a_b: {answers.my_town}?';
    await set(createSettings(text), 'set', 'acme');

    const matches = await server.sql<{wording: string; isKnown: boolean}[]>`
      select wording, wording like pattern as "isKnown"
      from known_wordings, unnest(${[
        'Eve, 100% sure of \\ and a_b: Ulm?',
        'Eve, 100, sure of \\ and a_b: Ulm?',
        'Eve, 100% sure of \\ and aXb: Ulm?',
      ]}::text[]) with ordinality as given (wording, place)
      where sha256 = sha256(convert_to(${text}, 'UTF8')) order by place`;
    t.same(
      matches.map(({isKnown}) => isKnown),
      [true, false, false],
    );
  });

  await t.test(
    'of a site that was changed by an earlier release are stored at a start',
    async (t) => {
      await addSite(server, 'early', []);
      await server.sql`
      update sites set settings = ${JSON.stringify(createSettings('Early?'))}::text::jsonb
      where key = 'early'`;
      await storeWordings(server.sql);

      t.same(
        (await list(server, 'early')).map(({sha256}) => sha256),
        [hash('Early?')],
      );
    },
  );
});

t.test(
  'the wordings of the widget',
  {skip: isWidgetBuilt ? false : 'the widget is not built'},
  async (t) => {
    const server = await startServer(t);
    t.same([...(await list(server, '*'))], []);

    await t.test('are stored at the start of a server, in all languages', async (t) => {
      await startProcessBeside(t, server);

      const rows = await server.sql<{locale: string; purposes: number; version: string}[]>`
        select locale, count(distinct purpose)::int as purposes, min(version) as version
        from known_wordings where site_key = '*' group by locale order by locale`;
      const version = readProjectVersion();
      t.same(
        [...rows],
        ['ar', 'de', 'en', 'es', 'fr', 'pt-BR'].map((locale) => ({locale, purposes: 3, version})),
      );
    });

    await t.test('stay as they are at the next start', async (t) => {
      const before = await list(server, '*');
      await storeWordings(server.sql);

      t.same([...(await list(server, '*'))], [...before]);
    });
  },
);
