import fc from 'fast-check';
import type {Arbitrary} from 'fast-check';

import {hostileString} from './fuzz-values.js';

/**
 * Generates JSON texts of a value: mostly correct, otherwise with a changed part or damaged text.
 */
export const jsonTexts = (values: Arbitrary<unknown>): Arbitrary<Buffer> =>
  fc.oneof(
    {weight: 14, arbitrary: values.map(toJson)},
    {weight: 6, arbitrary: fc.tuple(values, changes).map(([value, change]) => change(value))},
    {weight: 4, arbitrary: fc.tuple(values.map(toJson), breaks).map(([text, one]) => one(text))},
    {weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text))},
    {weight: 1, arbitrary: fc.uint8Array({maxLength: 200}).map((bytes) => Buffer.from(bytes))},
  );

const toJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? '');

const DEEP = 10_000;
const deepArray = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
const deepObject = `${'{"a":'.repeat(DEEP / 4)}1${'}'.repeat(DEEP / 4)}`;

/** Placeholder for a text that is not the JSON of any value, for example `1e400`. */
const HOLE = 'hole-6f1d';

const foreign: Arbitrary<string> = fc.oneof(
  hostileString.map((text) => JSON.stringify(text)),
  fc.constantFrom(
    ...['null', 'true', '[]', '{}', '0', '-0', '1e400', '-1e-400', '1.0000000000000000001'],
    ...['99999999999999999999', '"\\ud800"', '"\\u0000"', '"\\udc00\\ud800"', '[[[]]]'],
    ...['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}'],
    ...['{"toString":1}', '{"length":1e9}', deepArray, deepObject],
  ),
);

/** Functions that replace, remove or add one part of a value. */
const changes: Arbitrary<(value: unknown) => Buffer> = fc
  .record({
    where: fc.nat({max: 40}),
    how: fc.constantFrom('replace', 'remove', 'add'),
    key: fc.oneof(hostileString, fc.constantFrom('__proto__', 'constructor', 'admin', 'uuid')),
    put: foreign,
  })
  .map(({where, how, key, put}) => (value: unknown) => {
    const copy = structuredClone(value);
    const places = findPlaces(copy);
    const place = places[where % Math.max(1, places.length)];
    if (!place) return Buffer.from(put);
    if (how === 'remove') delete place.parent[place.key];
    else define(place.parent, how === 'add' ? key : place.key, HOLE);
    return Buffer.from((JSON.stringify(copy) ?? '').replace(`"${HOLE}"`, () => put));
  });

interface Place {
  parent: Record<string, unknown>;
  key: string;
}

const findPlaces = (value: unknown): Place[] => {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{parent, key}, ...findPlaces(parent[key])]);
};

/** Defines a property, because an assignment to `__proto__` would not create one. */
const define = (parent: object, key: string, value: unknown) =>
  Object.defineProperty(parent, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });

/** Functions that damage the text itself. */
const breaks: Arbitrary<(text: Buffer) => Buffer> = fc.oneof(
  fc
    .constantFrom(
      '{"__proto__":{"admin":true},',
      '{"\\u005f_proto__":1,',
      '{"constructor":{"prototype":{"admin":true}},',
      '{"uuid":"x","uuid":"y",',
      '{,',
      '\ufeff{',
      '\u00a0{',
      '/**/{',
      '[{',
    )
    .map((start) => (text: Buffer) => Buffer.from(text.toString().replace('{', () => start))),
  fc.nat({max: 300}).map((length) => (text: Buffer) => text.subarray(0, length)),
  fc.tuple(fc.nat({max: 300}), fc.uint8Array({minLength: 1, maxLength: 4})).map(
    ([at, bytes]) =>
      (text: Buffer) =>
        Buffer.concat([text.subarray(0, at), bytes, text.subarray(at + 1)]),
  ),
  fc
    .constantFrom('', 'null', '"text"', '[]', '0', deepArray, deepObject, ' '.repeat(1_000))
    .map((whole) => () => Buffer.from(whole)),
  fc.constant((text: Buffer) => Buffer.concat([text, Buffer.alloc(70_000, 0x20)])),
  fc.constant((text: Buffer) => Buffer.concat([text, text])),
  fc.constant((text: Buffer) => Buffer.from(text.toString(), 'utf16le')),
);
