import type {Readable} from 'node:stream';

import type {Multipart} from '@fastify/multipart';
import type {FastifyRequest} from 'fastify';

import {untilAborted, withTimeout} from '../async/timeout.js';
import {InvalidRequest, MariaError, NoFile, TooSlow, UnsupportedMediaType} from '../errors.js';
import {BODY_MS} from '../http/request-timeout.js';
import {requireNoEncoding} from '../http/json-bodies.js';
import {joinPath} from '../http/json-paths.js';
import {cleanFileName} from '../text/file-name.js';
import {createFileTooLarge} from './validating-stream.js';

export interface MultipartUpload {
  name: string;
  declaredBytes: number | undefined;
  bytes: Readable;
  /** Resolves at the end of the form. Throws if another part follows the file. */
  end: () => Promise<void>;
}

const FIELD_BYTES = 1024;

/**
 * Parses the form up to the bytes of the file. Errors of the parser become `InvalidRequest`. Throws
 * `TooSlow` after `BODY_MS`.
 */
export const readMultipartUpload = async (
  request: FastifyRequest,
  maxBytes: number,
): Promise<MultipartUpload> => {
  try {
    // A part whose header does not end blocks the parser, even after the end of the body.
    return await withTimeout(readForm(request, maxBytes), BODY_MS, () => {
      throw new TooSlow();
    });
  } catch (error) {
    throw unreadable(error);
  }
};

/**
 * Reads the fields before the file and stops where its bytes begin. Throws if the announced size
 * already exceeds the limit.
 */
const readForm = async (request: FastifyRequest, maxBytes: number): Promise<MultipartUpload> => {
  if (!request.isMultipart()) {
    throw new UnsupportedMediaType(
      'The Content-Type is not supported. Expected multipart/form-data. Send a form.',
    );
  }
  requireNoEncoding(request);
  let declaredBytes: number | undefined;
  const limits = {files: 2, fields: 4, parts: 5, fieldSize: FIELD_BYTES, headerPairs: 50};
  // The parser truncates a file at this limit. The extra byte reveals that a file is too large.
  const parts: AsyncIterator<Multipart, undefined> = request.parts({
    limits: {...limits, fileSize: maxBytes + 1},
  });
  for (;;) {
    const {value: part, done} = await parts.next();
    if (done) throw new NoFile();
    if (part.type === 'file') {
      if (part.fieldname !== 'file') {
        throw new NoFile(
          'The file is in a part with the wrong name. Expected "file". Rename the part.',
        );
      }
      const end = () => requireEndOfForm(parts);
      return {name: cleanFileName(part.filename), declaredBytes, bytes: part.file, end};
    }
    if (part.fieldname !== 'size') throw unexpected(part.fieldname, 'is not expected');
    if (declaredBytes !== undefined) throw unexpected('size', 'appears twice');
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
  throw unexpected(fieldname, fieldname === 'file' ? 'appears twice' : 'is not expected');
};

const unexpected = (name: string, message: string): InvalidRequest => {
  const path = joinPath('', name);
  return new InvalidRequest(
    `The form is not valid: ${path} ${message}. Expected "size", then "file". Send only these parts.`,
    {faults: [{path, message}]},
  );
};

/**
 * Yields the bytes of the file. The stream ends only at the end of the form, so that no object is
 * stored if the rest of the form is not valid.
 */
export async function* fileStream(
  {bytes, end}: MultipartUpload,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes as AsyncIterable<Uint8Array>;
    await untilAborted(end(), signal);
  } catch (error) {
    throw unreadable(error);
  }
}

/** Turns an error of the parser into `InvalidRequest`, because it can only come from the body. */
const unreadable = (error: unknown): MariaError => {
  if (error instanceof MariaError) return error;
  return new InvalidRequest(
    'The form cannot be parsed. Expected valid and complete multipart/form-data. Send it again.',
    {cause: error},
  );
};

const readSize = (value: unknown, maxBytes: number): number => {
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) {
    throw new InvalidRequest(
      'The field "size" is not valid. Expected the number of bytes in the file. Correct it.',
      {
        faults: [{path: '/size', message: 'must be a whole number'}],
      },
    );
  }
  const bytes = Number(value);
  if (bytes > maxBytes) throw createFileTooLarge(maxBytes);
  return bytes;
};
