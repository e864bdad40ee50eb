import {readFile} from 'node:fs/promises';

import t from 'tap';

import {auditCommand} from '../audit/command.js';
import {parseSince} from '../command/since.js';
import {connectDatabase} from '../database/connect.js';
import {isDatabaseDown} from '../database/errors.js';
import {sessionsCommand} from '../sessions/command.js';
import {funnelCommand} from '../sites/funnel-command.js';
import {makePdf} from './pdf.js';
import {writeMessage} from './responder-helpers.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {submitSession} from './submit-session.js';
import {Visitor} from './visitor.js';

t.test('maria sessions, audit and funnel', async (t) => {
  const server = await startServer(t);
  const visitor = await submitSession(server, 'a@example.com', '=Zora "Z", X');
  await server.sql`
    insert into visits (uuid, site_key, token_hash, state)
    select gen_random_uuid(), 'demo', sha256('x'), 'session' from generate_series(1, 1200)`;
  await server.sql`
    insert into user_sessions (uuid, site_key, name, email, consent_personal_data, created_at)
    select uuid, 'demo', 'N', 'n@example.com', true, now() - interval '3 days'
    from visits where uuid <> ${visitor.uuid}`;

  await t.test('sessions lists all of them once, in each format', async (t) => {
    const json = JSON.parse(await runCommand(server, sessionsCommand, '--format', 'json')) as {
      uuid: string;
    }[];
    t.equal(new Set(json.map(({uuid}) => uuid)).size, 1201);
    const recent = ['--since', '1h', '--site', 'demo', '--state', 'pending'];
    const listed = async (reference: string) => {
      const args = ['--reference', reference, '--format', 'json'];
      const rows = JSON.parse(await runCommand(server, sessionsCommand, ...args)) as object[];
      return rows.map((row) => (row as {uuid: string}).uuid);
    };
    const short = visitor.uuid.slice(0, 8);
    for (const reference of [visitor.uuid, short]) {
      t.same(await listed(reference), [visitor.uuid], reference);
      t.same(await listed(reference.toUpperCase()), [visitor.uuid], reference.toUpperCase());
    }
    const sharing = `${short}-ffff-4fff-bfff-ffffffffffff`;
    await server.sql`
      insert into visits (uuid, site_key, token_hash, state)
      values (${sharing}, 'demo', sha256('y'), 'session')`;
    await server.sql`
      insert into user_sessions (uuid, site_key, name, email, consent_personal_data, created_at)
      values (${sharing}, 'demo', 'N', 'n@example.com', true, now() - interval '3 days')`;
    t.same(await listed(short), [visitor.uuid, sharing], 'all sessions with this reference');
    t.same(await listed('00000000'), []);
    await t.rejects(listed(visitor.uuid.slice(0, 7)), {message: /first eight characters/});
    const csv = await runCommand(server, sessionsCommand, ...recent, '--format', 'csv');
    t.equal(csv.split('\r\n').length, 2);
    t.ok(csv.includes(`${visitor.uuid},demo,pending,"'=Zora ""Z"", X",a@example.com,`));
    const table = await runCommand(server, sessionsCommand, ...recent);
    t.match(table, /^uuid +site +state .*\n.*a@example\.com/);
    t.equal(
      await runCommand(server, sessionsCommand, '--state', 'complete', '--format', 'json'),
      '[\n]',
    );
    await t.rejects(runCommand(server, sessionsCommand, '--state', 'odd'), {message: /--state/});
    await t.rejects(runCommand(server, sessionsCommand, '--site', 'nope'), {
      message: /^There is no site "nope"/,
    });
  });

  await t.test('audit prints each row once, in order', async (t) => {
    await server.sql`
      insert into audit_logs (event_type, user_uuid)
      select 'file_download', ${visitor.uuid} from generate_series(1, 1100)`;
    const args = ['--uuid', visitor.uuid, '--format', 'json'];
    const rows = JSON.parse(await runCommand(server, auditCommand, ...args)) as {
      event_type: string;
      timestamp: string;
    }[];
    const [stored] = await server.sql<{count: number}[]>`
      select count(*)::int as count from audit_logs where user_uuid = ${visitor.uuid}`;
    t.equal(rows.length, stored?.count);
    const times = rows.map(({timestamp}) => timestamp);
    t.same(times, [...times].sort());
    const typed = await runCommand(
      server,
      auditCommand,
      '--type',
      'contact_given',
      '--since',
      '1h',
    );
    t.equal(typed.split('\n').length, 2);
    await t.rejects(runCommand(server, auditCommand, '--type', 'x'), {message: /Invalid --type/});
    await t.rejects(runCommand(server, auditCommand, '--uuid', visitor.uuid.slice(0, 8)), {
      message: /Pass the whole UUID\. Find it with: maria sessions --reference/,
    });
    await t.rejects(runCommand(server, auditCommand, '--format', 'xml'), {message: /--format/});
  });

  await t.test('funnel counts a site’s days', async (t) => {
    await visitor.call('POST', '/api/session/progress', {json: {step: 'name'}});
    let table = '';
    // The server writes the count of opened panels a moment later.
    await until(async () => {
      table = await runCommand(server, funnelCommand, '--site', 'demo');
      return /^opened +\d/m.test(table);
    });
    t.match(table, /^counter +count +percent\nopened +1 +–\nasked +0 +0\nstarted +1 +100\n/);
    t.match(table, /^contact_given +1 +100$/m);
    t.match(table, /^step_verify +1 +100$/m);
    t.notMatch(table, /^step_(welcome|complete)/m, 'steps that are not counted are left out');
    t.match(table, /^percent: share of the visitors who started or asked/m);
    await t.rejects(runCommand(server, funnelCommand, '--site', 'none'), {message: /no site/});
    await t.rejects(runCommand(server, funnelCommand), {message: /needs --site/});
    await t.rejects(runCommand(server, funnelCommand, '--site', 'demo', '--days', '0'), {
      message: /--days/,
    });
  });
});

t.test('the funnel has the share of the visitors who did anything', async (t) => {
  const server = await startServer(t);
  const [starting, asking, leaving] = await Promise.all(
    Array.from({length: 3}, () => Visitor.consenting(server.url)),
  );
  const reach = (visitor: Visitor | undefined, step: string) =>
    visitor!.call('POST', '/api/session/progress', {json: {step}});
  await writeMessage(asking!, 'When are you open?');
  await reach(asking, 'name');
  await reach(starting, 'email');
  for (const name of ['cv.pdf', 'letter.pdf']) await starting!.upload(makePdf(), {name});
  await starting!.contact('zora@example.com');
  await writeMessage(leaving!, 'Where are you?');
  await leaving!.contact('anna@example.com');

  const rows = await runCommand(server, funnelCommand, '--site', 'demo', '--format', 'csv');

  for (const row of [
    ...['asked,2,67', 'started,2,67', 'step_name,2,67', 'step_consent_personal_data,1,33'],
    ...['step_files,1,33', 'step_email,1,33', 'step_verify,2,67', 'uploaded,2,'],
    ...['contact_given,2,67', 'completed,0,0', 'abandoned,0,0'],
  ])
    t.match(rows, new RegExp(`^${row}\\r?$`, 'm'));
  t.notMatch(rows, /passed_|percent: /);
});

t.test('a missing file is not reported as an unavailable database', async (t) => {
  const missing = await readFile('/nowhere/at/all').catch((error: unknown) => error);
  t.notOk(isDatabaseDown(missing));
  const sql = connectDatabase({url: 'postgres://maria@%2Fnowhere%2Fat%2Fall/maria'});
  t.teardown(() => sql.end({timeout: 1}));
  t.ok(isDatabaseDown(await sql`select 1`.catch((error: unknown) => error)));
});

t.test('--since accepts a day, a time or a duration', (t) => {
  t.equal(parseSince('2026-11-21').toISOString(), '2026-11-21T00:00:00.000Z');
  t.equal(parseSince('2026-11-21T09:30:00Z').toISOString(), '2026-11-21T09:30:00.000Z');
  t.equal(parseSince('2h', 7_200_000).getTime(), 0);
  for (const bad of ['', 'yesterday', '5', '5w', '2026-13-01', '-1d']) {
    t.throws(() => parseSince(bad), {message: /--since/}, bad);
  }
  t.end();
});
