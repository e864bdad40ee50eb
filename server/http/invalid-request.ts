import {InvalidRequest, MAX_FAULTS, NotFound} from '../errors.js';
import type {ValidationError, MariaError} from '../errors.js';
import {joinPath} from './json-paths.js';

/** A validation error as the schema library reports it. */
export interface Validation {
  instancePath: string;
  keyword?: string;
  message?: string;
  params?: Record<string, unknown>;
}

const WHERE: Record<string, string> = {
  body: 'The body does not have',
  headers: 'The headers do not have',
  querystring: 'The query does not have',
};

/** Returns the error for a part of a request that does not match its schema. */
export const toInvalidRequest = (found: Validation[], context = 'body'): MariaError => {
  const faults = toValidationErrors(found);
  // A path parameter that does not match its schema cannot be the name of anything.
  if (context === 'params') {
    return new NotFound(`There is nothing at this URL: ${joinErrors(faults)}.`);
  }
  return new InvalidRequest(
    `${WHERE[context] ?? WHERE['body']} the expected form: ${joinErrors(faults)}. ` +
      'See /api/openapi.json for the expected form.',
    {faults},
  );
};

/** Returns the first validation errors as one text, with the number of the others. */
export const joinErrors = (faults: ValidationError[]): string => {
  const shown = faults.slice(0, MAX_FAULTS).map(({path, message}) => `${path} ${message}`);
  const others = faults.length - shown.length;
  return others > 0 ? `${shown.join('; ')}; and ${others} more` : shown.join('; ');
};

const toValidationErrors = (found: Validation[]): ValidationError[] => {
  const byPath = new Map<string, Validation[]>();
  for (const fault of found) {
    const path = toPath(fault);
    const known = byPath.get(path);
    if (known) known.push(fault);
    else byPath.set(path, [fault]);
  }
  return [...byPath].map(([path, faults]) => ({path, message: toMessage(faults)}));
};

const toPath = ({instancePath, params}: Validation): string => {
  const {additionalProperty, missingProperty} = params ?? {};
  if (typeof additionalProperty === 'string') return joinPath(instancePath, additionalProperty);
  if (typeof missingProperty === 'string') return `${instancePath}/${missingProperty}`;
  return instancePath || '/';
};

/** Merges the errors of one path. A value outside a union has an error per member, plus one. */
const toMessage = (faults: Validation[]): string => {
  const constants = faults.filter(({keyword}) => keyword === 'const');
  if (constants.length > 1) {
    const allowed = constants.map(({params}) => JSON.stringify(params?.['allowedValue']));
    return `must be one of ${[...new Set(allowed)].join(', ')}`;
  }
  const own = faults.filter(({keyword}) => keyword !== 'anyOf');
  const messages = (own.length > 0 ? own : faults).map(({message = 'is not valid'}) => message);
  return [...new Set(messages)].join(', ');
};
