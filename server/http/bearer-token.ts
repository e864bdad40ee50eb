import type {FastifyRequest} from 'fastify';

/** Scheme and token of RFC 6750, 2.1. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

/** Returns the token of the `Authorization` header. Undefined if there is none of that form. */
export const readBearerToken = ({headers}: FastifyRequest): string | undefined =>
  BEARER.exec(headers.authorization ?? '')?.[1];
