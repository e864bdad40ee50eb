import {fileURLToPath} from 'node:url';

import {Visitor} from '../test/visitor.js';
import {getInstalledRivalFile, getRivalFile, startProduct, startProgram} from './process-cost.js';
import type {Program} from './process-cost.js';
import type {Call} from './send-file.js';

/** A way to upload a file through a server into a bucket. */
export interface UploadMethod {
  name: string;
  start: (env: Record<string, string>) => Promise<Program>;
  /** Prepares `count` callers. `bytes` is the size of each caller's file. */
  callers: (program: Program, count: number, bytes: number) => Promise<Call[]>;
}

/** Limits above the needs of every bench. */
const PRODUCT_SETTINGS = {MAX_FILES: '100', MAX_UPLOADS: '1000', MAX_UPLOADS_PER_ADDRESS: '1000'};
const WITHOUT_HASH = fileURLToPath(new URL('rivals/without-hash.js', import.meta.url));

const createCallers = (program: Program, count: number): Promise<Call[]> =>
  Promise.all(
    Array.from({length: count}, async () => {
      const {credentials} = await Visitor.consenting(program.url);
      return createMultipartCall(program, '/api/files/upload', credentials);
    }),
  );

const createMultipartCall = ({url}: Program, path: string, headers = {}): Call => ({
  url: `${url}${path}`,
  method: 'POST',
  headers: {...headers, 'content-type': 'multipart/form-data; boundary=b'},
  isMultipart: true,
});

const repeatCall = (count: number, call: Call): Promise<Call[]> =>
  Promise.resolve(Array.from({length: count}, () => call));

const createPipe = (name: string, hash: boolean): UploadMethod => ({
  name,
  start: (env) =>
    startProgram(getRivalFile('pipe'), {env: {...env, ...(hash && {WITH_HASH: 'true'})}}),
  callers: ({url}, count) => repeatCall(count, {url, method: 'PUT', headers: {}}),
});

export const createProduct = (databaseUrl: string, dataDir: string): UploadMethod => ({
  name: 'Maria Chat',
  start: (env) =>
    startProduct({...env, ...PRODUCT_SETTINGS, DATABASE_URL: databaseUrl, DATA_DIR: dataDir}),
  callers: createCallers,
});

export const createProductWithoutHash = (databaseUrl: string, dataDir: string): UploadMethod => ({
  name: 'Maria Chat, its hash left out',
  start: (env) =>
    startProduct({...env, ...PRODUCT_SETTINGS, DATABASE_URL: databaseUrl, DATA_DIR: dataDir}, [
      '--import',
      WITHOUT_HASH,
    ]),
  callers: createCallers,
});

export const barePipe = createPipe('a bare pipe', false);
export const hashingPipe = createPipe('a pipe with SHA-256', true);

const createLibStorage = (name: string, env: Record<string, string>): UploadMethod => ({
  name,
  start: (store) => startProgram(getInstalledRivalFile('lib-storage'), {env: {...store, ...env}}),
  callers: (program, count) => repeatCall(count, createMultipartCall(program, '/upload')),
});

export const libStorage = createLibStorage('lib-storage Upload, as its documentation sets it up', {
  DEFAULT_CHECKSUMS: 'true',
});
export const libStorageUnchecked = createLibStorage('lib-storage Upload without checksums', {});

export const multerS3: UploadMethod = {
  name: 'multer-s3',
  start: (env) => startProgram(getInstalledRivalFile('multer-s3'), {env}),
  callers: (program, count) => repeatCall(count, createMultipartCall(program, '/upload')),
};

export const tus: UploadMethod = {
  name: 'tus server with its S3 store',
  start: (env) => startProgram(getInstalledRivalFile('tus'), {env}),
  callers: ({url}, count, bytes) =>
    repeatCall(count, {
      url: `${url}/files`,
      method: 'POST',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(bytes),
        'content-type': 'application/offset+octet-stream',
      },
    }),
};
