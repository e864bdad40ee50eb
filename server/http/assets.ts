import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';

import serveStatic from '@fastify/static';
import type {FastifyReply} from 'fastify';

import type {App} from './app-type.js';
import {FileEtags, matchesEtag} from './etag.js';
import {registerExamples} from './examples.js';

// dist/server/http/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
/** Folder of the built widget. */
export const WIDGET = path.join(PROJECT, 'dist/widget');
/** Whether the widget's files exist at startup. If so, no further files are added later. */
export const isWidgetBuilt = existsSync(WIDGET);
const YEAR_SECONDS = 31_536_000;
/** Cache time of the loader, after which a page gets a new release. */
const LOADER_SECONDS = 300;
const HASHED = /-[\w-]{8,}\.js(\.(br|gz))?$/;

export const readProjectVersion = (): string => {
  const manifest = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
};

/** URL prefixes of the widget. The loader retries the second: some browsers cache a failure. */
export const WIDGET_PREFIXES = ['/widget/', '/widget/again/'] as const;

export interface AssetOptions {
  development: boolean;
  /** Called for each file of the widget that is served. */
  onServed: () => void;
}

/** Serves the widget's files to any page, and the examples in development. */
export const registerAssets = async (
  app: App,
  {development, onServed}: AssetOptions,
): Promise<void> => {
  revalidateFiles(app);
  const etags = new FileEtags();
  for (const prefix of WIDGET_PREFIXES) await serveWidget(app, prefix, {onServed, etags});
  const loader = (cacheControl: string) => (_request: unknown, reply: FastifyReply) => {
    void reply.headers({
      'cross-origin-resource-policy': 'cross-origin',
      vary: 'accept-encoding',
    });
    return reply.header('cache-control', cacheControl).sendFile('maria-chat.js', {
      cacheControl: false,
    });
  };
  const hidden = {schema: {hide: true}};
  app.get('/maria-chat.js', hidden, loader(createRevalidatedCacheControl()));
  app.get('/v1/maria-chat.js', hidden, loader(createRevalidatedCacheControl()));
  if (development) {
    const built = path.join(PROJECT, 'dist/examples');
    await registerExamples(app, {
      folder: path.join(PROJECT, 'examples'),
      built,
      basePath: app.basePath,
    });
  }
};

/**
 * Headers that the library would judge by its own tag and time, which files do not have. A range that
 * depends on one gets the whole file: a part could continue a file of another release.
 */
const PRECONDITIONS = ['if-match', 'if-unmodified-since', 'if-range'];

/** Responds with 304 if the client already has the file, because the tags are not the library's. */
const revalidateFiles = (app: App): void => {
  app.addHook('onRequest', async ({raw}) => {
    if ('if-range' in raw.headers) delete raw.headers.range;
    for (const name of PRECONDITIONS) delete raw.headers[name];
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const etag = reply.raw.getHeader('etag');
    if (typeof etag !== 'string' || reply.statusCode !== 200) return payload;
    if (!matchesEtag(request.headers['if-none-match'], etag)) return payload;
    if (payload instanceof Readable) payload.destroy();
    void reply.code(304).removeHeader('content-length');
    return null;
  });
};

const serveWidget = async (
  app: App,
  prefix: string,
  {onServed, etags}: {onServed: () => void; etags: FileEtags},
): Promise<void> => {
  await app.register(serveStatic, {
    root: WIDGET,
    prefix,
    decorateReply: prefix === '/widget/',
    preCompressed: true,
    index: false,
    cacheControl: false,
    etag: false,
    lastModified: false,
    wildcard: !isWidgetBuilt,
    // The console has its own URLs and headers.
    globIgnore: ['console/**'],
    setHeaders: (response, file, stat) => {
      response.setHeader('etag', etags.get(file, stat));
      if (file.startsWith(WIDGET)) onServed();
      setAssetHeaders(
        response,
        HASHED.test(file) ? createImmutableCacheControl() : createRevalidatedCacheControl(),
      );
    },
  });
};

export const createImmutableCacheControl = () => `public, max-age=${YEAR_SECONDS}, immutable`;
const createRevalidatedCacheControl = () => `public, max-age=${LOADER_SECONDS}, must-revalidate`;

export const setAssetHeaders = (
  response: {setHeader(name: string, value: string): unknown},
  cacheControl: string,
): void => {
  response.setHeader('cache-control', cacheControl);
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
  // The URL has a body for each encoding, which caches must not confuse.
  response.setHeader('vary', 'accept-encoding');
};
