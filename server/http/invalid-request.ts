import {InvalidRequest, NotFound} from '../errors.js';
import type {Fault, MariaError} from '../errors.js';

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

/** What does not fit its schema, each place once. */
export const invalidRequest = (found: Validation[], context = 'body'): MariaError => {
  const faults = faultsOf(found);
  const where = faults.map(({path, message}) => `${path} ${message}`).join('; ');
  // A part of the path that cannot be: there is nothing with such a name.
  if (context === 'params') return new NotFound(`There is nothing at this address: ${where}.`);
  return new InvalidRequest(
    `${WHERE[context] ?? WHERE['body']} the expected form: ${where}. ` +
      'The expected form is in /api/openapi.json.',
    {faults},
  );
};

const faultsOf = (found: Validation[]): Fault[] => {
  const places = new Map<string, Validation[]>();
  for (const fault of found) {
    const path = pathOf(fault);
    places.set(path, [...(places.get(path) ?? []), fault]);
  }
  return [...places].map(([path, faults]) => ({path, message: messageOf(faults)}));
};

const pathOf = ({instancePath, params}: Validation): string => {
  const extra = params?.['additionalProperty'] ?? params?.['missingProperty'];
  return `${instancePath}${typeof extra === 'string' ? `/${extra}` : ''}` || '/';
};

/** A value that is none of several gets a fault for each of them, and one for all. */
const messageOf = (faults: Validation[]): string => {
  const constants = faults.filter(({keyword}) => keyword === 'const');
  if (constants.length > 1) {
    const allowed = constants.map(({params}) => JSON.stringify(params?.['allowedValue']));
    return `must be one of ${[...new Set(allowed)].join(', ')}`;
  }
  const own = faults.filter(({keyword}) => keyword !== 'anyOf');
  const messages = (own.length > 0 ? own : faults).map(({message = 'is not valid'}) => message);
  return [...new Set(messages)].join(', ');
};
