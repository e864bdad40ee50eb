import type {} from '@fastify/rate-limit';
import type {} from '@fastify/swagger';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyPluginAsync,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type {TypeBoxTypeProvider} from '@fastify/type-provider-typebox';

/** Fastify instance whose handler types are derived from the schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Fastify plugin with typed options. Register it with `await app.register(plugin, {prefix, ...})`. */
export type Plugin<Options extends object> = FastifyPluginAsync<
  Options,
  RawServerDefault,
  TypeBoxTypeProvider,
  FastifyBaseLogger
>;
