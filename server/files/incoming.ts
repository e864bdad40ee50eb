import type {Readable} from 'node:stream';

import type {} from '@fastify/multipart';
import type {FastifyRequest} from 'fastify';

import {
  EmptyFile,
  InvalidRequest,
  MariaError,
  NoFile,
  TooSlow,
  UnsupportedMediaType,
} from '../errors.js';
import {BODY_MS} from '../http/deadline.js';
import {cleanFileName} from './file-name.js';
import {tooLarge} from './checked-bytes.js';

export interface Incoming {
  name: string;
  declaredBytes: number | undefined;
  bytes: Readable;
}

const FIELD_BYTES = 1024;

/** What the parser throws on a form that it cannot make sense of is the sender's fault, not ours. */
export const readIncoming = async (
  request: FastifyRequest,
  maxBytes: number,
): Promise<Incoming> => {
  let timer: NodeJS.Timeout | undefined;
  // A part's header without an end keeps the parser silent, even when the body is over.
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TooSlow());
    }, BODY_MS);
  });
  try {
    return await Promise.race([readForm(request, maxBytes), tooLate]);
  } catch (error) {
    throw unreadable(error);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Reads the fields before the file, and stops where its bytes begin. Throws when the announced
 * size alone decides that the file will be refused.
 */
const readForm = async (request: FastifyRequest, maxBytes: number): Promise<Incoming> => {
  if (!request.isMultipart()) {
    throw new UnsupportedMediaType(
      `Expected multipart/form-data, got "${request.headers['content-type'] ?? 'nothing'}".`,
    );
  }
  let declaredBytes: number | undefined;
  const limits = {files: 1, fields: 4, parts: 5, fieldSize: FIELD_BYTES, headerPairs: 50};
  // One byte more than allowed must arrive, or a file that is too large would pass as a whole one.
  const parts = request.parts({limits: {...limits, fileSize: maxBytes + 1}});
  for await (const part of parts) {
    if (part.type === 'field') {
      if (part.fieldname === 'size') declaredBytes = readSize(part.value, maxBytes);
      continue;
    }
    if (part.fieldname !== 'file') {
      throw new NoFile(`Expected the file in a part named "file", got "${part.fieldname}".`);
    }
    return {name: cleanFileName(part.filename), declaredBytes, bytes: part.file};
  }
  throw new NoFile();
};

/** The same for the file's own bytes, which are read later. */
export async function* readable<T>(bytes: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* bytes;
  } catch (error) {
    throw unreadable(error);
  }
}

/** The parser's errors have no code of their own; where they arise the body is known to be at fault. */
const unreadable = (error: unknown): MariaError => {
  if (error instanceof MariaError) return error;
  const {message} = error as Error;
  return new InvalidRequest(`The form cannot be read: ${message}`, {cause: error});
};

const readSize = (value: unknown, maxBytes: number): number => {
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) {
    throw new InvalidRequest('The field "size" must be the number of bytes in the file.', {
      faults: [{path: '/size', message: 'must be a whole number'}],
    });
  }
  const bytes = Number(value);
  if (bytes === 0) throw new EmptyFile();
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  return bytes;
};
