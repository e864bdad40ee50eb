import {existsSync} from 'node:fs';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {Settings} from '../config/environment.js';
import {ERROR_CODES} from '../contract/error-codes.js';
import {AUDIT_EVENTS} from '../contract/event-names.js';
import {MAX_INSTRUCTIONS_LENGTH, SiteResponder} from '../contract/responders.js';
import {BY_CLIENT_PER_HOUR, TO_ADDRESS_PER_DAY, TO_ADDRESS_PER_HOUR} from '../mail/limits.js';
import {BUDGETS} from '../responders/budgets.js';
import {CALL_BACK_MS} from '../responders/callbacks.js';
import {MAX_CALLBACKS_PER_TURN} from '../responders/callback-route.js';
import {MAX_REPLY_CHARACTERS} from '../responders/reply.js';
import {REPLY_LIMITS} from '../responders/resolve-responder.js';
import {RETRIES} from '../responders/responder.js';
import {runMaria} from './run-command.js';
import {startServer} from './start-server.js';

// dist/server/test/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const OPERATIONS = 'examples/deploy/OPERATIONS.md';
const PRIVACY = '.github/PRIVACY.md';
const RESPONDERS = 'server/responders/README.md';
const GUIDES = [
  RESPONDERS,
  'server/webhooks/README.md',
  'examples/deploy/README.md',
  OPERATIONS,
  PRIVACY,
  'server/DESIGN.md',
  'server/README.md',
  'widget/HELP-TEXTS.md',
];
/** Names in capitals that are not settings of the server. */
const OTHER_NAMES = [
  'BENCH_ROUNDS',
  'BENCH_SESSIONS',
  'CRASH_KILLS',
  'DATABASE_READ_ONLY',
  'MIGRATION_REFUSED',
];

const readText = (file: string) => readFile(path.join(PROJECT, file), 'utf8');

/** Documents that are written elsewhere: their links are checked as soon as they exist. */
const EXPECTED = [
  'examples/deploy/METRICS.md',
  'server/command/README.md',
  'server/config/SETTINGS.md',
];

/** Returns the first cells of the tables below a heading, up to the next heading. */
const findFirstCells = (text: string, heading: string): string[] => {
  const section = text.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? '';
  return [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell ?? '');
};

const findNames = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');

const formatNumber = (value: number): string => value.toLocaleString('en');

const unique = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Returns the anchors that GitHub makes of the headings. */
const findAnchors = (text: string): string[] =>
  [...text.replace(/```[^]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );

const findSources = async (folder: string): Promise<string[]> => {
  const names = await readdir(path.join(PROJECT, folder), {recursive: true});
  return names
    .filter((name) => name.endsWith('.ts') && !/(^|\/)(test|bench)\//.test(name))
    .map((name) => path.join(folder, name));
};

for (const guide of GUIDES) {
  t.test(`the links of ${guide} have a target`, async (t) => {
    const text = await readText(guide);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    for (const [link, file = '', anchor] of links) {
      const target = file === '' ? guide : path.join(path.dirname(guide), file);
      if (EXPECTED.includes(target) && !existsSync(path.join(PROJECT, target))) continue;
      t.ok(existsSync(path.join(PROJECT, target)), `${link} leads to a file`);
      if (anchor === undefined) continue;
      t.ok(findAnchors(await readText(target)).includes(anchor), `${link} leads to a heading`);
    }
  });

  t.test(`the names in ${guide} exist`, async (t) => {
    const text = await readText(guide);
    const properties = Settings.properties as Record<string, {default?: unknown}>;
    const known = [...Object.keys(properties), ...OTHER_NAMES];
    const names = [...text.matchAll(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g)].map(([name]) => name);
    t.same(
      unique(names).filter((name) => !known.includes(name)),
      [],
      'settings',
    );
    const defaults = [
      ...[...text.matchAll(/`([A-Z][A-Z0-9_]+)` \(([\d,]+)\)/g)].map(([, name, shown]) => [
        name,
        shown,
      ]),
      ...[...text.matchAll(/\b([\d,]+) [a-z ]+ \(`([A-Z][A-Z0-9_]+)`\)/g)].map(
        ([, shown, name]) => [name, shown],
      ),
    ];
    for (const [name = '', shown] of defaults) {
      t.equal(shown, formatNumber(properties[name]?.default as number), `default of ${name}`);
    }
    for (const [shown, status, code = ''] of text.matchAll(/\b([45]\d\d) `([a-z_]+)`/g)) {
      t.equal(ERROR_CODES[code as keyof typeof ERROR_CODES], Number(status), shown);
    }
    const metrics = await readText('server/http/metrics.ts');
    for (const [name] of text.matchAll(/\bmaria_[a-z_]+/g))
      t.ok(metrics.includes(`'${name}'`), name);
    for (const [, type = ''] of text.matchAll(/--type (\w+)/g)) t.ok(isAuditEvent(type), type);
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) {
      t.match(await readText('package.json'), `"${script}":`);
    }
  });
}

const isAuditEvent = (name: string) => (AUDIT_EVENTS as readonly string[]).includes(name);

t.test('the commands in the guides and their options exist', async (t) => {
  const {stdout: help} = await runMaria({}, 'help');
  const usages = help.split(/\n\n(?=maria )/);
  let count = 0;
  for (const guide of GUIDES) {
    for (const code of findCode(await readText(guide))) {
      for (const [call, command] of code.matchAll(
        /(?:^|npx |[^.\w/-])maria ([a-z]+)\b[^\n#|]*/gm,
      )) {
        const usage = usages.filter((one) => one.startsWith(`maria ${command}`)).join('\n');
        t.not(usage, '', `${guide}: ${call}`);
        for (const [option] of call.matchAll(/--[a-z-]+/g))
          t.ok(usage.includes(option), `${guide}: ${call} has the option ${option}`);
        count++;
      }
    }
  }
  t.ok(count > 40, `${count} commands`);
});

/** Returns the code blocks without their container commands, and the code in sentences. */
const findCode = (text: string): string[] => {
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block ?? '');
  return [...blocks, ...findNames(text.replace(/```[^]*?```/g, ''))].map((code) =>
    code.replace(/^(?:alias|sudo|docker|kubectl) .*$/gm, ''),
  );
};

t.test('the source files that the design and the map name exist', async (t) => {
  for (const guide of ['server/DESIGN.md', 'server/README.md']) {
    const text = await readText(guide);
    const files = unique([...text.matchAll(/\b[\w-]+\/[\w/-]+\.ts\b/g)].map(([file]) => file));
    t.ok(files.length > 5);
    t.same(
      files.filter((file) => !existsSync(path.join(PROJECT, 'server', file))),
      [],
      guide,
    );
  }
});

t.test('the sections that messages of the server name exist', async (t) => {
  const named: [string, string][] = [];
  for (const file of await findSources('server')) {
    const source = await readText(file);
    for (const [, heading = '', document = ''] of source.matchAll(
      /["“]([^"”\n]+)["”] (?:in|of) ([\w./-]+\.md)/g,
    ))
      named.push([heading, document]);
  }
  t.ok(named.length >= 2);
  for (const [heading, document] of named) {
    t.match(await readText(document), `## ${heading}\n`, `${heading} in ${document}`);
  }
});

t.test('the operations guide has a row for each alert', async (t) => {
  const documented = findFirstCells(await readText(OPERATIONS), '## Alerts').flatMap(findNames);
  const raised = new Set<string>();
  for (const file of await findSources('server')) {
    const source = await readText(file);
    if (!source.includes('raiseAlert(')) continue;
    for (const pattern of [
      /\bcode(?:: | = )'([a-z_]+)'/g,
      /this\.alert\('([a-z_]+)', [A-Z_a-z]+(?:, '\w+')?\)/g,
      /\[\s*'([a-z_]+)',\s*\w+,\s*'/g,
    ]) {
      for (const [, code = ''] of source.matchAll(pattern)) raised.add(code);
    }
  }
  // Server errors are alerts under their own code; `busy` is not, because it is a limit.
  for (const [code, status] of Object.entries(ERROR_CODES)) {
    if (status >= 500 && code !== 'busy') raised.add(code);
  }
  t.same(documented.sort(), [...raised].sort());
});

t.test('the data protection guide has a row for each table of the database', async (t) => {
  const server = await startServer(t);
  const documented = findFirstCells(await readText(PRIVACY), '## All tables').flatMap(findNames);
  const rows = await server.sql<{name: string}[]>`
    select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
      and not relispartition`;
  t.same(documented.sort(), rows.map(({name}) => name).sort());
});

t.test('the data protection guide has a row for each value in the browser', async (t) => {
  const documented = findFirstCells(await readText(PRIVACY), "## In the visitor's browser").flatMap(
    findNames,
  );
  const stored = new Set<string>();
  for (const file of await findSources('widget')) {
    const source = await readText(file);
    for (const pattern of [
      /^(?:export )?const \w+_KEY = '([^']+)';/gm,
      /\bstorage\.set\('([^']+)'/g,
      /\bsaveAs\('([^']+)'\)/g,
    ]) {
      for (const [, key = ''] of source.matchAll(pattern)) stored.add(key);
    }
  }
  t.same(documented.sort(), [...stored].sort());
});

t.test('the limits in the guides are those of the code', async (t) => {
  const responders = (await readText(RESPONDERS)).replace(/ +/g, ' ');
  const operations = (await readText(OPERATIONS)).replace(/ +/g, ' ');
  const {first_byte_seconds, total_seconds} = SiteResponder.properties as Record<
    string,
    {maximum?: number}
  >;
  for (const shown of [
    `| time until the reply begins | ${REPLY_LIMITS.firstByteMs / 1_000} s,`,
    `| silence during a reply | ${REPLY_LIMITS.silenceMs / 1_000} s |`,
    `| whole reply | ${REPLY_LIMITS.totalMs / 1_000} s,`,
    `| repeated calls | ${RETRIES.pausesMs.length},`,
    `| turns of one session | ${BUDGETS.perSession} |`,
    `| turns of one session in a minute | ${BUDGETS.perSessionMinute} |`,
    `| turns of one client network in an hour | ${BUDGETS.perClientHour} |`,
    `| turns of one site in a day | ${formatNumber(BUDGETS.perSiteDay)},`,
    `must begin (at most ${first_byte_seconds?.maximum})`,
    `with all attempts (at most ${total_seconds?.maximum})`,
    `at most ${formatNumber(MAX_INSTRUCTIONS_LENGTH)} characters`,
    `A reply has at most ${formatNumber(MAX_REPLY_CHARACTERS)} characters.`,
    `which is ${CALL_BACK_MS / 60_000} minutes after`,
    `A turn accepts at most ${MAX_CALLBACKS_PER_TURN} calls.`,
  ]) {
    t.ok(responders.includes(shown), shown);
  }
  for (const shown of [
    `| ${TO_ADDRESS_PER_HOUR} an hour, ${TO_ADDRESS_PER_DAY} a day, to one e-mail address |`,
    `| ${BY_CLIENT_PER_HOUR} an hour for one client network |`,
  ]) {
    t.ok(operations.includes(shown), shown);
  }
});
