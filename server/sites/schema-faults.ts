import {Compile} from 'typebox/compile';
import type {TSchema} from 'typebox';

import type {ValidationError} from '../errors.js';

/** Where a value departs from a schema, each fault once and with its path. */
export const validateSchema = (schema: TSchema, value: unknown, path = ''): ValidationError[] =>
  Compile(schema)
    .Errors(value)
    .flatMap(({keyword, instancePath, params, message}): ValidationError[] => {
      const at = `${path}${instancePath}`;
      const told = params as {additionalProperties?: string[]; requiredProperties?: string[]};
      switch (keyword) {
        // They say again, without a reason, what `additionalProperties` and the branches say.
        case 'boolean':
        case 'anyOf':
          return [];
        case 'additionalProperties':
          return each(at, told.additionalProperties, 'is not known here');
        case 'required':
          return each(at, told.requiredProperties, 'is missing');
        default:
          return [{path: at || '/', message: `${message}${allowed(params)}`}];
      }
    });

const each = (path: string, names: string[] = [], message: string): ValidationError[] =>
  names.map((name) => ({path: `${path}/${name}`, message}));

const allowed = (params: object): string => {
  const {allowedValues, allowedValue, pattern} = params as Record<string, unknown>;
  if (Array.isArray(allowedValues)) return ` (${allowedValues.join(', ')})`;
  if (allowedValue !== undefined) return ` (${JSON.stringify(allowedValue)})`;
  return pattern instanceof RegExp ? ` (${pattern.source})` : '';
};
