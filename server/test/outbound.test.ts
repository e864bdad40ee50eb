import type {LookupAddress} from 'node:dns';

import t from 'tap';
import type {Test} from 'tap';

import {isPublicAddress} from '../outbound/public-host.js';
import type {Resolve} from '../outbound/public-host.js';
import type {CallFailed} from '../outbound/call-failed.js';
import {post} from '../outbound/post.js';
import {parseSecret, createSignedHeaders} from '../outbound/signature.js';
import {startReceiver} from './responder-helpers.js';
import type {Receiver} from './responder-helpers.js';

const LIMITS = {connectMs: 5_000, firstByteMs: 1_000, silenceMs: 1_000};

const call = async (
  url: string,
  {
    allowedHosts = [],
    resolve,
    connectMs = LIMITS.connectMs,
  }: {allowedHosts?: string[]; resolve?: Resolve; connectMs?: number} = {},
): Promise<number | string> => {
  try {
    const answer = await post({
      url: new URL(url),
      headers: {},
      body: '{}',
      limits: {...LIMITS, connectMs},
      maxBytes: 1_000,
      allowedHosts,
      signal: new AbortController().signal,
      ...(resolve && {resolve}),
    });
    answer.close();
    return answer.status;
  } catch (error) {
    return (error as CallFailed).code;
  }
};

const taking = (t: Test): Promise<Receiver> =>
  startReceiver(t, (response) => void response.writeHead(200).end());

const resolving = (...answers: LookupAddress[][]): Resolve & {asked: string[]} => {
  const asked: string[] = [];
  const resolve: Resolve = (host, _options, done) => {
    const answer = answers[Math.min(asked.push(host), answers.length) - 1] ?? [];
    done(null, answer);
  };
  return Object.assign(resolve, {asked});
};

const ipv4 = (address: string): LookupAddress => ({address, family: 4});

t.test('only public IP addresses count as public', async (t) => {
  const secret = [
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'nonsense',
  ];
  for (const address of secret) t.notOk(isPublicAddress(address), address);
  for (const address of ['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946']) {
    t.ok(isPublicAddress(address), address);
  }
});

t.test('a name that resolves to a private network is rejected before the connection', async (t) => {
  const receiver = await taking(t);
  const {port} = new URL(receiver.url);
  const inside = resolving([ipv4('127.0.0.1')]);
  const mixed = resolving([ipv4('93.184.216.34'), ipv4('127.0.0.1')]);

  t.equal(await call(`http://bot.example:${port}/`, {resolve: inside}), 'address_refused');
  t.equal(await call(`http://bot.example:${port}/`, {resolve: mixed}), 'address_refused');
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:7f00:1]',
    'localhost',
  ]) {
    t.equal(await call(`http://${host}:${port}/`), 'address_refused', host);
  }
  t.equal(receiver.requests.length, 0);
});

t.test('a name is resolved once, so a change after the check has no effect', async (t) => {
  const receiver = await taking(t);
  const {port} = new URL(receiver.url);
  const changing = resolving([ipv4('93.184.216.34')], [ipv4('127.0.0.1')]);

  const outcome = await call(`http://bot.example:${port}/`, {
    resolve: changing,
    connectMs: 500,
  });

  t.match(String(outcome), /connect/);
  t.same(changing.asked, ['bot.example'], 'the name is resolved once');
  t.equal(receiver.requests.length, 0);
});

t.test('a host that the operator allows is called, only at that port', async (t) => {
  const receiver = await taking(t);
  const other = await taking(t);

  t.equal(await call(receiver.url, {allowedHosts: [receiver.host]}), 200);
  t.equal(await call(receiver.url, {allowedHosts: ['127.0.0.1']}), 200);
  t.equal(await call(other.url, {allowedHosts: [receiver.host]}), 'address_refused');
  t.equal(other.requests.length, 0);
});

t.test('signatures follow Standard Webhooks', async (t) => {
  // Secret, id and signature are from the library of the Standard Webhooks specification.
  const key = parseSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const body = '{"test": 2432232314}';

  const headers = createSignedHeaders(key!, {id, body, now: 1_614_265_330_000});

  t.match(headers, {
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
  for (const secret of ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_', 'whsec_YWJj', 'whsec_ß']) {
    t.equal(parseSecret(secret), undefined, secret);
  }
});
