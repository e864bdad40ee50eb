import {Type} from 'typebox';

import type {App} from './app-type.js';
import {responseSchemas} from './response-schemas.js';
import {createEtag, matchesEtag} from './etag.js';
import {createRateLimit} from './rate-limits.js';

export interface JsonDocument {
  path: string;
  ratePerMinute: number;
  schema: {operationId: string; summary: string; description: string; tags: string[]};
  /** Schema of the document, for the OpenAPI document. */
  type: ReturnType<typeof Type.Unsafe<object>>;
  read: () => object;
}

const ETAG = {etag: {type: 'string', description: 'Entity tag, which changes with the document.'}};

/** Serves a large document that stays the same while the server runs. Serialises it once. */
export const serveJsonDocument = (
  app: App,
  {path, ratePerMinute, schema, type, read}: JsonDocument,
): void => {
  let document: {body: Buffer; etag: string} | undefined;
  const serialised = () => {
    const body = Buffer.from(JSON.stringify(read()));
    return {body, etag: createEtag(body)};
  };
  app.get(
    path,
    {
      config: createRateLimit(ratePerMinute, 'config'),
      schema: {
        ...schema,
        security: [],
        headers: Type.Object({
          'if-none-match': Type.Optional(
            Type.String({description: 'The `ETag` of an earlier response.'}),
          ),
        }),
        response: responseSchemas(
          {
            200: Type.Unsafe<object>({...type, headers: ETAG}),
            304: Type.Null({description: 'The document has not changed.', headers: ETAG}),
          },
          [],
        ),
      },
    },
    (request, reply) => {
      const {body, etag} = (document ??= serialised());
      void reply.header('etag', etag).header('cache-control', 'no-cache');
      if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send(null);
      return reply.type('application/json; charset=utf-8').send(body);
    },
  );
};
