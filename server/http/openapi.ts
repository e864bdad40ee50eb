import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';

import type {App} from './app-type.js';

/** What the browsable document's own page needs, and no other host. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The contract as OpenAPI 3.1, made from the schemas that the routes check with. */
export const registerOpenApi = async (
  app: App,
  {publicUrl, version}: {publicUrl: string; version: string},
): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Maria Chat',
        version,
        description:
          'Sessions by UUID and visitor token, consents, PDFs, and a confirmed e-mail address.',
        license: {name: 'MIT', identifier: 'MIT'},
      },
      servers: [{url: publicUrl}],
      tags: [
        {name: 'session', description: 'The visitor’s session'},
        {name: 'files', description: 'Its PDFs'},
        {name: 'sites', description: 'What the widget needs to know of a site'},
      ],
      components: {
        securitySchemes: {
          visitorToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token that came with the session UUID.',
          },
          sessionUuid: {type: 'apiKey', in: 'header', name: 'X-Session-UUID'},
        },
      },
    },
  });
  await app.register(swaggerUi, {routePrefix: '/api/docs', staticCSP: DOCS_POLICY});
  app.get('/api/openapi.json', {schema: {hide: true}}, () => app.swagger());
};
