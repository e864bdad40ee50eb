import type {ErrorBody} from '../contract/common.js';
import type {ErrorCode} from '../contract/error-codes.js';
import * as errors from '../errors.js';

const REQUEST_ID = 'V1StGXR8_Z5jdHi6B-myT';

/** Returns the response body of a code with its standard message. */
export const createErrorExample = (code: ErrorCode): ErrorBody => {
  const example = EXAMPLES.get(code);
  if (!example) throw new Error(`There is no error class for ${code}.`);
  return example;
};

const EXAMPLES = new Map<ErrorCode, ErrorBody>(
  Object.values<unknown>(errors)
    .filter(isErrorOfACode)
    .map((type) => new type())
    .map((error) => [error.code, error.toBody(REQUEST_ID)]),
);

function isErrorOfACode(exported: unknown): exported is new () => errors.MariaError {
  return typeof exported === 'function' && exported.prototype instanceof errors.MariaError;
}
