import {SerializerSelector} from '@fastify/fast-json-stringify-compiler';
import type {SerializerFactory} from '@fastify/fast-json-stringify-compiler';

type Serialize = ReturnType<ReturnType<SerializerFactory>>;

const known = new Map<string, Serialize>();

/**
 * Shares one serializer between all routes with the same response schema. Nearly all share their
 * errors: separate serializers would be the largest cost of a start, in time and memory. No schema
 * refers to another one, so all servers of a process can share them, too.
 */
export const createSharedSerializers: SerializerFactory = (externalSchemas, options) => {
  const compile = SerializerSelector()(externalSchemas, options);
  return (route) => {
    const key = JSON.stringify(route.schema);
    const serialize = known.get(key) ?? compile(route);
    known.set(key, serialize);
    return serialize;
  };
};
