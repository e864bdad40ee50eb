import {once} from 'node:events';
import http from 'node:http';
import net from 'node:net';

import t from 'tap';
import type {Test} from 'tap';

import {BodyDrain, DRAIN_MAX_BYTES} from '../http/drain.js';
import type {DrainLimits} from '../http/drain.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const MEGABYTE = 1_000_000;
/** Bytes that the kernel may have delivered before the limit stopped the read. */
const KERNEL_BUFFER_BYTES = MEGABYTE;
const FORM = {'content-type': 'multipart/form-data; boundary=cut'};

interface Refused {
  status: number;
  path: string;
  headers?: Record<string, string>;
  /** First bytes of the body. */
  start?: Buffer;
  version?: '1.0' | '1.1';
}

const getFile = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'),
    bytes,
  ]);

/** Opens a connection. `takenBytes` returns how many bytes the server has read from it. */
const connect = async ({app, config}: TestServer) => {
  const accepted = once(app.server, 'connection') as Promise<[net.Socket]>;
  const socket = net.connect(config.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const [peer] = await accepted;
  // Any close counts: if the client is still writing, the connection is reset.
  const isClosed = new Promise((resolve) => socket.once('close', resolve));
  return {socket, takenBytes: () => peer.bytesRead, isClosed};
};

const getHead = ({path, headers = {}, version = '1.1'}: Refused, bytes: number): string =>
  [
    `POST ${path} HTTP/${version}`,
    ...Object.entries({host: 'localhost', 'content-length': String(bytes), ...headers}).map(
      ([name, value]) => `${name}: ${value}`,
    ),
    '\r\n',
  ].join('\r\n');

const findStatus = async (socket: net.Socket): Promise<number> => {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(bytes.toString('latin1'))?.[1]);
};

/** Expects an early response. The client sends the rest, and the connection stays usable. */
const expectUsable = async (t: Test, server: TestServer, refused: Refused): Promise<void> => {
  const bytes = Number(refused.headers?.['content-length'] ?? 7 * MEGABYTE);
  const {start = Buffer.alloc(0)} = refused;
  const {socket} = await connect(server);
  socket.write(getHead(refused, bytes));
  socket.write(start);
  t.equal(await findStatus(socket), refused.status);
  socket.write(Buffer.alloc(bytes - start.length));
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  t.equal(await findStatus(socket), 200, 'the connection accepts another request');
  socket.destroy();
};

/** Expects that the client can send its whole body and read the response before the close. */
const expectResponse = async (t: Test, server: TestServer, refused: Refused): Promise<void> => {
  const bytes = 7 * MEGABYTE;
  const {socket, takenBytes, isClosed} = await connect(server);
  const failures: Error[] = [];
  socket.on('error', (error) => failures.push(error));
  socket.write(getHead(refused, bytes));
  t.equal(await findStatus(socket), refused.status);
  socket.resume();
  socket.write(Buffer.alloc(bytes));
  await isClosed;
  t.same(failures, []);
  t.ok(takenBytes() > bytes, 'all of it was read');
};

const expectCutOff = async (t: Test, server: TestServer, refused: Refused): Promise<void> => {
  const bytes = 50 * MEGABYTE;
  const {socket, takenBytes, isClosed} = await connect(server);
  socket.write(getHead(refused, bytes));
  t.equal(await findStatus(socket), refused.status);
  socket.write(Buffer.alloc(bytes));
  await isClosed;
  t.ok(takenBytes() < DRAIN_MAX_BYTES + KERNEL_BUFFER_BYTES, `it took ${takenBytes()} bytes`);
};

t.test('the body of a rejected request', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const full = await Visitor.consenting(server.url);
  for (let i = 0; i < 3; i++) await full.upload(makePdf());
  const upload = '/api/files/upload';
  const limited = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '1'}});
  const generate = '/api/session/generate-uuid';
  await fetch(`${limited.url}${generate}`, {method: 'POST'});

  const unread: [TestServer, Refused][] = [
    [server, {status: 401, path: upload, headers: FORM}],
    [server, {status: 404, path: '/api/nothing'}],
    [server, {status: 405, path: '/healthz'}],
    [server, {status: 400, path: '/%zz'}],
    [server, {status: 413, path: generate, headers: {'content-type': 'application/json'}}],
    [limited, {status: 429, path: generate}],
  ];
  for (const [of, refused] of unread) {
    const what = `${refused.status} for ${refused.path}`;
    await t.test(`${what}: a body of 7 MB leaves the connection usable`, (t) =>
      expectUsable(t, of, refused),
    );
    await t.test(`${what}: a body of 50 MB is cut off`, (t) => expectCutOff(t, of, refused));
    const closing = {...refused, headers: {...refused.headers, connection: 'close'}};
    const old = {...refused, version: '1.0'} as const;
    await t.test(`${what}: the response reaches a client that closes`, (t) =>
      expectResponse(t, of, closing),
    );
    await t.test(`${what}: the response reaches a client of HTTP/1.0`, (t) =>
      expectResponse(t, of, old),
    );
    await t.test(`${what}: 50 MB of HTTP/1.0 are cut off`, (t) => expectCutOff(t, of, old));
  }

  const begun: Refused[] = [
    {
      status: 413,
      path: upload,
      headers: {...visitor.credentials, ...FORM},
      start: getFile(makePdf(2_000)),
    },
    {
      status: 409,
      path: upload,
      headers: {...full.credentials, ...FORM, 'content-length': String(5 * MEGABYTE)},
      start: getFile(makePdf(2_000)),
    },
    {
      status: 415,
      path: upload,
      headers: {...visitor.credentials, ...FORM, 'content-length': String(5 * MEGABYTE)},
      start: getFile(Buffer.alloc(70_000, 'x')),
    },
  ];
  for (const refused of begun) {
    await t.test(`${refused.status} for a form that has begun leaves the connection usable`, (t) =>
      expectUsable(t, server, refused),
    );
  }

  await t.test('an endless body is cut off in time, however slow it is', async (t) => {
    const {socket, isClosed} = await connect(server);
    socket.write(getHead({status: 404, path: '/api/nothing'}, 50 * MEGABYTE));
    t.equal(await findStatus(socket), 404);
    await isClosed;
    t.pass('closed by the server');
  });
});

/** Starts a server that only rejects requests. */
const refusing = async (t: Test, limits: Partial<DrainLimits>) => {
  const drain = new BodyDrain({
    total: 10,
    perClient: 10,
    bytesPerTick: 1e9,
    tickMs: 100,
    ...limits,
  });
  const begun: boolean[] = [];
  const server = http.createServer((request, response) => {
    begun.push(drain.begin(request, String(request.headers['x-client'])));
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const {port} = server.address() as net.AddressInfo;
  const send = async (client: string, bytes: number) => {
    const accepted = once(server, 'connection') as Promise<[net.Socket]>;
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(getHead({status: 404, path: '/', headers: {'x-client': client}}, bytes));
    const [peer] = await accepted;
    await findStatus(socket);
    return {socket, peer};
  };
  return {begun, send};
};

t.test('the bodies of all connections together', async (t) => {
  await t.test(
    'are discarded for a limited number of connections, in total and for each client',
    async (t) => {
      const {begun, send} = await refusing(t, {total: 3, perClient: 2});
      const first = await send('a', MEGABYTE);
      for (const client of ['a', 'a', 'b', 'c']) await send(client, MEGABYTE);
      t.same(begun, [true, true, false, true, false]);

      first.socket.write(Buffer.alloc(MEGABYTE));
      await until(() => first.peer.bytesRead > MEGABYTE);
      const next = await send('a', MEGABYTE);

      t.equal(begun.at(-1), true, 'a slot is free again');
      next.socket.destroy();
    },
  );

  await t.test('are read no faster than the total limit', async (t) => {
    // No tick ends during this test.
    const {send} = await refusing(t, {bytesPerTick: MEGABYTE, tickMs: 600_000});
    const peers: net.Socket[] = [];
    for (let i = 0; i < 5; i++) {
      const {socket, peer} = await send('a', 7 * MEGABYTE);
      socket.write(Buffer.alloc(7 * MEGABYTE));
      peers.push(peer);
    }

    await Promise.all(peers.map((peer) => once(peer, 'close')));

    const taken = peers.reduce((sum, {bytesRead}) => sum + bytesRead, 0);
    t.ok(taken < 3 * MEGABYTE, `${taken} of 35,000,000 bytes`);
  });

  await t.test('continue to be read at the next tick', async (t) => {
    const {send} = await refusing(t, {bytesPerTick: 100_000, tickMs: 10});
    const {socket, peer} = await send('a', MEGABYTE);
    socket.write(Buffer.alloc(MEGABYTE));
    await until(() => peer.bytesRead > MEGABYTE);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    t.equal(await findStatus(socket), 404, 'the connection is usable');
    socket.destroy();
  });
});
