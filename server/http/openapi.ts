import swagger from '@fastify/swagger';
import type {SwaggerTransform} from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import {Type} from 'typebox';
import type {TSchema} from 'typebox';

import {buildCsp} from './csp.js';
import {clientRateLimitKey} from './client-address.js';
import type {App} from './app-type.js';
import {DOCS_CSS, createDocsScript} from './docs-theme.js';
import {ICON} from './icon.js';
import {getBasePath} from './base-path.js';
import {serveJsonDocument} from './json-document.js';
import {RATE_MULTIPLES} from './rate-limits.js';
import {postProcessOpenApi} from './openapi-components.js';
import type {Description} from './openapi-components.js';

declare module 'fastify' {
  interface FastifySchema {
    /** Mark for the OpenAPI document: a request without a body is equivalent to one with `{}`. */
    'x-body-optional'?: boolean;
  }
}

const DOCS_PATH = '/api/docs';

/** Policy of the page that displays the OpenAPI document: no other host. */
const DOCS_POLICY = buildCsp({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
});

const INTRODUCTION = `Sessions by UUID and visitor token, consents, PDFs, and a confirmed e-mail address.

Every error is an \`ErrorBody\`; programs read its \`code\`. A URL that is not described here returns
404 \`not_found\`. A method that a URL does not support returns 405 \`method_not_allowed\` with
\`Allow\`. Headers of more than 32 KiB return 431 \`headers_too_large\`. A request from a page that
the site does not list returns 403 \`origin_not_allowed\`.`;

const TAGS = [
  {name: 'session', description: 'The visitor’s session'},
  {name: 'files', description: 'PDFs of the session'},
  {name: 'conversation', description: 'Messages and live events of the session'},
  {name: 'sites', description: 'Public settings of a site'},
  {name: 'owner', description: 'Calls of the console, for accounts of site owners'},
  {name: 'pages', description: 'Pages behind the links in e-mails'},
  {name: 'operation', description: 'Probes, monitoring and the description of the API'},
];

interface OpenApiOptions {
  publicUrl: string;
  version: string;
  ratePerMinute: number;
  production: boolean;
}

/** Serves the contract as OpenAPI 3.1, generated from the schemas that validate requests. */
export const registerOpenApi = async (
  app: App,
  {publicUrl, version, ratePerMinute, production}: OpenApiOptions,
): Promise<void> => {
  await app.register(swagger, {
    convertConstToEnum: false,
    transformObject: (made) =>
      postProcessOpenApi((made as {openapiObject: Description}).openapiObject) as never,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Maria Chat',
        version,
        description: INTRODUCTION,
        license: {name: 'MIT', identifier: 'MIT'},
      },
      servers: [{url: publicUrl}],
      tags: TAGS,
      components: {
        securitySchemes: {
          visitorToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'Visitor token, which is issued with the session UUID.',
          },
          sessionUuid: {
            type: 'apiKey',
            in: 'header',
            name: 'X-Session-UUID',
            description: 'Session UUID: a public reference, not a credential.',
          },
          consoleSession: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-maria_console',
            description:
              'Session of an account. Without HTTPS in development, the name is `maria_console`.',
          },
        },
      },
    },
  });
  await registerDocsPage(app, {
    basePath: getBasePath(publicUrl),
    ratePerMinute,
    development: !production,
  });
  serveJsonDocument(app, {
    path: '/api/openapi.json',
    ratePerMinute,
    schema: {
      operationId: 'describeApi',
      summary: 'This description of the API',
      description: 'OpenAPI 3.1, generated from the schemas that validate requests.',
      tags: ['operation'],
    },
    type: OpenApiDocument,
    read: () => app.swagger(),
  });
};

/** Serves a page that displays the OpenAPI document. */
const registerDocsPage = async (
  app: App,
  {
    basePath,
    ratePerMinute,
    development,
  }: {basePath: string; ratePerMinute: number; development: boolean},
): Promise<void> => {
  const limitDocuments = app.rateLimit({
    max: ratePerMinute * RATE_MULTIPLES.config,
    keyGenerator: (request) => `documents ${clientRateLimitKey(request)}`,
  });
  await app.register(async (scope) => {
    // The plugin's own hooks leave out its static files.
    scope.addHook('onRequest', limitDocuments);
    scope.addHook('onRequest', async (request, reply) => {
      // The plugin redirects without the base path, and loops with a query.
      if (request.routeOptions.url !== `${DOCS_PATH}/static/index.html`) return;
      return reply.redirect(`${basePath}${DOCS_PATH}/`);
    });
    await scope.register(swaggerUi, {
      routePrefix: DOCS_PATH,
      staticCSP: DOCS_POLICY,
      // The page refers to its files by absolute paths.
      indexPrefix: basePath,
      theme: {
        title: 'Maria Chat: API',
        css: [{filename: 'own.css', content: DOCS_CSS}],
        js: [{filename: 'header.js', content: createDocsScript(basePath, development)}],
        favicon: [
          {filename: 'icon.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: ICON},
        ],
      },
    });
  });
};

/** Adds a body schema to the OpenAPI document of a route that parses its body as a stream. */
export const describeBody =
  (body: TSchema): SwaggerTransform =>
  ({schema, url}) => ({schema: {...schema, body}, url});

const OpenApiDocument = Type.Unsafe<object>(
  Type.Object(
    {openapi: Type.String()},
    {additionalProperties: true, description: 'The description that you are reading.'},
  ),
);
