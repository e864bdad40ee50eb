import {fileURLToPath} from 'node:url';

import {Visitor} from '../test/visitor.js';
import {installedRival, rival, startProduct, startProgram} from './process-cost.js';
import type {Program} from './process-cost.js';
import type {Call} from './send-file.js';

/** A way to upload a file through a server into a bucket. */
export interface Way {
  name: string;
  start: (env: Record<string, string>) => Promise<Program>;
  /** Prepares `count` callers. `bytes` is the size of each caller's file. */
  callers: (program: Program, count: number, bytes: number) => Promise<Call[]>;
}

/** Limits above the needs of every bench. */
const PRODUCT_SETTINGS = {MAX_FILES: '100', MAX_UPLOADS: '1000', MAX_UPLOADS_PER_ADDRESS: '1000'};
const WITHOUT_HASH = fileURLToPath(new URL('rivals/without-hash.js', import.meta.url));

const visitors = (program: Program, count: number): Promise<Call[]> =>
  Promise.all(
    Array.from({length: count}, async () => {
      const {credentials} = await Visitor.consenting(program.url);
      return multipart(program, '/api/files/upload', credentials);
    }),
  );

const multipart = ({url}: Program, path: string, headers = {}): Call => ({
  url: `${url}${path}`,
  method: 'POST',
  headers: {...headers, 'content-type': 'multipart/form-data; boundary=b'},
  isMultipart: true,
});

const repeated = (count: number, call: Call): Promise<Call[]> =>
  Promise.resolve(Array.from({length: count}, () => call));

const pipe = (name: string, hash: boolean): Way => ({
  name,
  start: (env) => startProgram(rival('pipe'), {env: {...env, ...(hash && {WITH_HASH: 'true'})}}),
  callers: ({url}, count) => repeated(count, {url, method: 'PUT', headers: {}}),
});

export const product = (databaseUrl: string, dataDir: string): Way => ({
  name: 'Maria Chat',
  start: (env) =>
    startProduct({...env, ...PRODUCT_SETTINGS, DATABASE_URL: databaseUrl, DATA_DIR: dataDir}),
  callers: visitors,
});

export const productWithoutHash = (databaseUrl: string, dataDir: string): Way => ({
  name: 'Maria Chat, its hash left out',
  start: (env) =>
    startProduct({...env, ...PRODUCT_SETTINGS, DATABASE_URL: databaseUrl, DATA_DIR: dataDir}, [
      '--import',
      WITHOUT_HASH,
    ]),
  callers: visitors,
});

export const barePipe = pipe('a bare pipe', false);
export const hashingPipe = pipe('a pipe with SHA-256', true);

const upload = (name: string, env: Record<string, string>): Way => ({
  name,
  start: (store) => startProgram(installedRival('lib-storage'), {env: {...store, ...env}}),
  callers: (program, count) => repeated(count, multipart(program, '/upload')),
});

export const libStorage = upload('lib-storage Upload, as its documentation sets it up', {
  DEFAULT_CHECKSUMS: 'true',
});
export const libStorageUnchecked = upload('lib-storage Upload without checksums', {});

export const multerS3: Way = {
  name: 'multer-s3',
  start: (env) => startProgram(installedRival('multer-s3'), {env}),
  callers: (program, count) => repeated(count, multipart(program, '/upload')),
};

export const tus: Way = {
  name: 'tus server with its S3 store',
  start: (env) => startProgram(installedRival('tus'), {env}),
  callers: ({url}, count, bytes) =>
    repeated(count, {
      url: `${url}/files`,
      method: 'POST',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(bytes),
        'content-type': 'application/offset+octet-stream',
      },
    }),
};
