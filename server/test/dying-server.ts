import path from 'node:path';

import {pino} from 'pino';

import {buildApp} from '../app.js';
import {readConfig} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import type {Bytes, ObjectStore} from '../object-store/object-store.js';
import {openResources} from '../resources.js';

/** Step of an upload after which the process dies. */
export type UploadStep = 'reserved' | 'half sent' | 'last chunk sent' | 'put' | 'marked' | 'stored';

const dieAt = process.env['DIE_AT'] as UploadStep | undefined;
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  // The signal arrives a little later, and nothing must happen until then.
  return new Promise(() => undefined);
};

let wasPut = false;

const dyingObjects = (objects: ObjectStore): ObjectStore => {
  const dying = Object.create(objects) as ObjectStore;
  dying.put = async (key, bytes, size, signal) => {
    if (dieAt === 'reserved') await die();
    await objects.put(key, dyingBytes(bytes, size), size, signal);
    if (dieAt === 'put') await die();
    wasPut = true;
  };
  return dying;
};

async function* dyingBytes(bytes: Bytes, size: number): AsyncGenerator<Uint8Array> {
  let seenBytes = 0;
  for await (const chunk of bytes) {
    yield chunk;
    seenBytes += chunk.length;
    if (dieAt === 'half sent' && seenBytes > size / 2) await die();
  }
  if (dieAt === 'last chunk sent') await die();
}

/**
 * Kills the process in or after the first transaction that follows the put. It marks the row as
 * stored.
 */
const dyingSql = (sql: Sql): Sql =>
  new Proxy(sql, {
    get(target, name, receiver) {
      if (name !== 'begin') return Reflect.get(target, name, receiver) as unknown;
      return async (work: (tx: unknown) => Promise<unknown>) => {
        const done = await target.begin(async (tx) => {
          const result = await work(tx);
          if (wasPut && dieAt === 'marked') await die();
          return result;
        });
        if (wasPut && dieAt === 'stored') await die();
        return done;
      };
    },
  });

const config = readConfig(process.env);
const log = pino({level: 'silent'});
const parts = await openResources(config, {log, takeOwnership: false});
const {app, markReady} = await buildApp({
  ...parts,
  config,
  mailbox: undefined,
  smtpUrl: config.mail.smtpUrl ?? '',
  log,
  spoolDir: path.join(config.dataDir, 'spool'),
  sql: dyingSql(parts.sql),
  objects: dyingObjects(parts.objects),
});
await app.listen({port: config.port, host: '127.0.0.1'});
markReady();
