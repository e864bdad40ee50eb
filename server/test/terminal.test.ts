import {request} from 'node:http';

import t from 'tap';
import type {Test} from 'tap';

import {sessionsCommand} from '../sessions/command.js';
import {runCommand, runMaria} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** A control sequence, an operating system command, a text reversal and a line separator. */
const HOSTILE = [
  '\u009b31m',
  '\u009d0;title\u009c',
  '\u202e',
  '\u2066',
  '\u2028',
  '\u0085',
  '\u001b[2J',
];
const FORBIDDEN = /(?![\n\r])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

const maria = (server: TestServer, ...args: string[]) =>
  runMaria(
    {
      DATA_DIR: server.dataDir,
      DATABASE_URL: server.config.databaseUrl ?? '',
      SECRET_KEY: server.config.secrets[0].bytes.toString(),
    },
    ...args,
  );

/** Sends an Origin header with bytes that no browser sends. */
const callFrom = (server: TestServer, origin: string) =>
  new Promise<void>((resolve, reject) => {
    const call = request(`${server.url}/api/session/generate-uuid`, {
      method: 'POST',
      headers: {origin, 'content-type': 'application/json'},
    });
    call.on('response', (response) => response.resume().on('end', resolve));
    call.on('error', reject);
    call.end('{}');
  });

const isClean = (t: Test, output: {stdout: string; stderr: string}, what: string) => {
  t.notMatch(output.stdout, FORBIDDEN, what);
  t.notMatch(output.stderr, FORBIDDEN, what);
};

t.test('no command prints control characters of a terminal', async (t) => {
  const server = await startServer(t);
  await callFrom(server, 'https://evil\u009b31mRED\u009d0;title\u0085.example');
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('anna@example.com');
  const text = HOSTILE.join('x');
  await server.sql`update user_sessions set name = ${text}, locale = ${text}`;
  await server.sql`
    insert into audit_logs (event_type, user_uuid, metadata)
    values ('error', ${visitor.uuid}, ${server.sql.json({text})})`;
  await server.sql`update sites set name = ${text}, allowed_origins = ${[text]}`;
  await until(
    async () =>
      (await server.sql`select from audit_logs where event_type = 'origin_refused'`).length === 1,
  );

  for (const command of ['audit', 'sessions']) {
    for (const format of ['table', 'csv', 'json']) {
      const output = await maria(server, command, '--format', format);
      t.equal(output.code, 0, output.stderr);
      isClean(t, output, `${command} ${format}`);
      t.match(output.stdout, /\\u009b31m/, 'the output shows escaped characters');
      if (format !== 'json') continue;
      const rows = JSON.parse(output.stdout) as {name?: string; metadata?: {text?: string}}[];
      const found = rows.some(({name, metadata}) => (name ?? metadata?.text) === text);
      t.ok(found, 'the JSON has the same values');
    }
  }
  isClean(t, await maria(server, 'site', 'list'), 'site list');
  isClean(t, await maria(server, 'site', 'show', text), 'an error');
  isClean(t, await maria(server, text), 'no command');
});

t.test('no cell of a CSV file is a formula', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('anna@example.com');
  for (const name of [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '＝1+1',
    '＋1',
    '－1',
    '−1',
    '＠SUM(A1)',
    '﹦1+1',
    '\u200b=1+1',
    '\u2060\u00a0＝1+1',
    '\u3164=1+1',
    '\t=1+1',
    '\r=1+1',
  ]) {
    await server.sql`update user_sessions set name = ${name}`;
    const csv = await runCommand(server, sessionsCommand, '--format', 'csv');
    t.match(csv, /,pending,"?('|\\u000)/, JSON.stringify(name));
  }
  await server.sql`update user_sessions set name = 'Anna = Zoë'`;
  const csv = await runCommand(server, sessionsCommand, '--format', 'csv');
  t.match(csv, /,pending,Anna = Zoë,/);
});
