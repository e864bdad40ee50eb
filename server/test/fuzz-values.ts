import fc from 'fast-check';
import type {Arbitrary} from 'fast-check';

import {HOSTILE_STRINGS} from './hostile-strings.js';
import type {JsonSchema, OpenApiDocument} from './openapi-document.js';

/** Likely values by the name of a property or parameter, which pass the first check of a route. */
export type Hints = Record<string, Arbitrary<unknown>>;

export const hostileString: Arbitrary<string> = fc.oneof(
  {weight: 4, arbitrary: fc.constantFrom(...HOSTILE_STRINGS)},
  {weight: 1, arbitrary: fc.string({unit: 'binary', maxLength: 40})},
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...HOSTILE_STRINGS), fc.constantFrom(...HOSTILE_STRINGS))
      .map(([a, b]) => a + b),
  },
);

/** Generates values that match a schema of the description. */
export const createValues = (
  document: OpenApiDocument,
  schema: JsonSchema,
  hints: Hints = {},
): Arbitrary<unknown> => {
  const inner = (jsonSchema: JsonSchema) => createValues(document, jsonSchema, hints);
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? '';
    return inner(document.components.schemas[name] ?? {});
  }
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if (Array.isArray(schema['anyOf'])) {
    return fc.oneof(...(schema['anyOf'] as JsonSchema[]).map(inner));
  }
  switch (schema['type']) {
    case 'object':
      return createObjects(schema, (name, jsonSchema) => withHint(hints[name], inner(jsonSchema)));
    case 'array':
      return fc.array(inner((schema['items'] as JsonSchema | undefined) ?? {}), {
        minLength: getNumber(schema, 'minItems', 0),
        maxLength: getNumber(schema, 'maxItems', 3),
      });
    case 'string':
      return createStrings(schema);
    case 'integer':
      return fc.integer({
        min: getNumber(schema, 'minimum', -1_000),
        max: getNumber(schema, 'maximum', 10_000),
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.oneof(fc.uuid({version: 4}), hostileString, fc.jsonValue({maxDepth: 2}));
  }
};

const withHint = (hint: Arbitrary<unknown> | undefined, plain: Arbitrary<unknown>) =>
  hint ? fc.oneof({weight: 3, arbitrary: hint}, {weight: 1, arbitrary: plain}) : plain;

const createObjects = (
  schema: JsonSchema,
  inner: (name: string, schema: JsonSchema) => Arbitrary<unknown>,
): Arbitrary<unknown> => {
  const [pattern] = Object.entries(
    (schema['patternProperties'] ?? {}) as Record<string, JsonSchema>,
  );
  if (pattern) {
    const names = createStrings({type: 'string', pattern: pattern[0]});
    return fc.dictionary(names, inner('', pattern[1]), {maxKeys: 5});
  }
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, inner(name, one)]),
  );
  const requiredKeys = (schema['required'] as string[] | undefined) ?? [];
  return fc
    .record(model, {requiredKeys})
    .filter((value) => Object.keys(value).length >= getNumber(schema, 'minProperties', 0));
};

const createStrings = (schema: JsonSchema): Arbitrary<string> => {
  if (schema['format'] === 'uuid') return fc.uuid();
  const minLength = getNumber(schema, 'minLength', 0);
  const maxLength = getNumber(schema, 'maxLength', 12_000);
  const fits = (text: string) => {
    const {length} = [...text];
    return length >= minLength && length <= maxLength;
  };
  if (typeof schema['pattern'] === 'string') {
    const pattern = new RegExp(schema['pattern'], 'u');
    const plain = fc.stringMatching(pattern, {maxLength: Math.min(maxLength, 40)});
    const hostile = HOSTILE_STRINGS.filter((text) => pattern.test(text) && fits(text));
    if (hostile.length === 0) return plain.filter(fits);
    return fc.oneof(plain.filter(fits), fc.constantFrom(...hostile));
  }
  const plain = fc.string({unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60)});
  return fc.oneof(plain.filter(fits), fc.constantFrom(...HOSTILE_STRINGS.filter(fits)));
};

const getNumber = (schema: JsonSchema, key: string, otherwise: number): number =>
  typeof schema[key] === 'number' ? schema[key] : otherwise;
