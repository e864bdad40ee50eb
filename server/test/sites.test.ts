import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import {MAX_FILE_BYTES, MAX_FILES, MIN_FILES} from '../contract/limits.js';
import {startEmbeddedPostgres} from '../database/embedded/embedded.js';
import {siteCommand} from '../accounts/site-command.js';
import {validateOrigin} from '../sites/validate-origin.js';
import {validateSettings} from '../sites/settings.js';
import {findSite} from '../sites/store.js';
import {runCommand, runMaria} from './run-command.js';
import {makePdf} from './pdf.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor, request} from './visitor.js';

const LIMITS = {maxFiles: MAX_FILES, minFiles: MIN_FILES, maxFileBytes: MAX_FILE_BYTES};
const ACME = [
  '--name',
  'Acme',
  '--origin',
  'https://acme.example',
  '--notify',
  'owner@acme.example',
];

const site = (server: TestServer, ...args: string[]) => runCommand(server, siteCommand, ...args);

const getSettingsFile = async (server: TestServer, settings: unknown) => {
  const file = path.join(server.dataDir, 'settings.json');
  await writeFile(file, JSON.stringify(settings));
  return file;
};

t.test('maria site', async (t) => {
  const server = await startServer(t);

  await t.test('add creates a site and prints the snippet', async (t) => {
    const settings = {max_files: 2, min_files: 0, conversation: DEFAULT_CONVERSATION};
    const file = await getSettingsFile(server, settings);

    const printed = await site(
      server,
      'add',
      'acme',
      ...ACME,
      '--origin',
      'null',
      '--settings',
      file,
    );

    t.ok(
      printed.includes(
        `<script src="${server.config.publicUrl}/maria-chat.js" data-site="acme" async></script>`,
      ),
    );
    t.same(await findSite(server.sql, 'acme'), {
      key: 'acme',
      name: 'Acme',
      allowedOrigins: ['https://acme.example', 'null'],
      notifyEmail: 'owner@acme.example',
      settings,
    });
    const headers = {origin: 'https://acme.example'};
    const config = await request(server.url, 'GET', '/api/sites/acme/config', {headers});
    t.equal(config.status, 200);
  });

  await t.test('add of an existing site is rejected and changes nothing', async (t) => {
    const before = await findSite(server.sql, 'acme');

    await t.rejects(site(server, 'add', 'acme', ...ACME, '--name', 'Other'), {
      message: /already.*maria site set acme/,
    });

    t.same(await findSite(server.sql, 'acme'), before);
  });

  await t.test('add reports all errors at once and writes nothing', async (t) => {
    const file = await getSettingsFile(server, {max_files: 4, colour: 'red'});

    await t.rejects(
      site(
        server,
        ...['add', 'Bad_Key', '--name', ' ', '--origin', 'https://a.example/x'],
        ...['--origin', '*', '--notify', 'nobody', '--settings', file],
      ),
      {
        message:
          /KEY: .*--name: .*--origin: .*Write https:\/\/a\.example\n.*--origin: .*--notify: .*--settings \/colour: is not an allowed property\n.*--settings \/max_files: must be at most 3/s,
      },
    );

    t.equal((await server.sql`select from sites where key = 'Bad_Key'`).length, 0);
  });

  await t.test('set changes only the given values', async (t) => {
    const before = await findSite(server.sql, 'acme');

    await site(server, 'set', 'acme', '--origin', 'https://www.acme.example');

    t.same(await findSite(server.sql, 'acme'), {
      ...before,
      allowedOrigins: ['https://www.acme.example'],
    });
    await t.rejects(site(server, 'set', 'nobody', '--name', 'x'), {message: /no site "nobody"/});
    await t.rejects(site(server, 'set', 'acme'), {message: /at least one of/});
  });

  await t.test('show and list describe sites', async (t) => {
    const shown = await site(server, 'show', 'acme');
    t.match(shown, /owner@acme\.example/);
    t.match(shown, /data-site="acme"/);
    t.match(await site(server, 'list'), /^acme {2}Acme {2}https:\/\/www\.acme\.example$/m);
    const listed = JSON.parse(await site(server, 'list', '--json')) as {key: string}[];
    t.same(
      listed.map(({key}) => key),
      ['acme', 'demo', 'questions', 'workshop'],
    );
    t.same(JSON.parse(await site(server, 'list', '--format', 'json')), listed);
    t.match(
      await site(server, 'list', '--format', 'csv'),
      /^key,name,origins,notify,removed\r\nacme,Acme,https:\/\/www\.acme\.example,/,
    );
    await t.rejects(site(server, 'list', '--format', 'xml'), {message: /Invalid --format/});
    await t.rejects(site(server, 'list', 'acme'), {message: /Expected one of these/});
  });

  await t.test('set accepts what show --json prints, and replaces only the settings', async (t) => {
    await site(server, 'add', 'copied', ...ACME);
    await site(
      server,
      'set',
      'copied',
      '--settings',
      await getSettingsFile(server, {max_files: 2}),
    );
    const shown = JSON.parse(await site(server, 'show', 'copied', '--json')) as {name: string};
    await site(server, 'set', 'copied', '--settings', await getSettingsFile(server, {}));
    const file = await getSettingsFile(server, {...shown, name: 'Ignored'});

    await site(server, 'set', 'copied', '--settings', file);

    t.match(await findSite(server.sql, 'copied'), {name: 'Acme', settings: {max_files: 2}});
    await site(server, 'remove', 'copied');
  });

  await t.test('--add-origin keeps the other origins', async (t) => {
    await site(server, 'add', 'wide', ...ACME, '--add-origin', 'https://shop.acme.example');
    const getOrigins = async () => (await findSite(server.sql, 'wide'))?.allowedOrigins;
    t.same(await getOrigins(), ['https://acme.example', 'https://shop.acme.example']);

    const origins = ['https://a.example', 'https://acme.example', 'https://b.example'];
    await site(server, 'set', 'wide', ...origins.flatMap((origin) => ['--add-origin', origin]));
    t.same(await getOrigins(), [
      'https://acme.example',
      'https://shop.acme.example',
      'https://a.example',
      'https://b.example',
    ]);

    await t.rejects(site(server, 'set', 'wide', '--add-origin', 'https://c.example/'), {
      message: /Nothing was changed[^]*--add-origin: /,
    });
    await site(server, 'set', 'wide', '--origin', 'https://only.example');
    t.same(await getOrigins(), ['https://only.example']);
    await site(server, 'remove', 'wide');
  });

  await t.test('schema prints a JSON Schema', async (t) => {
    const schema = JSON.parse(await site(server, 'schema')) as {properties: object};
    t.ok('conversation' in schema.properties);
  });

  await t.test('remove deletes a site without visitors', async (t) => {
    await site(server, 'add', 'unused', ...ACME);
    await site(server, 'remove', 'unused');
    t.equal(await findSite(server.sql, 'unused'), undefined);
  });

  await t.test('remove keeps the visitors’ data, and the site can be added again', async (t) => {
    await site(server, 'add', 'used', ...ACME);
    const arrived = await Visitor.arrive(server.url, 'used');
    await arrived.consent({personal_data: true});
    const {body} = await arrived.upload(makePdf());
    await arrived.contact('kept@example.com');

    await t.rejects(site(server, 'remove', 'used'), {
      message: /1 pending and 0 complete.*1 file\. Nothing was changed.*--force.*maria erase/s,
    });
    t.equal((await arrived.session()).status, 200);

    await site(server, 'remove', 'used', '--force');
    const beside = await startServer(t, {beside: server});
    const config = await request(beside.url, 'GET', '/api/sites/used/config');
    t.same([config.status, config.body['code']], [404, 'unknown_site']);
    t.equal((await arrived.at(beside.url).session()).status, 404);
    t.match(await site(server, 'list'), /^used .*\(removed\)$/m);
    t.equal((await server.sql`select from user_sessions where uuid = ${arrived.uuid}`).length, 1);

    await site(server, 'add', 'used', ...ACME);
    const third = await startServer(t, {beside: server});
    const files = await arrived.at(third.url).files();
    t.equal(files[0]?.id, body.file.id);
  });

  await t.test('remove deletes the owner’s e-mail address once no session needs it', async (t) => {
    await site(server, 'add', 'owned', ...ACME);
    const visitor = await Visitor.arrive(server.url, 'owned');
    await visitor.consent({personal_data: true});
    const getEmail = async () => (await findSite(server.sql, 'owned'))?.notifyEmail;

    t.match(await site(server, 'remove', 'owned', '--force'), /e-mail address are still stored/);
    t.ok(await getEmail());
    await server.sql`update visits set state = 'gone' where uuid = ${visitor.uuid}`;
    t.match(await site(server, 'remove', 'owned'), /is removed, with the owner's e-mail address/);
    t.equal(await getEmail(), null);
    await t.rejects(site(server, 'remove', 'owned'), {message: /There is no site "owned"/});
  });

  await t.test('invalid arguments print the usage', async (t) => {
    for (const args of [[], ['paint'], ['add'], ['remove', 'a', 'b']]) {
      await t.rejects(site(server, ...args), {message: /maria site add KEY/});
    }
    await t.rejects(site(server, 'add', 'x', '--name', 'X'), {message: /needs --origin/});
  });
});

t.test('an origin must have the exact form that browsers send', async (t) => {
  for (const good of [
    'https://acme.example',
    'https://acme.example:8443',
    'https://xn--mnchen-3ya.example',
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://shop.localhost:3000',
    'https://localhost',
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'app://bundle',
    'app://com.example.shop:8100',
    'chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb',
    'null',
  ]) {
    t.equal(validateOrigin(good), undefined, good);
  }
  for (const [bad, told] of [
    ['http://acme.example', 'https'],
    ['https://acme.example/', 'Write https://acme.example'],
    ['https://acme.example/chat', 'Write https://acme.example'],
    ['https://Acme.example', 'Write https://acme.example'],
    ['https://acme.example:443', 'Write https://acme.example'],
    ['https://münchen.example', 'Write https://xn--mnchen-3ya.example'],
    ['https://user@acme.example', 'Write https://acme.example'],
    ['https://*.acme.example', '*'],
    ['acme.example', 'https://www.example.com'],
    ['javascript:alert(1)', 'https'],
    ['javascript://acme.example', 'https'],
    ['file:///index.html', 'null'],
    ['data:text/html,x', 'null'],
    ['capacitor:', 'capacitor://localhost'],
    ['capacitor://localhost/', 'Write capacitor://localhost'],
    ['Capacitor://Localhost', 'Write capacitor://localhost'],
    ['app://user@bundle', 'Write app://bundle'],
    ['app://*', '*'],
    ['http://localhost.acme.example', 'https'],
    ['http://shoplocalhost', 'https'],
    ['ws://localhost', 'https'],
    ['*', 'https://www.example.com'],
    ['', 'https://www.example.com'],
    ['NULL', 'https://www.example.com'],
  ] as const) {
    t.ok(validateOrigin(bad)?.includes(told), `${bad}: ${String(validateOrigin(bad))}`);
  }
});

t.test('settings', async (t) => {
  const getPaths = (settings: unknown, kind: 'none' | 'webhook' = 'none') =>
    validateSettings(settings, {
      limits: LIMITS,
      allowedHosts: [],
      production: true,
      responder: {kind},
    }).map((fault) => fault.path);
  const withSteps = (...steps: unknown[]) => getPaths({conversation: {version: 1, steps}});
  const end = {id: 'end', type: 'end', outcome: 'complete'};
  const going = (when: unknown) =>
    withSteps({id: 'a', type: 'say', next: [{when, to: 'end'}]}, end).map((one) =>
      one.replace('/conversation/steps/0/next/0/when', ''),
    );
  const is = {field: 'name', operator: 'is', value: 'x'};

  t.same(getPaths({}), []);
  t.same(getPaths({conversation: DEFAULT_CONVERSATION}), []);
  t.same(getPaths({max_files: 3, min_files: 3, max_file_bytes: MAX_FILE_BYTES}), []);
  t.same(getPaths({max_files: 4, max_file_bytes: MAX_FILE_BYTES + 1}), [
    '/max_files',
    '/max_file_bytes',
  ]);
  t.same(getPaths({max_files: 1, min_files: 2}), ['/min_files']);
  t.same(getPaths({max_files: 0, min_files: -1, refuse_active_content: 'yes', x: 1}).sort(), [
    '/max_files',
    '/min_files',
    '/refuse_active_content',
    '/x',
  ]);
  t.same(getPaths([]), ['/']);
  t.same(getPaths(null), ['/']);
  t.same(getPaths({privacy_url: 'https://acme.example/privacy'}), []);
  t.same(getPaths({privacy_url: 'javascript:alert(1)'}), ['/privacy_url']);
  t.same(getPaths({privacy_url: '/privacy'}), ['/privacy_url']);

  t.same(getPaths({responder: {kind: 'none'}}), []);
  t.same(getPaths({responder: {kind: 'webhook'}}, 'webhook'), []);
  t.same(getPaths({responder: {kind: 'webhook'}}), ['/responder/url']);
  t.same(getPaths({responder: {kind: 'openai', model: 'small'}}, 'webhook'), ['/responder/url']);

  t.same(getPaths({conversation: {version: 2, steps: []}}).sort(), [
    '/conversation/steps',
    '/conversation/version',
  ]);
  t.same(getPaths({conversation: null}), ['/conversation']);
  t.same(withSteps({id: 'a', type: 'dance'}, 7, {id: 'b', type: 'constructor'}), [
    '/conversation/steps/0/type',
    '/conversation/steps/1',
    '/conversation/steps/2/type',
  ]);
  t.same(withSteps({id: 'a', type: 'say'}, {...end, id: 'a'}), ['/conversation/steps/1/id']);
  t.same(withSteps({id: 'a', type: 'say', next: [{to: 'nowhere'}]}), [
    '/conversation/steps/0/next/0/to',
  ]);
  t.same(withSteps({id: 'a', type: 'ask', field: 'age', extra: 1}, {type: 'say'}).sort(), [
    '/conversation/steps/0/kind',
    '/conversation/steps/1/id',
  ]);
  t.same(withSteps({id: 'a', type: 'say', text: {en: 'Hello', de: 'Hallo'}}, end), []);

  const refused = {id: 'refused', type: 'end', outcome: 'refused'};
  const isRefusal = {field: 'consents.personal_data', operator: 'is', value: false};
  const isNamed = {field: 'name', operator: 'is', value: 'Anna'};
  const storing = (...next: unknown[]) =>
    withSteps({id: 'storing', type: 'consent', purpose: 'personal_data', next}, end, refused);
  t.same(storing({when: isRefusal, to: 'refused'}), []);
  t.same(storing({when: {...isRefusal, operator: 'is_not', value: true}, to: 'refused'}), []);
  t.same(storing({when: {not: {...isRefusal, value: true}}, to: 'refused'}), []);
  t.same(storing({when: {any: [isNamed, isRefusal]}, to: 'refused'}), []);
  t.same(
    storing({when: {all: [isNamed, {not: isRefusal}]}, to: 'end'}, {to: 'refused'}),
    [],
    'the branch for visitors who agree',
  );
  const at = ['/conversation/steps/0/next'];
  t.same(storing(), at, 'the next step');
  t.same(storing({when: isRefusal, to: 'end'}, {when: isRefusal, to: 'refused'}), at);
  t.same(storing({when: isNamed, to: 'end'}, {to: 'refused'}), at, 'a name decides');
  t.same(storing({when: {all: [isNamed, isRefusal]}, to: 'refused'}), at, 'no name, no branch');
  t.same(withSteps({id: 'storing', type: 'consent', purpose: 'personal_data'}), at);
  t.same(withSteps({id: 'training', type: 'consent', purpose: 'ai_training'}, end), []);
  const [error] = validateSettings(
    {conversation: {version: 1, steps: [{id: 'a', type: 'consent', purpose: 'personal_data'}]}},
    {limits: LIMITS, allowedHosts: [], production: true, responder: {kind: 'none'}},
  );
  t.match(error?.message, /outcome "refused".*Add/);

  t.same(going(is), []);
  t.same(going({any: [is, {all: [{not: is}]}]}), []);
  t.same(going({field: 'shoe', operator: 'like', value: 1}).sort(), ['/field', '/operator']);
  t.same(going({field: 'files.stored', operator: 'at_least', value: '2'}), ['/value']);
  t.same(going({all: [is, {any: [{...is, z: 1}]}], extra: 1}), ['/all/1/any/0/z', '/extra']);
  t.same(going({all: is}), ['/all']);
  t.same(going('name'), ['']);
  let deep: unknown = is;
  for (let i = 0; i < 100_000; i++) deep = {not: deep};
  t.equal(going(deep).length, 1);
});

t.test('maria as a process', async (t) => {
  const dataDir = await temporaryFolder(t);
  const env = {DATA_DIR: dataDir, PUBLIC_URL: 'https://chat.example.com'};

  await t.test('creates a site before the first start of the server', async (t) => {
    const {code, stdout, stderr} = await runMaria(env, 'site', 'add', 'acme', ...ACME);
    t.same([code, stderr], [0, '']);
    t.ok(stdout.includes('src="https://chat.example.com/maria-chat.js" data-site="acme"'));
  });

  await t.test('works beside a running server and does not close its database', async (t) => {
    const folder = path.join(dataDir, 'postgres');
    const running = await startEmbeddedPostgres({dataDir: folder, log: () => undefined});
    t.teardown(() => running.stop());

    t.match(await runMaria(env, 'site', 'list'), {code: 0, stdout: /^acme {2}Acme/});
    t.match(await runMaria(env, 'site', 'show', 'acme'), {code: 0, stdout: /Acme/});
  });

  await t.test('ends with 2 after invalid arguments, and with 1 after a failure', async (t) => {
    t.match(await runMaria(env, 'sing'), {code: 2, stderr: /There is no command "sing"/});
    t.match(await runMaria(env, 'help'), {code: 0, stdout: /maria site add/});
    const help = await runMaria(env, 'help', 'site');
    t.match(help, {code: 0, stdout: /^maria site add/});
    t.notMatch(help.stdout, /maria doctor/, 'only the help of this command');
    t.match(await runMaria(env, 'help', 'paint'), {code: 2, stderr: /no command "paint"/});
    t.match(await runMaria(env, '--version'), {code: 0, stdout: /^\d+\.\d+\.\d+\n$/});
    const away = {...env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none'};
    t.match(await runMaria(away, 'site', 'list'), {code: 1, stderr: /does not respond/});
    t.match(await runMaria(away, 'site', '--paint'), {code: 2});
  });
});
