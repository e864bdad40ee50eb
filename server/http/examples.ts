import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';

import serveStatic from '@fastify/static';
import type {FastifyReply} from 'fastify';

import type {App} from './app-type.js';
import {CSP_HEADER, buildCsp} from './csp.js';
import type {CspDirectives} from './csp.js';

/** Policy of most pages: files of this server, and nothing inline. */
const SAME_HOST: CspDirectives = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** Returns the strictest policy: scripts by nonce, and Trusted Types. */
const createStrictestPolicy = (nonce: string): CspDirectives => ({
  ...SAME_HOST,
  'script-src': `'nonce-${nonce}' 'strict-dynamic'`,
  'img-src': "'self'",
  'require-trusted-types-for': "'script'",
  // Lit creates this Trusted Types policy.
  'trusted-types': 'lit-html',
});

/** Policies of the playground, which shows a page of this server in a frame. */
const OWN_POLICIES: Record<string, CspDirectives> = {
  'playground.html': {...SAME_HOST, 'frame-src': "'self'"},
  'playground-frame.html': {...SAME_HOST, 'frame-ancestors': "'self'"},
};

/** Policy for Angular, which compiles its templates in the browser unless its own build did so. */
const COMPILING: CspDirectives = {...SAME_HOST, 'script-src': "'self' 'unsafe-eval'"};

/** Pages whose URL does not contain their file name. */
const FRONT_PAGES = [
  ['/', 'index.html'],
  ['/examples/', 'list.html'],
] as const;

const STRICT = 'strict-csp.html';

export interface ExampleFolders {
  /** Folder of the pages that are served without a build. */
  folder: string;
  /** Folder of the pages that `server/scripts/frameworks.mjs` builds. */
  built: string;
  /** Path below which a proxy serves this server. */
  basePath: string;
}

/** Serves the demo page and the pages that show each way of using the chat, only in development. */
export const registerExamples = async (
  app: App,
  {folder, built, basePath}: ExampleFolders,
): Promise<void> => {
  const hidden = {schema: {hide: true}};
  await app.register(serveStatic, {
    root: folder,
    prefix: '/examples/',
    decorateReply: false,
    index: false,
    cacheControl: false,
    setHeaders: (response, file) => {
      const policy = OWN_POLICIES[path.relative(folder, file)] ?? SAME_HOST;
      response.setHeader('cache-control', 'no-cache');
      response.setHeader(CSP_HEADER, buildCsp(policy));
    },
  });
  if (existsSync(built)) await registerFrameworkPages(app, built);
  const readPage = async (file: string) =>
    prefixBasePath(await readFile(path.join(folder, file), 'utf8'), basePath);
  const sendPage = async (reply: FastifyReply, file: string) =>
    reply
      .header(CSP_HEADER, buildCsp(OWN_POLICIES[file] ?? SAME_HOST))
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(await readPage(file));
  const pages = (await readdir(folder)).filter((name) => /^[\w-]+\.html$/.test(name));
  for (const [url, file] of [
    ...FRONT_PAGES,
    ...pages.filter((name) => name !== STRICT).map((name) => [`/examples/${name}`, name] as const),
  ]) {
    app.get(url, hidden, (_request, reply) => sendPage(reply, file));
  }
  app.get('/examples', hidden, (_request, reply) => reply.redirect(`${basePath}/examples/`));
  app.get(`/examples/${STRICT}`, hidden, async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header(CSP_HEADER, buildCsp(createStrictestPolicy(nonce)))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send((await readPage(STRICT)).replaceAll('nonce=""', `nonce="${nonce}"`));
  });
};

/** Returns a page whose links and files on its own host are below the base path. */
const prefixBasePath = (html: string, basePath: string): string =>
  html.replaceAll(/(\s(?:href|src)=")\/(?!\/)/g, `$1${basePath}/`);

const registerFrameworkPages = async (app: App, built: string): Promise<void> => {
  await app.register(serveStatic, {
    root: built,
    prefix: '/examples/frameworks/',
    decorateReply: false,
    index: false,
    cacheControl: false,
    setHeaders: (response, file) => {
      const policy = path.relative(built, file).startsWith('angular') ? COMPILING : SAME_HOST;
      response.setHeader('cache-control', 'no-cache');
      response.setHeader(CSP_HEADER, buildCsp(policy));
    },
  });
};
