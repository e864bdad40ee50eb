import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {createServer, request} from 'node:http';
import {createServer as createHttpsServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {networkInterfaces} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';

import {SMTPServer} from 'smtp-server';
import t from 'tap';
import type {Test} from 'tap';

import type {Config} from '../config/config.js';
import type {SecretKeys} from '../config/secrets.js';
import {DevMailbox} from '../mail/dev-mailbox.js';
import {clamdMissing, startClamd} from './clamd.js';
import {runDoctor} from './run-doctor.js';
import {freePort} from './free-port.js';
import {runMaria} from './run-command.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';

const nowhere = async () => `127.0.0.1:${await freePort()}`;

t.test('maria doctor as a process', async (t) => {
  const server = await startServer(t);
  const password = 'a-password-that-nobody-may-see';
  const settings = {
    PUBLIC_URL: server.url,
    DATA_DIR: server.dataDir,
    DATABASE_URL: server.config.databaseUrl ?? '',
    SMTP_URL: server.mailbox.url,
    SECRET_KEY: server.config.secrets[0].bytes.toString(),
  };

  await t.test('exits with 0 and prints a line for each check if nothing fails', async (t) => {
    const {code, stdout, stderr} = await runMaria(settings, 'doctor');

    t.equal(code, 0, stderr);
    t.match(stdout, /^ok +settings +names: /m);
    t.match(stdout, /^ok +database +reachable: PostgreSQL \d+/m);
    t.match(stdout, /^ok +storage +delete: the object was deleted$/m);
    t.match(stdout, /^warn +mail +operator: .*\n +→ Set ADMIN_EMAIL\.$/m);
    t.match(stdout, /^ok +public +reachable: version \d/m);
  });

  await t.test('warns of a mistyped setting, without its value', async (t) => {
    const {code, stdout} = await runMaria({...settings, CLAMAV_HOSTS: password}, 'doctor');

    t.equal(code, 0);
    t.match(
      stdout,
      /^warn +settings +names: CLAMAV_HOSTS is not a setting. Did you mean CLAMAV_HOST/m,
    );
    t.notMatch(stdout, new RegExp(password));
  });

  await t.test('exits with 1 if anything fails, and prints no secret', async (t) => {
    const {code, stdout, stderr} = await runMaria(
      {
        ...settings,
        DATABASE_URL: `postgres://maria:${password}@${await nowhere()}/maria`,
        SMTP_URL: `smtp://maria:${password}@${await nowhere()}`,
      },
      ...['doctor', '--json'],
    );

    t.equal(code, 1);
    t.match(stderr, /^\d+ of \d+ checks failed\.$/m);
    const {ok, findings} = JSON.parse(stdout) as {ok: boolean; findings: {advice?: string}[]};
    t.equal(ok, false);
    t.ok(findings.length > 8, 'an unavailable dependency does not stop the other checks');
    t.notMatch(`${stdout}${stderr}`, new RegExp(`${password}|${settings.SECRET_KEY}`));
  });
});

t.test('maria doctor finds', async (t) => {
  const server = await startServer(t, {settings: {MAIL_FROM: 'maria@example.com'}});
  const {config} = server;

  await t.test('no problem on a correct server', async (t) => {
    const {passed, findingsAt} = await runDoctor(server);
    t.equal(passed, true);
    t.same(findingsAt('fail'), []);
    t.same(findingsAt('warn'), ['mail encryption']);
  });

  await t.test('a database that does not respond', async (t) => {
    const databaseUrl = `postgres://${await nowhere()}/maria`;
    const {findingsAt, resultOf} = await runDoctor(server, {databaseUrl});
    t.same(findingsAt('fail'), ['database reachable']);
    t.match(resultOf('database reachable'), /ECONNREFUSED/);
    t.match(findingsAt('warn'), ['clock database']);
  });

  await t.test('missing and unknown migrations', async (t) => {
    const [last] = await server.sql`
      delete from schema_migrations where version = (select max(version) from schema_migrations)
      returning *`;
    t.ok((await runDoctor(server)).findingsAt('warn').includes('database migrations'));
    await server.sql`insert into schema_migrations ${server.sql(last ?? {})}`;
    await server.sql`insert into schema_migrations (version, name, checksum) values (9999, 'x', 'y')`;
    t.same((await runDoctor(server)).findingsAt('fail'), ['database migrations']);
    await server.sql`delete from schema_migrations where version = 9999`;
  });

  await t.test('a test e-mail that is captured in development', async (t) => {
    const dataDir = await temporaryFolder(t);
    const mail = {...config.mail, smtpUrl: undefined};
    const {resultOf} = await runDoctor(server, {mail, dataDir}, '--mail', 'you@example.com');
    t.equal(resultOf('mail test mail'), 'stored, not sent');
    const mailbox = await DevMailbox.start(path.join(dataDir, 'mail'));
    t.teardown(() => mailbox.stop());
    t.match(await mailbox.list(), [{mail: {to: [{address: 'you@example.com'}]}}]);

    const wrong = await runDoctor(server, {mail, dataDir}, '--mail', 'nobody');
    t.equal(wrong.resultOf('mail test mail'), 'not sent');
  });

  await t.test('a mail server that is unavailable', async (t) => {
    const mail = {...config.mail, smtpUrl: `smtp://${await nowhere()}`};
    const {findingsAt, resultOf} = await runDoctor(server, {mail});
    t.same(findingsAt('fail'), ['mail server']);
    t.match(resultOf('mail server'), /ECONNREFUSED|ESOCKET/);
  });

  await t.test('a mail server without TLS if TLS is required', async (t) => {
    const {findingsAt} = await runDoctor(server, {mail: {...config.mail, requireTls: true}});
    t.same(findingsAt('fail'), ['mail encryption']);
  });

  await t.test('that a password would be sent in plain text, and does not send it', async (t) => {
    const logins: string[] = [];
    const smtp = new SMTPServer({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({username}, _session, done) => {
        logins.push(username ?? '');
        done(null, {user: username ?? ''});
      },
    });
    smtp.listen(0, '127.0.0.1');
    await once(smtp.server, 'listening');
    t.teardown(() => void smtp.close());
    const {port} = smtp.server.address() as AddressInfo;
    const smtpUrl = `smtp://maria:a-password@127.0.0.1:${port}`;
    const mailTo = ['--mail', 'you@example.com'];

    const open = {mail: {...config.mail, smtpUrl, requireTls: false}};
    t.same((await runDoctor(server, open, ...mailTo)).findingsAt('warn'), ['mail encryption']);
    t.not(logins.length, 0, 'it logs in if plain text is allowed');
    logins.length = 0;
    const closed = {mail: {...config.mail, smtpUrl, requireTls: true}};
    t.same((await runDoctor(server, closed, ...mailTo)).findingsAt('fail'), ['mail encryption']);
    t.same(logins, []);
  });

  await t.test('a mail server that refuses the login', async (t) => {
    const smtp = new SMTPServer({
      hideSTARTTLS: true,
      onAuth: (auth, _session, done) => {
        // Some mail servers quote the password that they received.
        done(new Error(`${auth.password ?? ''} is wrong`));
      },
    });
    smtp.listen(0, '127.0.0.1');
    await once(smtp.server, 'listening');
    t.teardown(() => void smtp.close());
    const {port} = smtp.server.address() as AddressInfo;
    const mail = {...config.mail, smtpUrl: `smtp://maria:wrong-password@127.0.0.1:${port}`};
    const {findings} = await runDoctor(server, {mail});
    const found = findings.find(({level}) => level === 'fail');
    t.match(found, {
      part: 'mail',
      check: 'server',
      found: /EAUTH.*\*\*\* is wrong/,
      advice: /password/,
    });
    t.notMatch(JSON.stringify(findings), /wrong-password/);
  });

  await t.test('the path of a test e-mail, on request', async (t) => {
    const before = server.mailbox.mails.length;
    await runDoctor(server);
    t.equal(server.mailbox.mails.length, before, 'none is sent without a request');
    t.ok((await runDoctor(server, {}, '--mail', 'you@example.com')).passed);
    t.match(await server.mailbox.waitFor('you@example.com'), {subject: /test mail/});
    const two = await runDoctor(server, {}, '--mail', 'a@example.com, b@example.com');
    t.same(two.findingsAt('fail'), ['mail test mail']);
  });

  await t.test('a weak secret, and a secret that others can read', async (t) => {
    const secret = (value: string): SecretKeys => [{id: 'x', bytes: Buffer.from(value)}];
    const weak = await runDoctor(server, {secrets: secret('ab'.repeat(20))});
    t.same(weak.findingsAt('fail'), ['secret strength']);
    for (const word of ['change-me-', 'replace-me-']) {
      const {resultOf} = await runDoctor(server, {secrets: secret(word.repeat(4))});
      t.match(resultOf('secret strength'), /can be guessed/, word);
    }
    const unlucky = '0123456789a'.repeat(3);
    t.ok((await runDoctor(server, {secrets: secret(unlucky)})).passed, 'as some random digits are');
    const secretFile = path.join(await temporaryFolder(t), 'secret');
    await writeFile(secretFile, 'x');
    for (const [mode, level, production] of [
      [0o400, 'ok', true],
      [0o440, 'ok', true],
      [0o644, 'warn', false],
      [0o644, 'fail', true],
      [0o620, 'fail', false],
    ] as const) {
      await chmod(secretFile, mode);
      const {findings} = await runDoctor(server, {secretFile, production});
      const found = findings.find(({check}) => check === 'keeping');
      t.equal(found?.level, level, found?.found ?? 'nothing was found');
    }
  });

  await t.test('an old key in use, with what to do before its removal', async (t) => {
    const [current] = config.secrets;
    const old = {id: 'old', bytes: Buffer.from('0123456789a'.repeat(3))};
    const {findings} = await runDoctor(server, {secrets: [current, old]});
    t.match(
      findings.find(({check}) => check === 'rotation'),
      {level: 'ok', advice: /create webhooks .* again\. Visitors .* must then start again/},
    );
  });

  await t.test('a folder without write access', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(path.join(folder, 'file'), '');
    const archive = (archiveDir: string) => ({audit: {...config.audit, archiveDir}});
    const {findingsAt} = await runDoctor(server, archive(path.join(folder, 'file', 'archive')));
    t.same(findingsAt('fail'), ['folders AUDIT_ARCHIVE_DIR']);
    await mkdir(path.join(folder, 'archive'));
    t.ok((await runDoctor(server, archive(path.join(folder, 'archive')))).passed);
  });

  await t.test('a certificate of a private CA, and the variable for it', async (t) => {
    const publicUrl = await startHttps(t);
    const {findings} = await runDoctor(server, {publicUrl});
    t.match(
      findings.find(({part, level}) => part === 'public' && level === 'fail'),
      {check: 'reachable', advice: /private CA.*NODE_EXTRA_CA_CERTS/},
    );
    const others = findings.filter(({part}) => part !== 'public');
    t.notMatch(JSON.stringify(others), /NODE_EXTRA_CA_CERTS/);
  });

  await t.test('a public URL without a server, or with another server', async (t) => {
    const gone = await runDoctor(server, {publicUrl: `http://${await nowhere()}`});
    t.same(gone.findingsAt('fail'), ['public reachable']);
    const other = await runDoctor(server, {publicUrl: `${server.url}/api/docs`});
    t.same(other.findingsAt('fail'), ['public reachable']);
  });
});

t.test('maria doctor sends the scanner a file of maximum size', {skip: clamdMissing}, async (t) => {
  const server = await startServer(t);
  const scannerAt = (host: string, required: boolean): Partial<Config> => {
    const [name = '', port] = host.split(':');
    return {scanner: {host: name, port: Number(port), required}};
  };
  const clamd = await startClamd(t);
  const {findingsAt, resultOf} = await runDoctor(server, scannerAt(clamd.host, true));
  t.same(findingsAt('fail'), []);
  t.match(resultOf('scanner virus scan'), /accepts 5242880 bytes/);
  const away = await nowhere();
  t.same((await runDoctor(server, scannerAt(away, true))).findingsAt('fail'), [
    'scanner virus scan',
  ]);
  t.ok(
    (await runDoctor(server, scannerAt(away, false)))
      .findingsAt('warn')
      .includes('scanner virus scan'),
  );
});

t.test('maria doctor checks which IP address counts', async (t) => {
  const trust = {TRUST_PROXY: '127.0.0.1,::1,::ffff:127.0.0.1'};
  const open = await startServer(t);
  const behind = await startServer(t, {settings: trust});
  const getFinding = async (server: TestServer, changed: Partial<Config> = {}) => {
    const {findings} = await runDoctor(server, changed);
    const found = findings.find(({check}) => check === 'client address');
    return `${found?.level}: ${found?.found}`;
  };

  // No proxy: the server ignores a forged header.
  t.match(await getFinding(open), /^ok: the IP address of the connection/);
  // The server trusts the doctor's IP address like that of a proxy that forwards every header.
  t.match(await getFinding(behind), /^fail: visitors can choose/);
  // A proxy on this machine sets the IP address of the doctor.
  const {trustProxy} = behind.config;
  const here = await proxyThatSees(t, '127.0.0.1', behind.url);
  t.match(await getFinding(behind, {publicUrl: here}), /^warn: .*the proxy is on this machine/);
  const {audit} = open.config;
  t.match(await getFinding(open, {audit: {...audit, ipMode: 'none'}}), /^warn: .*IP_MODE/);

  // A trusted proxy sets no IP address.
  for (const address of ownNonLoopback()) {
    const publicUrl = await proxyThatSees(t, undefined, open.url, address);
    const found = await getFinding(open, {publicUrl, trustProxy});
    t.match(found, /^fail: .*is in TRUST_PROXY/, address);
  }

  // The doctor runs among the proxies, as in a container. No visitor could have its IP address.
  for (const address of ownNonLoopback()) {
    const inside = {trustProxy: [...trustProxy, address]};
    t.match(await getFinding(behind, inside), /^warn: cannot be tested here/, address);
  }
  // A network translates the doctor's IP address on the way out.
  const publicUrl = await proxyThatSees(t, '198.51.100.7', behind.url);
  t.match(await getFinding(behind, {publicUrl}), /^ok: X-Forwarded-For is trusted/);
  const translated = {publicUrl, trustProxy: [...trustProxy, '198.51.100.0/24']};
  t.match(await getFinding(behind, translated), /^warn: cannot be tested here/);
});

t.test('maria doctor leaves one audit row and no opened panel', async (t) => {
  const server = await startServer(t);
  const asked = await startServer(t, {beside: server});
  const getRows = async () => (await server.sql`select from audit_logs`).length;
  const before = await getRows();
  const {findings} = await runDoctor(server, {publicUrl: asked.url});
  t.equal(findings.find(({check}) => check === 'client address')?.level, 'ok');
  t.equal(await getRows(), before + 1);
  // The server writes its counts when it closes.
  await asked.app.close();
  t.same(await server.sql`select from funnel_daily where counter = 'opened'`, []);
});

const ownNonLoopback = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({internal, scopeid}) => !internal && !scopeid)
    .map(({address}) => address);

/** Starts a proxy that sets one IP address for all connections, or none if it is undefined. */
const proxyThatSees = async (
  t: Test,
  address: string | undefined,
  url: string,
  listen = '127.0.0.1',
): Promise<string> => {
  const proxy = createServer((incoming, outgoing) => {
    const {'x-forwarded-for': _, ...others} = incoming.headers;
    const headers = {...others, ...(address && {'x-forwarded-for': address})};
    const onward = request(
      `${url}${incoming.url}`,
      {method: incoming.method, headers},
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  proxy.listen(0, listen);
  await once(proxy, 'listening');
  t.teardown(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const host = listen.includes(':') ? `[${listen}]` : listen;
  return `http://${host}:${(proxy.address() as AddressInfo).port}`;
};

/** Starts an HTTPS server whose certificate was not issued by a CA of this machine. */
const startHttps = async (t: Test): Promise<string> => {
  const folder = await temporaryFolder(t);
  const [key, cert] = [path.join(folder, 'key'), path.join(folder, 'cert')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-days', '2'],
  ]);
  const tls = {key: await readFile(key), cert: await readFile(cert)};
  const server = createHttpsServer(tls, (_request, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => void server.close());
  return `https://localhost:${(server.address() as AddressInfo).port}`;
};
