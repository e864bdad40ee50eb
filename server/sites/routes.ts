import {Type} from 'typebox';
import {Compile} from 'typebox/compile';

import {Locale, SiteKey} from '../contract/common.js';
import type {SiteConfig} from '../contract/sites.js';
import {SiteConfig as SiteConfigSchema} from '../contract/sites.js';
import type {Config} from '../config/config.js';
import {UnknownSite} from '../errors.js';
import type {Plugin} from '../http/app-type.js';
import {responseSchemas} from '../http/response-schemas.js';
import {createEtag, matchesEtag} from '../http/etag.js';
import {createRateLimit} from '../http/rate-limits.js';
import {findPageOrigin, requireAllowedOrigin} from './origin.js';
import type {Site, Sites} from './store.js';

export interface SiteRouteDeps {
  config: Config;
  sites: Sites;
  getPublicConfig: (site: Site) => SiteConfig;
  /** Called when a page that may load the chat requests the settings. */
  onLoaded: (site: Site, origin: string | undefined) => void;
}

const KEY = Compile(SiteKey);
const ETAG = {etag: {type: 'string', description: 'Changes with the response.'}};

export const siteRoutes: Plugin<SiteRouteDeps> = async (app, deps) => {
  const {config, sites, getPublicConfig, onLoaded} = deps;
  app.get(
    '/:key/config',
    {
      config: createRateLimit(config.ratePerMinute, 'config'),
      schema: {
        operationId: 'getSiteConfig',
        summary: 'A site’s public settings, conversation and limits',
        description: 'Requested when the widget is first opened. Revalidated with its `ETag`.',
        tags: ['sites'],
        security: [],
        // Not validated here: an invalid key gets the same response as an unknown site.
        params: Type.Object({
          key: Type.String({
            description: 'The value of `data-site`.',
            examples: ['demo'],
          }),
        }),
        querystring: Type.Object({
          locale: Type.Optional(
            Type.String({
              ...Locale,
              description: 'The visitor’s language, as the browser reports it.',
            }),
          ),
        }),
        headers: Type.Object({
          'if-none-match': Type.Optional(
            Type.String({description: 'The `ETag` of an earlier response.'}),
          ),
        }),
        response: responseSchemas(
          {
            200: Type.Unsafe<SiteConfig>({...SiteConfigSchema, headers: ETAG}),
            304: Type.Null({description: 'Unchanged since that response.', headers: ETAG}),
          },
          // `not_found`: the key is too long for a URL.
          ['unknown_site', 'not_found', 'origin_not_allowed'],
        ),
      },
    },
    async (request, reply) => {
      const {key} = request.params;
      const site = KEY.Check(key) ? await sites.find(key) : undefined;
      if (!site) throw new UnknownSite();
      requireAllowedOrigin(site, request.headers.origin, config);
      onLoaded(site, findPageOrigin(request.headers, config));
      const response = getPublicConfig(site);
      const etag = createEtag(JSON.stringify(response));
      void reply.header('etag', etag).header('cache-control', 'no-cache');
      if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send(null);
      return reply.send(response);
    },
  );
};
