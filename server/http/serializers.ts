import {SerializerSelector} from '@fastify/fast-json-stringify-compiler';
import type {SerializerFactory} from '@fastify/fast-json-stringify-compiler';

/**
 * One serializer for a schema, however many routes answer with it. Nearly all of them share their
 * errors: a serializer for each would be most of what a start costs, in time and in memory.
 */
export const sharedSerializers: SerializerFactory = (externalSchemas, options) => {
  const compile = SerializerSelector()(externalSchemas, options);
  const known = new Map<string, ReturnType<typeof compile>>();
  return (route) => {
    const key = JSON.stringify(route.schema);
    const serialize = known.get(key) ?? compile(route);
    known.set(key, serialize);
    return serialize;
  };
};
