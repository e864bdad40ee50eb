import {SerializerSelector} from '@fastify/fast-json-stringify-compiler';
import type {SerializerFactory} from '@fastify/fast-json-stringify-compiler';

/**
 * Shares one serializer between all routes with the same response schema. Nearly all share their
 * errors: separate serializers would be the largest cost of a start, in time and memory.
 */
export const createSharedSerializers: SerializerFactory = (externalSchemas, options) => {
  const compile = SerializerSelector()(externalSchemas, options);
  const known = new Map<string, ReturnType<typeof compile>>();
  return (route) => {
    const key = JSON.stringify(route.schema);
    const serialize = known.get(key) ?? compile(route);
    known.set(key, serialize);
    return serialize;
  };
};
