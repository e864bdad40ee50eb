import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import {Reaper} from '../cleanup/reaper.js';
import {Sweep} from '../cleanup/sweep.js';
import {makePdf} from './pdf.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

const getLog = (server: TestServer) => server.app.log;
export const createReaper = (server: TestServer, parts: Partial<TestServer> = {}) =>
  new Reaper({...server, ...parts, log: getLog(server)});
export const createSweep = (server: TestServer, parts: Partial<TestServer> = {}) =>
  new Sweep({...server, ...parts, log: getLog(server)});

/** Moves the visit's last activity back by this many minutes. */
export const backdateActivity = ({sql}: TestServer, {uuid}: Visitor, minutes: number) => sql`
  update visits set last_seen_at = last_seen_at - ${`${minutes} minutes`}::interval
  where uuid = ${uuid}`;

export const createVisitWithFile = async (server: TestServer) => {
  for (let triesLeft = 5; ; triesLeft--) {
    const visitor = await Visitor.consenting(server.url);
    const {status, body} = await visitor.upload(makePdf());
    if (status === 201) {
      const {id} = body.file;
      return {visitor, key: `uploads/${visitor.uuid}/${id}.pdf`, id};
    }
    // A busy machine, or a database that has lost its connections, can refuse an upload.
    if (triesLeft === 0) throw new Error(`The upload failed with ${status} ${body.code}.`);
    await sleep(500);
  }
};

export const getAlertCauses = async ({sql}: TestServer) =>
  (await sql<{cause: string}[]>`select cause from alerts order by cause`).map(({cause}) => cause);

export const putUnknownObject = async ({objects}: TestServer, key = createUnknownKey()) => {
  const bytes = makePdf();
  await objects.put(key, createStream(bytes), bytes.length, new AbortController().signal);
  return key;
};

export const createUnknownKey = () => `uploads/${randomUUID()}/${randomUUID()}.pdf`;

async function* createStream(bytes: Buffer) {
  yield bytes;
}
