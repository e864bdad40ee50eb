import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import {Reaper} from '../cleanup/reaper.js';
import {Sweep} from '../cleanup/sweep.js';
import {makePdf} from './pdf.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

const quiet = (server: TestServer) => server.app.log;
export const reaperOf = (server: TestServer, parts: Partial<TestServer> = {}) =>
  new Reaper({...server, ...parts, log: quiet(server)});
export const sweepOf = (server: TestServer, parts: Partial<TestServer> = {}) =>
  new Sweep({...server, ...parts, log: quiet(server)});

/** Moves the visit's last activity back by this many minutes. */
export const letIdle = ({sql}: TestServer, {uuid}: Visitor, minutes: number) => sql`
  update visits set last_seen_at = last_seen_at - ${`${minutes} minutes`}::interval
  where uuid = ${uuid}`;

export const visitWithFile = async (server: TestServer) => {
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

export const alertsIn = async ({sql}: TestServer) =>
  (await sql<{cause: string}[]>`select cause from alerts order by cause`).map(({cause}) => cause);

export const putUnknown = async ({objects}: TestServer, key = unknownKey()) => {
  const bytes = makePdf();
  await objects.put(key, source(bytes), bytes.length, new AbortController().signal);
  return key;
};

export const unknownKey = () => `uploads/${randomUUID()}/${randomUUID()}.pdf`;

async function* source(bytes: Buffer) {
  yield bytes;
}
