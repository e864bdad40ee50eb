import type {Readable} from 'node:stream';

import type {Multipart} from '@fastify/multipart';
import type {FastifyRequest} from 'fastify';

import {InvalidRequest, MariaError, NoFile, TooSlow, UnsupportedMediaType} from '../errors.js';
import {BODY_MS} from '../http/deadline.js';
import {requireNoEncoding} from '../http/json-bodies.js';
import {pathTo} from '../http/json-paths.js';
import {cleanFileName} from '../text/file-name.js';
import {tooLarge} from './checked-bytes.js';

export interface MultipartUpload {
  name: string;
  declaredBytes: number | undefined;
  bytes: Readable;
  /** Settles when the form is over; throws when anything comes after the file. */
  end: () => Promise<void>;
}

const FIELD_BYTES = 1024;

/** What the parser throws on a form that it cannot make sense of is the sender's fault, not ours. */
export const readIncoming = async (
  request: FastifyRequest,
  maxBytes: number,
): Promise<MultipartUpload> => {
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
const readForm = async (request: FastifyRequest, maxBytes: number): Promise<MultipartUpload> => {
  if (!request.isMultipart()) {
    throw new UnsupportedMediaType('The Content-Type is not multipart/form-data. Send a form.');
  }
  requireNoEncoding(request);
  let declaredBytes: number | undefined;
  const limits = {files: 2, fields: 4, parts: 5, fieldSize: FIELD_BYTES, headerPairs: 50};
  // One byte more than allowed must arrive, or a file that is too large would pass as a whole one.
  const parts: AsyncIterator<Multipart, undefined> = request.parts({
    limits: {...limits, fileSize: maxBytes + 1},
  });
  for (;;) {
    const {value: part, done} = await parts.next();
    if (done) throw new NoFile();
    if (part.type === 'file') {
      if (part.fieldname !== 'file') {
        throw new NoFile('The file is in a part with another name. Name its part "file".');
      }
      const end = () => requireEndOfForm(parts);
      return {name: cleanFileName(part.filename), declaredBytes, bytes: part.file, end};
    }
    if (part.fieldname !== 'size') throw unexpected(part.fieldname, 'is not expected');
    if (declaredBytes !== undefined) throw unexpected('size', 'is there twice');
    declaredBytes = readSize(part.value, maxBytes);
  }
};

const requireEndOfForm = async (parts: AsyncIterator<Multipart, undefined>): Promise<void> => {
  const {value: part, done} = await parts.next();
  if (done) return;
  const {fieldname, type} = part;
  if (type === 'field' && fieldname === 'size') {
    throw unexpected('size', 'must come before the file');
  }
  throw unexpected(fieldname, fieldname === 'file' ? 'is there twice' : 'is not expected');
};

const unexpected = (name: string, message: string): InvalidRequest => {
  const path = pathTo('', name);
  return new InvalidRequest(
    `The form does not have the expected form: ${path} ${message}. Expected "size", then "file".`,
    {faults: [{path, message}]},
  );
};

/**
 * The file's bytes, read later. They are over only when the form is: until then a store that waits
 * for the last of them has nothing.
 */
export async function* fileStream(
  {bytes, end}: MultipartUpload,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes as AsyncIterable<Uint8Array>;
    await Promise.race([end(), rejectOnAbort(signal)]);
  } catch (error) {
    throw unreadable(error);
  }
}

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const fail = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, {once: true});
  });

/** The parser's errors have no code of their own; where they arise the body is known to be at fault. */
const unreadable = (error: unknown): MariaError => {
  if (error instanceof MariaError) return error;
  return new InvalidRequest(
    'The form cannot be read: it is not valid multipart/form-data, or ends too early.',
    {cause: error},
  );
};

const readSize = (value: unknown, maxBytes: number): number => {
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) {
    throw new InvalidRequest('The field "size" must be the number of bytes in the file.', {
      faults: [{path: '/size', message: 'must be a whole number'}],
    });
  }
  const bytes = Number(value);
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  return bytes;
};
