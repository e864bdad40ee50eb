import {readFile, readdir, stat} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import type {Command} from '../command/command.js';
import {eraseCommand} from '../privacy/erase-command.js';
import {exportCommand} from '../privacy/export-command.js';
import {rectifyCommand} from '../privacy/rectify-command.js';
import {listKeys} from './list-keys.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';
import {parseSession, readZip} from './read-zip.js';
import {submitSession} from './submit-session.js';

const auditedBy = async ({sql}: TestServer, uuid: string, event: string) =>
  sql`select metadata from audit_logs where user_uuid = ${uuid} and event_type = ${event}`;

t.test('maria erase finds an old e-mail address in the links of a session', async (t) => {
  const server = await startServer(t);
  const visitor = await submitSession(server, 'kept@example.com');
  await fetch(getConfirmationLink(await server.mailbox.waitFor('kept@example.com')), {
    method: 'POST',
  });
  await visitor.call('PATCH', '/api/session', {json: {email: 'stranger@example.com'}});
  const link = getConfirmationLink(await server.mailbox.waitFor('stranger@example.com'));
  t.equal((await fetch(`${link}/not-me`, {method: 'POST'})).status, 200);
  const erase = ['--email', 'Stranger@example.com'];

  t.match(await runCommand(server, eraseCommand, ...erase), /1 confirmation link for/);
  t.match(await runCommand(server, eraseCommand, ...erase, '--yes'), /Erased 1 link to/);

  const rows = await server.sql<{address: string}[]>`select address from email_verifications`;
  t.same(
    rows.map(({address}) => address),
    ['kept@example.com'],
  );
  t.match(
    (await visitor.session()).body,
    {state: 'complete'},
    'the session of another visitor stays',
  );
  await t.rejects(runCommand(server, eraseCommand, ...erase, '--yes'), {message: /no session/});
});

t.test('maria export, rectify and erase', async (t) => {
  const server = await startServer(t);
  const both = [
    await submitSession(server, 'Zora@example.com'),
    await submitSession(server, 'zora@example.com'),
  ];
  const other = await submitSession(server, 'other@example.com');
  const [first, second] = both as [Visitor, Visitor];

  await t.test('export writes one session that only its owner can read', async (t) => {
    const out = path.join(server.dataDir, 'one.zip');

    const printed = await runCommand(server, exportCommand, '--uuid', first.uuid, '--out', out);

    t.equal(printed, `1 session in ${out}`);
    const contents = readZip(await readFile(out));
    t.same([...contents.keys()], ['cv.pdf', 'session.json']);
    t.match(parseSession(contents), {session: {email: 'Zora@example.com'}});
    t.equal((await stat(out)).mode & 0o777, 0o600);
    t.notOk((await readdir(server.dataDir)).includes('one.zip.part'));
    t.same(await auditedBy(server, first.uuid, 'data_exported'), [{metadata: {by: 'operator'}}]);
  });

  await t.test('export by e-mail address writes all its sessions, each in a folder', async (t) => {
    const out = path.join(server.dataDir, 'two.zip');
    await runCommand(server, exportCommand, '--email', 'ZORA@example.com', '--out', out);
    const contents = readZip(await readFile(out));
    t.same(
      [...contents.keys()],
      both.flatMap(({uuid}) => [`${uuid.slice(0, 8)}/cv.pdf`, `${uuid.slice(0, 8)}/session.json`]),
    );
  });

  await t.test('export into a missing folder reports it and leaves no trace', async (t) => {
    const before = await auditedBy(server, first.uuid, 'data_exported');
    const out = path.join(server.dataDir, 'nowhere', 'x.zip');
    const failure = runCommand(server, exportCommand, '--uuid', first.uuid, '--out', out);
    await t.rejects(failure, {name: 'CommandFailed', message: /^Cannot write .*x\.zip: ENOENT/});
    t.same(await auditedBy(server, first.uuid, 'data_exported'), before);
  });

  await t.test(
    'rectify corrects a name immediately, an e-mail address after its confirmation',
    async (t) => {
      const args = [
        '--uuid',
        other.uuid,
        '--name',
        'Right Name',
        '--new-email',
        'right@example.com',
      ];
      t.match(await runCommand(server, rectifyCommand, ...args), /Corrected .*\n.*confirmation/);

      const stored = () =>
        server.sql`select name, email from user_sessions where uuid = ${other.uuid}`;
      t.same(await stored(), [{name: 'Right Name', email: 'other@example.com'}]);
      server.sender.wake();
      await fetch(getConfirmationLink(await server.mailbox.waitFor('right@example.com')), {
        method: 'POST',
      });
      t.same(await stored(), [{name: 'Right Name', email: 'right@example.com'}]);
      t.same(await auditedBy(server, other.uuid, 'data_rectified'), [
        {metadata: {fields: ['name', 'email'], by: 'operator'}},
      ]);
      const wrong = runCommand(
        server,
        rectifyCommand,
        '--uuid',
        other.uuid,
        '--new-email',
        'nobody',
      );
      await t.rejects(wrong, {message: /one plain e-mail address/});
    },
  );

  await t.test('rectify reports an e-mail address that the session has already', async (t) => {
    const countLinks = async () =>
      (await server.sql`select from email_verifications where session_uuid = ${other.uuid}`).length;
    const before = await countLinks();
    const args = ['--uuid', other.uuid, '--new-email', 'right@example.com'];
    t.match(
      await runCommand(server, rectifyCommand, ...args),
      /^Nothing was changed in .*\nNo link was sent/,
    );
    t.equal(await countLinks(), before);
    const elsewhere = ['--uuid', other.uuid, '--new-email', 'wrong@example.com'];
    t.match(await runCommand(server, rectifyCommand, ...elsewhere), /sends the confirmation link/);
    t.match(await runCommand(server, rectifyCommand, ...elsewhere), /No link was sent.*waits/);
    t.match(await runCommand(server, rectifyCommand, ...args), /earlier change of it is cancelled/);
  });

  await t.test('rectify finds sessions by their e-mail address', async (t) => {
    const named = await runCommand(
      server,
      rectifyCommand,
      ...['--email', 'ZORA@example.com', '--name', 'Zora Neu'],
    );
    t.same(
      named.split('\n'),
      both.map(({uuid}) => `Corrected ${uuid}.`),
    );
    const getNames = () =>
      server.sql`select distinct name from user_sessions where uuid = any(${both.map(({uuid}) => uuid)}::uuid[])`;
    t.same(await getNames(), [{name: 'Zora Neu'}]);
    const nobody = runCommand(server, rectifyCommand, '--email', 'no@example.com', '--name', 'X');
    await t.rejects(nobody, {message: /There is no session with this e-mail address/});
  });

  await t.test('erase lists what it would delete, and deletes all of it with --yes', async (t) => {
    t.match(
      await runCommand(server, eraseCommand, '--email', 'zora@example.com'),
      new RegExp(
        `Nothing was erased.*${first.uuid}  site demo, pending\n  ${second.uuid}  site`,
        's',
      ),
    );
    t.equal((await listKeys(server.objects)).length, 3);

    const erase = ['--email', 'zora@example.com', '--yes'];
    t.same(
      (await runCommand(server, eraseCommand, ...erase)).split('\n'),
      both.map(({uuid}) => `${uuid} is erased`),
    );

    t.same(
      (await listKeys(server.objects)).map((key) => key.split('/')[1]),
      [other.uuid],
    );
    t.equal((await first.session()).status, 410);
    t.same(await auditedBy(server, first.uuid, 'session_erased'), [{metadata: {by: 'operator'}}]);
    await t.rejects(runCommand(server, eraseCommand, ...erase), {message: /There is no session/});
    t.equal(
      await runCommand(server, eraseCommand, '--uuid', first.uuid, '--yes'),
      `${first.uuid} was erased before`,
    );
  });

  await t.test('erase also ends an unfinished visit', async (t) => {
    const visit = await Visitor.consenting(server.url);
    await visit.upload(makePdf());
    await runCommand(server, eraseCommand, '--uuid', visit.uuid.toUpperCase(), '--yes');
    t.same(await server.sql`select state from visits where uuid = ${visit.uuid}`, [
      {state: 'gone'},
    ]);
    t.equal((await listKeys(server.objects)).length, 1);
  });

  await t.test('each command reports missing options', async (t) => {
    for (const [command, ...rest] of [
      [exportCommand],
      [eraseCommand],
      [rectifyCommand, '--name', 'X'],
    ] as [Command, ...string[]][]) {
      for (const args of [[], ['--uuid', first.uuid, '--email', 'a@example.com']]) {
        await t.rejects(runCommand(server, command, ...args, ...rest), {
          message: /--uuid or --email, and not both/,
        });
      }
      for (const reference of ['x', first.uuid.slice(0, 8)]) {
        await t.rejects(runCommand(server, command, '--uuid', reference, ...rest), {
          message: /Pass the whole UUID\. Find it with: maria sessions --reference/,
        });
      }
    }
    await t.rejects(runCommand(server, rectifyCommand, '--uuid', first.uuid), {
      message: /requires --name/,
    });
  });
});
