import {Compile} from 'typebox/compile';
import type {TSchema} from 'typebox';

import type {ValidationError} from '../errors.js';

/** Returns the errors of a value under a schema, each once and with its path. */
export const validateSchema = (schema: TSchema, value: unknown, path = ''): ValidationError[] =>
  Compile(schema)
    .Errors(value)
    .flatMap(({keyword, instancePath, params, message}): ValidationError[] => {
      const at = `${path}${instancePath}`;
      const details = params as {additionalProperties?: string[]; requiredProperties?: string[]};
      switch (keyword) {
        // They repeat, without a reason, the errors of `additionalProperties` and of the branches.
        case 'boolean':
        case 'anyOf':
          return [];
        case 'additionalProperties':
          return createErrors(at, details.additionalProperties, 'is not an allowed property');
        case 'required':
          return createErrors(at, details.requiredProperties, 'is missing');
        default:
          return [{path: at || '/', message: `${message}${allowed(params)}`}];
      }
    });

const createErrors = (path: string, names: string[] = [], message: string): ValidationError[] =>
  names.map((name) => ({path: `${path}/${name}`, message}));

const allowed = (params: object): string => {
  const {allowedValues, allowedValue, pattern} = params as Record<string, unknown>;
  if (Array.isArray(allowedValues)) return ` (${allowedValues.join(', ')})`;
  if (allowedValue !== undefined) return ` (${JSON.stringify(allowedValue)})`;
  return pattern instanceof RegExp ? ` (${pattern.source})` : '';
};
