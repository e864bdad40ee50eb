import {readFile} from 'node:fs/promises';
import path from 'node:path';

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
import {PROJECT, firstCells, listFiles, parseMarkdown, readDocuments} from './markdown.js';
import {startServer} from './start-server.js';

const OPERATIONS = 'examples/deploy/OPERATIONS.md';
const PRIVACY = '.github/PRIVACY.md';
const RESPONDERS = 'server/responders/README.md';

const readText = (file: string) => readFile(path.join(PROJECT, file), 'utf8');

const readRows = async (file: string, heading: string): Promise<string[]> =>
  firstCells(parseMarkdown(file, await readText(file)), heading).sort();

const formatNumber = (value: number): string => value.toLocaleString('en');

const findSources = async (folder: string): Promise<string[]> =>
  (await listFiles(folder)).filter(
    (name) => name.endsWith('.ts') && !/(^|\/)(test|bench)\//.test(name),
  );

t.test('defaults, statuses and audit events in documents are those of the code', async (t) => {
  const properties = Settings.properties as Record<string, {default?: unknown}>;
  let count = 0;
  for (const {file, text} of await readDocuments()) {
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
      t.equal(shown, formatNumber(properties[name]?.default as number), `${file}: ${name}`);
      count++;
    }
    for (const [shown, status, code = ''] of text.matchAll(/\b([45]\d\d) `([a-z_]+)`/g)) {
      t.equal(ERROR_CODES[code as keyof typeof ERROR_CODES], Number(status), `${file}: ${shown}`);
      count++;
    }
    for (const [, type = ''] of text.matchAll(/--type ([a-z]\w+)/g)) {
      t.ok((AUDIT_EVENTS as readonly string[]).includes(type), `${file}: ${type}`);
      count++;
    }
  }
  t.ok(count > 20, `${count} facts`);
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
  const documented = await readRows(OPERATIONS, '## Alerts');
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
  t.same(documented, [...raised].sort());
});

t.test('the data protection guide has a row for each table of the database', async (t) => {
  const server = await startServer(t);
  const documented = await readRows(PRIVACY, '## All tables');
  const rows = await server.sql<{name: string}[]>`
    select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
      and not relispartition`;
  t.same(documented, rows.map(({name}) => name).sort());
});

t.test('the data protection guide has a row for each value in the browser', async (t) => {
  const documented = await readRows(PRIVACY, "## In the visitor's browser");
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
  t.same(documented, [...stored].sort());
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
