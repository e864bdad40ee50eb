import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {inspect} from 'node:util';

import t from 'tap';

import {makePdf} from './pdf.js';
import {bucketsMissing} from './test-bucket.js';
import {createConsentingVisitor, proxyMissing, startTopology} from './topology.js';
import type {Topology} from './topology.js';
import {until} from './until.js';
import type {Visitor} from './visitor.js';

const AT_ONCE = 3;
/** Short enough that a request is always in progress, and long enough for a busy machine. */
const PAUSE_MS = 150;
interface Load {
  stored: {visitor: Visitor; id: string; bytes: Buffer}[];
  /** Unsuccessful responses and errors of all visitors. */
  troubles: string[];
  stop: () => Promise<void>;
}

t.test('a rolling restart', {skip: bucketsMissing || proxyMissing}, async (t) => {
  const topology = await startTopology(t);
  const load = beginLoad(topology);

  for (const place of [0, 1, 2]) {
    const before = load.stored.length;
    const old = topology.servers[place]?.child;
    if (!old) throw new Error('There is no server to stop.');
    const exit = once(old, 'exit') as Promise<[number | null]>;
    old.kill('SIGTERM');
    const [code] = await exit;
    t.equal(code, 0);
    await topology.restart(place);
    t.ok(load.stored.length > before, 'the others continue during the restart');
  }
  const done = load.stored.length;
  await until(() => load.stored.length > done);
  await load.stop();

  t.same(load.troubles, [], 'no visitor got an error');
  for (const {visitor, id, bytes} of load.stored) {
    const back = await visitor.download(id);
    if (!back.bytes.equals(bytes)) t.fail(`${id} was changed`);
  }
});

/** Starts visitors, one after the other, who agree and upload until `stop` is called. */
const beginLoad = ({url}: Topology): Load => {
  const load: Omit<Load, 'stop'> = {stored: [], troubles: []};
  let stopped = false;
  const visit = async (): Promise<void> => {
    const visitor = await createConsentingVisitor(url);
    const bytes = makePdf(100_000);
    const {status, body} = await visitor.upload(bytes);
    if (status === 201) load.stored.push({visitor, id: body.file.id, bytes});
    else load.troubles.push(`an upload was answered with ${status}`);
    const session = await visitor.session();
    if (session.status !== 200) load.troubles.push(`a look was answered with ${session.status}`);
  };
  const walk = async (): Promise<void> => {
    while (!stopped) {
      await visit().catch((error: unknown) => {
        load.troubles.push(inspect(error));
      });
      await sleep(PAUSE_MS);
    }
  };
  const walkers = Promise.all(Array.from({length: AT_ONCE}, walk));
  return {
    ...load,
    stop: async () => {
      stopped = true;
      await walkers;
    },
  };
};
