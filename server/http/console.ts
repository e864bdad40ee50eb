import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';

import serveStatic from '@fastify/static';
import type {FastifyReply, FastifyRequest} from 'fastify';

import type {ConsoleSettings} from '../config/console.js';
import type {App} from './app-type.js';
import {WIDGET, createImmutableCacheControl} from './assets.js';
import {getBasePath} from './base-path.js';
import {CSP_HEADER, buildCsp} from './csp.js';
import {FileEtags, createEtag} from './etag.js';
import {escapeHtml} from './html.js';

/** Path of the console below the base path of its URL. */
const CONSOLE = '/console';
/** Path of the files. Their names contain a hash. Other paths are places in the console. */
const ASSETS = 'assets';
/** Path of the page in the sandboxed frame. */
const FRAME = 'pages';

/** Policy of the console: files and calls of its own host, and no markup that a text could become. */
const SHELL_POLICY = buildCsp({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'frame-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  // Lit creates this Trusted Types policy.
  'trusted-types': 'lit-html',
});

/**
 * Returns the policy of the page that draws the pages of PDFs. It runs without an origin and reaches
 * nothing, and only the console can show it. Without an origin, a browser may not match `'self'`.
 */
const createFramePolicy = ({origin}: ConsoleSettings): string => {
  const files = `'self' ${origin}`;
  return buildCsp({
    'default-src': "'none'",
    'script-src': files,
    'style-src': files,
    'img-src': 'blob: data:',
    'font-src': 'blob: data:',
    'connect-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': files,
    sandbox: 'allow-scripts',
  });
};

const PERMISSIONS = 'camera=(), clipboard-write=(self), geolocation=(), microphone=()';

/** Files of the build: the script of the console, and that of the frame. */
interface Manifest {
  script: string;
  pages: string;
}

interface Document {
  html: string;
  etag: string;
  policy: string;
  /** Whether another page can have it in a frame. */
  isFrame: boolean;
}

export interface ConsoleOptions {
  console: ConsoleSettings;
  /** Folder of the built console. */
  folder: string | undefined;
}

/**
 * Serves the console. Each of its URLs has the same page, without data: the script of the page
 * requests the data. Without a build, there is no console.
 */
export const registerConsole = async (
  app: App,
  {console, folder = path.join(WIDGET, 'console')}: ConsoleOptions,
): Promise<void> => {
  const manifest = path.join(folder, 'manifest.json');
  if (!existsSync(manifest)) return;
  const {script, pages} = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  const basePath = getBasePath(console.url).replace(/\/console$/, '');
  const create = (file: string, policy: string, isFrame: boolean): Document => {
    const html = renderDocument(basePath, file, isFrame);
    return {html, etag: createEtag(html), policy, isFrame};
  };
  const shell = create(script, SHELL_POLICY, false);
  const frame = create(pages, createFramePolicy(console), true);
  await serveFiles(app, folder);
  const hidden = {schema: {hide: true}};
  app.get(CONSOLE, hidden, (_request: FastifyRequest, reply) =>
    reply.redirect(`${basePath}${CONSOLE}/`),
  );
  app.get(`${CONSOLE}/`, hidden, (_request, reply) => sendDocument(reply, shell));
  app.get<{Params: {'*': string}}>(`${CONSOLE}/*`, hidden, (request, reply) => {
    const place = request.params['*'];
    if (place === `${FRAME}/`) return sendDocument(reply, frame);
    const [first = ''] = place.split('/');
    if ([ASSETS, FRAME].includes(first)) return reply.callNotFound();
    return sendDocument(reply, shell);
  });
};

const renderDocument = (basePath: string, file: string, isFrame: boolean): string => {
  const src = escapeHtml(`${basePath}${CONSOLE}/${ASSETS}/${file}`);
  const icon = `<link rel="icon" href="${escapeHtml(basePath)}/assets/icon.svg" type="image/svg+xml">\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Maria Chat</title>
${isFrame ? '' : icon}<script type="module" src="${src}"${isFrame ? ' crossorigin' : ''}></script>
</head>
<body>
<noscript><p>The console needs JavaScript.</p></noscript>
</body>
</html>
`;
};

const sendDocument = (reply: FastifyReply, {html, etag, policy, isFrame}: Document) => {
  // The hook for files compares this header with the request.
  reply.raw.setHeader('etag', etag);
  if (!isFrame)
    void reply.headers({'cross-origin-opener-policy': 'same-origin', 'x-frame-options': 'DENY'});
  return reply
    .headers({
      [CSP_HEADER]: policy,
      'cache-control': 'no-cache',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': PERMISSIONS,
      'x-robots-tag': 'noindex',
    })
    .type('text/html; charset=utf-8')
    .send(html);
};

/** Serves the files of the build. Browsers keep them, because their names contain a hash. */
const serveFiles = async (app: App, root: string): Promise<void> => {
  const etags = new FileEtags();
  await app.register(async (scope) => {
    // The frame has no origin, so the browser requests its files as from another one.
    scope.addHook('onRequest', async (_request, reply) => {
      void reply.headers({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      });
    });
    await scope.register(serveStatic, {
      root,
      prefix: `${CONSOLE}/${ASSETS}/`,
      decorateReply: false,
      preCompressed: true,
      index: false,
      cacheControl: false,
      etag: false,
      lastModified: false,
      wildcard: false,
      globIgnore: ['manifest.json'],
      setHeaders: (response, file, stat) => {
        response.setHeader('etag', etags.get(file, stat));
        response.setHeader('cache-control', createImmutableCacheControl());
        response.setHeader('vary', 'accept-encoding');
        response.setHeader('x-robots-tag', 'noindex');
      },
    });
  });
};
