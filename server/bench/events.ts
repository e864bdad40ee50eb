import {once} from 'node:events';
import net from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import {WebSocketClient} from '../test/event-subscribers.js';
import {Visitor, request} from '../test/visitor.js';
import {EVENTS, SUBSCRIBERS, ROUNDS, STREAMS} from './counts.js';
import {createDatabase} from './databases.js';
import {getResidentBytes, getRivalFile, startProduct, startProgram} from './process-cost.js';
import type {Program} from './process-cost.js';
import {atMost, comparison, median, percentile, formatFigure} from './row.js';
import type {Row} from './row.js';
import {temporaryFolder} from './temporary-folder.js';

/** Number of writers. Each waits for the response to one message before it sends the next. */
const WRITERS = 8;
const KIBIBYTE = 1024;
/** Body that both sides send, after the time of sending. */
const SENTENCE = 'Could you send me the report of last year as well, please?';
const SETTLE_MS = 3_000;
const MANY = '1000000';

interface Contender {
  name: string;
  /** Sends one text to all subscribers. */
  send: (text: string) => Promise<unknown>;
  /** Subscribes. `onText` receives every text. Returns a function that ends the subscriptions. */
  read: (onText: (text: string) => void) => Promise<() => void>;
  delaysMs: number[];
  perSecond: number[];
}

/**
 * Sends messages through one replica to subscribers of another. The comparison is a bare
 * broadcast in one process.
 */
export const measureEvents = async (): Promise<Row[]> => {
  const folder = await temporaryFolder();
  const programs: Program[] = [];
  const start = async (starting: Promise<Program>) => {
    const program = await starting;
    programs.push(program);
    return program;
  };
  const env = {
    DATABASE_URL: await createDatabase(),
    DATA_DIR: folder.path,
    SECRET_KEY: 'for-measuring-alone-'.repeat(3),
    MAX_STREAMS_PER_SESSION: MANY,
    MAX_STREAMS_PER_ADDRESS: MANY,
    MAX_STREAMS: MANY,
  };
  try {
    const [here, there] = [await start(startProduct(env)), await start(startProduct(env))];
    const bare = await start(startProgram(getRivalFile('broadcast')));
    const contenders = [product(here, there), broadcast(bare)];
    for (let round = 0; round < ROUNDS; round++) {
      for (const contender of contenders) await measure(contender);
    }
    return [...rows(contenders), ...(await memory(there, bare))];
  } finally {
    for (const {stop} of programs) await stop();
    await folder.remove();
  }
};

const product = (here: Program, there: Program): Contender => {
  let visitor: Visitor | undefined;
  let sent = 0;
  return {
    name: 'Maria Chat, from one replica to another',
    delaysMs: [],
    perSecond: [],
    send: async (body) => {
      const json = {client_id: String(sent++), body};
      const answer = await visitor?.call('POST', '/api/messages', {json});
      if (answer?.status !== 201) throw new Error(`A message got the response ${answer?.status}.`);
    },
    read: async (onText) => {
      // Each round has a separate session, because a session accepts a limited number of messages.
      const own = await Visitor.consenting(here.url);
      visitor = own;
      const {uuid, token} = own;
      return readSockets(`${there.url}/api/events/ws`, {
        greeting: JSON.stringify({uuid, token}),
        onText: (json) => {
          const {data} = JSON.parse(json) as {data: {message?: {role: string; body: string}}};
          // Maria also replies, once.
          if (data.message?.role === 'visitor') onText(data.message.body);
        },
      });
    },
  };
};

const broadcast = ({url}: Program): Contender => ({
  name: 'a bare broadcast in one process',
  delaysMs: [],
  perSecond: [],
  send: (body) => request(url, 'POST', '/', {json: {data: {message: {body}}}}),
  read: (onText) =>
    readSockets(url, {
      onText: (json) => {
        const {data} = JSON.parse(json) as {data: {message: {body: string}}};
        onText(data.message.body);
      },
    }),
});

const readSockets = async (
  url: string,
  {greeting, onText}: {greeting?: string; onText: (text: string) => void},
): Promise<() => void> => {
  const sockets = Array.from(
    {length: SUBSCRIBERS},
    () => new WebSocketClient(url.replace('http', 'ws')),
  );
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          socket.on('open', () => {
            if (greeting !== undefined) socket.send(greeting);
            resolve();
          });
          socket.on('error', reject);
          socket.on('message', (text: Buffer) => {
            onText(text.toString());
          });
        }),
    ),
  );
  await sleep(SETTLE_MS / 10);
  return () => {
    for (const socket of sockets) socket.terminate();
  };
};

/** Sends messages one by one for the delay, then as many as the writers can. */
const measure = async (contender: Contender): Promise<void> => {
  let heard = 0;
  let wake: () => void = () => undefined;
  const stop = await contender.read((text) => {
    contender.delaysMs.push(performance.now() - Number(text.split(' ')[0]));
    heard++;
    wake();
  });
  const allHeard = async (count: number) => {
    while (heard < count * SUBSCRIBERS) await new Promise<void>((resolve) => (wake = resolve));
  };
  const send = () => contender.send(`${performance.now()} ${SENTENCE}`);
  try {
    const few = Math.ceil(EVENTS / 4);
    for (let i = 0; i < few; i++) {
      await send();
      await allHeard(i + 1);
    }
    const before = [...contender.delaysMs];
    const startedMs = performance.now();
    const each = Math.floor((EVENTS - few) / WRITERS);
    const write = async () => {
      for (let i = 0; i < each; i++) await send();
    };
    await Promise.all(Array.from({length: WRITERS}, write));
    await allHeard(few + each * WRITERS);
    const seconds = (performance.now() - startedMs) / 1000;
    contender.perSecond.push((each * WRITERS) / seconds);
    // Under load each message waits for the others, so only the delays of single messages are
    // reported.
    contender.delaysMs = before;
  } finally {
    stop();
  }
};

const rows = (contenders: Contender[]): Row[] => {
  const [own] = contenders as [Contender];
  return [
    atMost(
      `from sending a message to its ${SUBSCRIBERS} readers at another replica, p95 in ms`,
      percentile(own.delaysMs, 0.95),
      1_000,
    ),
    ...contenders.map(({name, delaysMs, perSecond}) =>
      comparison(
        name,
        `${formatFigure(median(delaysMs))} ms median delay, ${formatFigure(median(perSecond))} events a second to ${SUBSCRIBERS} readers each`,
      ),
    ),
  ];
};

/** Measures memory for each waiting subscriber, of the product and of the bare broadcast. */
const memory = async (own: Program, bare: Program): Promise<Row[]> => {
  const visitors = await Promise.all(Array.from({length: 20}, () => Visitor.consenting(own.url)));
  const heads = visitors.map(({credentials}) => ({...credentials, accept: 'text/event-stream'}));
  const stream = await growth(own, (i) => ({
    path: '/api/events',
    headers: heads[i % heads.length] ?? {},
  }));
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  };
  const socket = await growth(bare, () => ({path: '/', headers: upgrade}));
  const what = `memory of each of ${STREAMS} open streams, in KiB`;
  return [
    atMost(what, stream / KIBIBYTE, 64),
    comparison(`${what}: bare WebSockets`, formatFigure(socket / KIBIBYTE)),
  ];
};

interface Head {
  path: string;
  headers: Record<string, string>;
}

const growth = async ({pid, url}: Program, headOf: (i: number) => Head): Promise<number> => {
  // Warm up, so that one-time costs are not counted for each connection.
  const warm = await openMany(url, Math.ceil(STREAMS / 10), headOf);
  await sleep(SETTLE_MS);
  const before = await getResidentBytes(pid);
  const sockets = await openMany(url, STREAMS, headOf);
  await sleep(SETTLE_MS);
  const after = await getResidentBytes(pid);
  for (const socket of [...warm, ...sockets]) socket.destroy();
  return (after - before) / STREAMS;
};

/** Opens plain sockets, because two thousand clients must cost less than the measured server. */
const openMany = async (
  url: string,
  count: number,
  headOf: (i: number) => Head,
): Promise<net.Socket[]> => {
  const {hostname, port} = new URL(url);
  const sockets: net.Socket[] = [];
  for (let i = 0; i < count; i++) {
    const {path, headers} = headOf(i);
    const lines = Object.entries({host: hostname, ...headers}).map(([k, v]) => `${k}: ${v}\r\n`);
    const socket = net.connect(Number(port), hostname);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!/^HTTP\/1.1 (200|101)/.test(answer.toString())) throw new Error(answer.toString());
    sockets.push(socket);
  }
  return sockets;
};
