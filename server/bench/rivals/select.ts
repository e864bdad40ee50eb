// Fastify and one bare SELECT: the minimum cost of a lookup.
import type {TypeBoxTypeProvider} from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import postgres from 'postgres';

import {ResponseBody, RequestBody, PATH} from './uuid-routes.js';

const app = Fastify().withTypeProvider<TypeBoxTypeProvider>();
const sql = postgres(process.env['DATABASE_URL'] ?? '', {max: 20});

app.post(
  PATH,
  {schema: {body: RequestBody, response: {200: ResponseBody}}},
  async ({body: {uuid}}) => {
    const rows = await sql`select uuid, state from visits where uuid = ${uuid}`;
    return {
      status: 'success' as const,
      uuid,
      message: 'The session UUID is valid.',
      known: rows.length > 0,
    };
  },
);

await app.listen({port: Number(process.env['PORT'])});
