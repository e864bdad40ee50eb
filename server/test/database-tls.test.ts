import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import net from 'node:net';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import {promisify} from 'node:util';

import t from 'tap';
import type {Test} from 'tap';

import {connectDatabase} from '../database/connect.js';
import {isDatabaseDown} from '../database/errors.js';
import {FaultProxy} from './fault-proxy.js';
import {temporaryFolder} from './start-server.js';
import {createTestDatabase} from './test-database.js';

const SILENCE_MS = 500;

/**
 * Starts a proxy that accepts TLS like PostgreSQL. It forwards the decrypted bytes to a real
 * server.
 */
const startTlsServer = async (t: Test, url: string): Promise<TlsServer> => {
  const folder = await temporaryFolder(t);
  const [key, cert] = [path.join(folder, 'key'), path.join(folder, 'cert')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-days', '2'],
  ]);
  const ca = await readFile(cert);
  const context = tls.createSecureContext({key: await readFile(key), cert: ca, ca});
  const clients: TlsServer['clients'] = [];
  const {hostname, port} = new URL(url);
  const server = net.createServer((plain) => {
    // The tests provoke these errors: clients refuse the certificate or are cut off.
    plain.on('error', () => undefined);
    plain.once('data', () => {
      plain.write('S');
      const client = new tls.TLSSocket(plain, {
        isServer: true,
        secureContext: context,
        requestCert: true,
        rejectUnauthorized: false,
      });
      client.once('secure', () => clients.push(client.getPeerCertificate().subject?.CN));
      const behind = net.connect(Number(port), hostname);
      client.on('error', () => behind.destroy());
      behind.on('error', () => client.destroy());
      client.pipe(behind).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const secured = new URL(url);
  secured.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {url: secured.href, cert, key, clients};
};

interface TlsServer {
  url: string;
  /** Paths of the server's certificate and key. */
  cert: string;
  key: string;
  /** Names in the certificates that clients sent; undefined for a client without certificate. */
  clients: (string | string[] | undefined)[];
}

t.test('a database behind TLS', async (t) => {
  const {url} = await createTestDatabase(t);
  const {url: secured, ...server} = await startTlsServer(t, url);
  const proxy = await FaultProxy.start(t, secured);
  const open = (t: Test, address: string, mode: string, more: Record<string, string> = {}) => {
    const target = new URL(address);
    for (const [name, value] of Object.entries({sslmode: mode, ...more})) {
      target.searchParams.set(name, value);
    }
    const sql = connectDatabase({url: target.href, max: 2, silenceMs: SILENCE_MS});
    t.teardown(() => sql.end({timeout: 1}));
    return sql;
  };

  await t.test('is reached without a check of its certificate by sslmode=require', async (t) => {
    const sql = open(t, secured, 'require');

    t.same([...(await sql`select 1 as one`)], [{one: 1}]);
    t.same(
      await sql.begin((tx) => tx`select ${'x'.repeat(100_000)} as long`.then((r) => r.length)),
      1,
    );
  });

  await t.test('is refused by sslmode=verify-full without a trusted CA', async (t) => {
    await t.rejects(open(t, secured, 'verify-full')`select 1`, {
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  await t.test('is reached by sslmode=verify-full if sslrootcert contains its CA', async (t) => {
    const authority = {sslrootcert: server.cert};
    const named = secured.replace('127.0.0.1', 'localhost');

    t.equal((await open(t, named, 'verify-full', authority)`select 1`).length, 1);
    await t.rejects(open(t, secured, 'verify-full', authority)`select 1`, {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    t.equal((await open(t, secured, 'verify-ca', authority)`select 1`).length, 1);
    const other = await startTlsServer(t, url);
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      await t.rejects(open(t, secured, mode, {sslrootcert: other.cert})`select 1`, {
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      });
    }
  });

  await t.test('receives the certificate of sslcert and sslkey', async (t) => {
    const {cert: sslcert, key: sslkey, clients} = server;
    clients.length = 0;

    await open(t, secured, 'require')`select 1`;
    await open(t, secured, 'require', {sslcert, sslkey})`select 1`;

    t.same(clients, [undefined, 'localhost']);
  });

  await t.test('is refused if it offers no TLS', async (t) => {
    await t.rejects(open(t, url, 'require')`select 1`, {code: 'TLS_REFUSED'});
  });

  await t.test('fails its queries while it is frozen, and recovers', async (t) => {
    const sql = open(t, proxy.replaceHost(secured), 'require');
    await sql`select 1`;
    await proxy.set('freeze');

    const failure: unknown = await sql`select 2`.catch((error: unknown) => error);

    t.ok(isDatabaseDown(failure), String(failure));
    await proxy.set('pass');
    t.same([...(await sql`select 3 as three`)], [{three: 3}]);
  });
});
