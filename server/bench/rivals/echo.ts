// Fastify without work: the minimum cost of a response.
import type {TypeBoxTypeProvider} from '@fastify/type-provider-typebox';
import Fastify from 'fastify';

import {ResponseBody, RequestBody, PATH} from './uuid-routes.js';

const app = Fastify().withTypeProvider<TypeBoxTypeProvider>();

app.post(
  PATH,
  {schema: {body: RequestBody, response: {200: ResponseBody}}},
  async ({body: {uuid}}) => ({
    status: 'success' as const,
    uuid,
    message: 'The session UUID is valid.',
  }),
);

await app.listen({port: Number(process.env['PORT'])});
