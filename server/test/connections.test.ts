import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import http from 'node:http';
import net from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {FaultProxy} from './fault-proxy.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {bucketsMissing, createTestBucket} from './test-bucket.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const BOUNDARY = 'cut';
/** Time limit below the S3 server's own timeout for the body of a request. */
const STORE_PATIENCE_MS = 60_000;

/** Returns the whole body of an upload. */
const uploadBody = (file: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="size"\r\n\r\n${file.length}\r\n` +
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n` +
        'Content-Type: application/pdf\r\n\r\n',
    ),
    file,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);

const uploadHead = (visitor: Visitor, length: number) => ({
  ...visitor.credentials,
  'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
  'content-length': String(length),
});

t.test(
  'a client that disconnects also ends its connection to the store',
  {skip: bucketsMissing},
  async (t) => {
    const bucket = await createTestBucket(t);
    const store = await FaultProxy.start(t, bucket.endpoint);
    const server = await startServer(t, {
      settings: {
        S3_BUCKET: bucket.bucket,
        S3_ENDPOINT: store.replaceHost(bucket.endpoint),
        AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
      },
    });
    const visitors = await Promise.all(
      Array.from({length: 8}, () => Visitor.consenting(server.url)),
    );
    const body = uploadBody(makePdf(2_000_000));

    const sockets = new Set<net.Socket>();
    const beginUpload = (visitor: Visitor) => {
      const socket = net.connect(server.config.port, 'localhost');
      sockets.add(socket);
      const head = Object.entries({host: 'localhost', ...uploadHead(visitor, body.length)});
      const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.write(`POST /api/files/upload HTTP/1.1\r\n${lines}\r\n`);
      socket.write(body.subarray(0, body.length / 2));
      // The only response to half a file is the 503 of a busy machine.
      socket.once('data', () => {
        socket.destroy();
        beginUpload(visitor);
      });
    };
    visitors.forEach(beginUpload);
    await until(() => store.openConnections >= visitors.length);
    for (const socket of sockets) socket.destroy();

    await until(() => store.openConnections === 0, STORE_PATIENCE_MS);
    await until(async () => (await server.sql`select from file_uploads`).length === 0);
  },
);

t.test('after a refusal the connection accepts the next request', async (t) => {
  const server = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '100'}});
  const agent = new http.Agent({keepAlive: true, maxSockets: 1});
  t.teardown(() => {
    agent.destroy();
  });

  const send = async (visitor: Visitor, body: Buffer) => {
    const asked = http.request(`${server.url}/api/files/upload`, {
      method: 'POST',
      agent,
      headers: uploadHead(visitor, body.length),
    });
    asked.end(body);
    const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
    response.resume();
    await once(response, 'end');
    return {status: response.statusCode, reused: asked.reusedSocket};
  };
  const refusals: [number, () => Promise<[Visitor, Buffer]>][] = [
    [413, async () => [await Visitor.consenting(server.url), uploadBody(makePdf(5_400_000))]],
    [
      415,
      async () => [await Visitor.consenting(server.url), uploadBody(Buffer.alloc(500_000, 'x'))],
    ],
    [
      409,
      async () => {
        const visitor = await Visitor.consenting(server.url);
        for (let i = 0; i < 3; i++) await visitor.upload(makePdf(1_000));
        return [visitor, uploadBody(makePdf(500_000))];
      },
    ],
    [
      429,
      async () => {
        const visitor = await Visitor.consenting(server.url);
        await visitor.upload(makePdf());
        await server.sql`update rate_limits set hits = 100000`;
        return [visitor, uploadBody(makePdf(500_000))];
      },
    ],
  ];
  for (const [status, prepare] of refusals) {
    await t.test(String(status), async (t) => {
      const [visitor, body] = await prepare();

      const refused = await send(visitor, body);
      await server.sql`delete from rate_limits`;
      const next = await send(await Visitor.consenting(server.url), uploadBody(makePdf()));

      t.equal(refused.status, status);
      t.same(next, {status: 201, reused: true});
    });
  }
});

t.test('five hundred slow clients do not delay others', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const sockets = Array.from({length: 500}, () => net.connect(server.config.port, 'localhost'));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const body = JSON.stringify({uuid: randomUUID()});
  sockets.forEach((socket, i) => {
    socket.on('error', () => undefined);
    socket.write('POST /api/session/validate-uuid HTTP/1.1\r\nHost: localhost\r\n');
    // Half of the clients never finish their headers; the other half never finish their body.
    if (i % 2 === 0) return;
    socket.write(`Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n{`);
  });
  await sleep(200);

  const responses = await Promise.all([
    request(server.url, 'POST', '/api/session/validate-uuid', {json: {uuid: randomUUID()}}),
    visitor.session(),
    visitor.upload(makePdf(200_000)),
    visitor.contact(`${randomUUID()}@example.com`),
  ]);

  t.same(
    responses.map(({status}) => status),
    [200, 200, 201, 202],
  );
  t.equal(
    sockets.filter(({destroyed}) => destroyed).length,
    0,
    'all slow clients are still connected',
  );
});
