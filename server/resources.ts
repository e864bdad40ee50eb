import path from 'node:path';

import type {FastifyBaseLogger} from 'fastify';

import type {Config} from './config/config.js';
import {connectDatabase} from './database/connect.js';
import type {Sql} from './database/sql.js';
import {startEmbeddedPostgres} from './database/embedded/embedded.js';
import {DiskObjects} from './object-store/disk.js';
import type {ObjectStore} from './object-store/object-store.js';
import {deriveKey} from './config/secrets.js';

/** Database and storage, which both the server and the CLI need. */
export interface Resources {
  databaseUrl: string;
  sql: Sql;
  backgroundSql: Sql;
  objects: ObjectStore;
  /** Key that signs download links of the store on disk; undefined with a bucket. */
  diskKey: Buffer | undefined;
  close: () => Promise<void>;
}

const REQUEST_CONNECTIONS = 20;
const BACKGROUND_CONNECTIONS = 5;
const BACKGROUND_SILENCE_MS = 30_000;
const END_SECONDS = 5;

/**
 * Opens the database and the storage of the settings. With `takeOwnership`, `close` also stops an
 * embedded database that was already running.
 */
export const openResources = async (
  config: Config,
  {log, takeOwnership}: {log: FastifyBaseLogger; takeOwnership: boolean},
): Promise<Resources> => {
  const {url, stop} = await openDatabase(config, {log, takeOwnership});
  const sql = connectDatabase({url, max: REQUEST_CONNECTIONS});
  const backgroundSql = connectDatabase({
    url,
    max: BACKGROUND_CONNECTIONS,
    silenceMs: BACKGROUND_SILENCE_MS,
    applicationName: 'maria-chat background',
  });
  const {objects, diskKey} = await openObjects(config);
  return {
    databaseUrl: url,
    sql,
    backgroundSql,
    objects,
    diskKey,
    close: async () => {
      await Promise.all([
        sql.end({timeout: END_SECONDS}),
        backgroundSql.end({timeout: END_SECONDS}),
      ]);
      await objects.close();
      await stop();
    },
  };
};

const openDatabase = async (
  {databaseUrl, dataDir}: Config,
  {log, takeOwnership}: {log: FastifyBaseLogger; takeOwnership: boolean},
): Promise<{url: string; stop: () => Promise<void>}> => {
  if (databaseUrl) return {url: databaseUrl, stop: async () => undefined};
  const embedded = await startEmbeddedPostgres({
    dataDir: path.join(dataDir, 'postgres'),
    takeOwnership,
    log: (line) => {
      log.debug(line);
    },
  });
  return {url: embedded.url, stop: () => embedded.stop()};
};

const openObjects = async (config: Config): Promise<Pick<Resources, 'objects' | 'diskKey'>> => {
  if (config.s3) {
    // The client of S3 is large, and a folder does not need it.
    const {S3Objects} = await import('./object-store/s3.js');
    return {objects: new S3Objects(config.s3), diskKey: undefined};
  }
  const diskKey = deriveKey(config.secrets[0], 'disk-downloads');
  const directory = path.join(config.dataDir, 'files');
  return {
    objects: new DiskObjects({directory, publicUrl: config.publicUrl, signingKey: diskKey}),
    diskKey,
  };
};
