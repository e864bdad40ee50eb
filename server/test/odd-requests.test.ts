import net from 'node:net';

import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

/**
 * Requests that `fuzz.test.ts` once generated and that failed. They are kept as regression tests.
 */
t.test('odd requests', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const form = (boundary: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n` +
    `${makePdf().toString('latin1')}\r\n--${boundary}--\r\n`;
  const upload = async (boundary: string) => {
    const response = await retryWhileBusy(() =>
      fetch(`${server.url}/api/files/upload`, {
        method: 'POST',
        headers: {
          ...visitor.credentials,
          'content-type': `multipart/form-data; boundary=${boundary}`,
        },
        body: form(boundary),
      }),
    );
    return {status: response.status, body: (await response.json()) as ErrorBody};
  };

  await t.test('a form whose boundary is too long for its parser is rejected', async (t) => {
    t.equal((await upload('b'.repeat(70))).status, 201);

    const {status, body} = await upload('b'.repeat(300));

    t.same([status, body.code], [400, 'invalid_request']);
    t.match(body.message, /form cannot be parsed/);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('a form on which the parser stays silent still gets a response', async (t) => {
    const silent = [
      '--b \r\nContent-Disposition: form-data; name="size"\r\n\r\n900 \r\n--b \r\n',
      'Content-Disposition: form-data; name="file"; filename="anna\r\n\r\n<script>x"\r\n',
      `X-Long: ${'x'.repeat(20_000)}\r\n\r\n%PDF-1.7 \r\n--b--\r\n`,
    ];
    const response = await fetch(`${server.url}/api/files/upload`, {
      method: 'POST',
      headers: {...visitor.credentials, 'content-type': 'multipart/form-data; boundary=b'},
      body: silent.join(''),
    });
    t.equal(response.status, 408);
  });

  await t.test('a form is rejected as the body of other routes', async (t) => {
    for (const [method, address] of [
      ['POST', '/api/session/generate-uuid'],
      ['POST', '/api/session/verification'],
      ['PUT', '/api/session/consents'],
      ['DELETE', '/api/session'],
    ] as const) {
      const headers = {'content-type': 'multipart/form-data; boundary=x'};
      const body = form('x');
      const response = await retryWhileBusy(() =>
        visitor.call<ErrorBody>(method, address, {headers, body}),
      );
      t.same([response.status, response.body.code], [415, 'unsupported_media_type'], address);
    }
    t.equal((await retryWhileBusy(() => visitor.session())).status, 200, 'the visit still exists');
  });

  await t.test('a missing body counts as {}, but null does not', async (t) => {
    const generate = (headers: Record<string, string>, body?: string) =>
      retryWhileBusy(() =>
        request<ErrorBody>(server.url, 'POST', '/api/session/generate-uuid', {
          headers,
          ...(body !== undefined && {body}),
        }),
      );
    const json = {'content-type': 'application/json'};

    t.equal((await generate({})).status, 200);
    t.equal((await generate(json, '')).status, 200);
    t.equal((await generate(json, '{}')).status, 200);
    t.equal((await generate(json, 'null')).body.code, 'invalid_request');
  });

  await t.test('a response without content has no body, not even null', async (t) => {
    const json = {step: 'files'};
    const {status, headers, body} = await retryWhileBusy(() =>
      visitor.call<{text: string}>('POST', '/api/session/progress', {json}),
    );

    t.equal(status, 204);
    t.equal(headers.get('content-type'), null);
    t.same(body, {text: ''});
  });

  await t.test('an accepted resend reports whether its e-mail is delayed', async (t) => {
    await retryWhileBusy(() => visitor.contact('anna@example.com'));
    await server.sql`update email_verifications set created_at = now() - interval '2 minutes'`;

    const {status, body} = await retryWhileBusy(() =>
      visitor.call('POST', '/api/session/verification'),
    );

    t.equal(status, 202);
    t.same(body, {delayed: false});
  });

  const raw = (head: string) =>
    new Promise<string>((resolve) => {
      const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('close', () => {
        resolve(text);
      });
      socket.write(`${head}\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    });

  await t.test('an unknown expectation is ignored', async (t) => {
    t.match(await raw('GET /healthz HTTP/1.1\r\nexpect: miracles'), /^HTTP\/1\.1 200 /);
  });

  await t.test('the rejection of an unreadable HEAD has no body', async (t) => {
    const broken = 'HTTP/1.1\r\ntransfer-encoding: gzip';
    const [head = '', body] = (await raw(`HEAD /healthz ${broken}`)).split('\r\n\r\n');
    t.match(head, /^HTTP\/1\.1 400 /);
    t.equal(body, '');
    t.match(await raw(`GET /healthz ${broken}`), /"invalid_request"/);
  });

  await t.test('unreadable bytes after a request do not affect its response', async (t) => {
    const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const lines = Object.entries(visitor.credentials).map(([name, value]) => `${name}: ${value}`);
    socket.write(`GET /api/events HTTP/1.1\r\nhost: a\r\n${lines.join('\r\n')}\r\n\r\n`);
    await until(() => text.includes('retry:'));

    socket.write('this is no request\r\n\r\n');
    await closed;

    t.equal(text.match(/HTTP\/1\.1 /g)?.length, 1, 'there is one response head');
    t.notMatch(text, 'invalid_request');
  });

  await t.test('JSON is UTF-8 and is returned unchanged', async (t) => {
    const send = (body: Buffer, headers: Record<string, string>) =>
      retryWhileBusy(async () => {
        const response = await fetch(`${server.url}/api/session/validate-uuid`, {
          method: 'POST',
          headers: {'content-type': 'application/json', ...headers},
          body,
        });
        return {status: response.status, body: (await response.json()) as ErrorBody};
      });
    const json = Buffer.from(JSON.stringify({uuid: visitor.uuid}));
    const cut = Buffer.concat([
      Buffer.from('{"uuid":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);

    t.match(await send(cut, {}), {
      status: 400,
      body: {code: 'invalid_request', message: /not valid UTF-8/, faults: [{path: '/'}]},
    });
    for (const type of ['application/json; charset=utf-16', 'application/json;charset="latin1"']) {
      const {status, body} = await send(json, {'content-type': type});
      t.same([status, body.code], [415, 'unsupported_media_type'], type);
    }
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      const {status, body} = await send(json, {'content-encoding': encoding});
      t.same([status, body.code], [415, 'unsupported_media_type'], encoding);
    }
    for (const [name, value] of [
      ['content-type', 'application/json; charset="UTF-8"'],
      ['content-type', 'application/json;charset=utf-8'],
      ['content-encoding', 'identity'],
    ] as const) {
      const {status} = await send(json, {[name]: value});
      t.equal(status, 409, 'it is read: the UUID is known and its token missing');
    }
    const upload = await retryWhileBusy(() =>
      visitor.call<ErrorBody>('POST', '/api/files/upload', {
        headers: {'content-type': 'multipart/form-data; boundary=x', 'content-encoding': 'gzip'},
        body: form('x'),
      }),
    );
    t.same([upload.status, upload.body.code], [415, 'unsupported_media_type']);
  });
});
