import {createHash} from 'node:crypto';

import {Type} from 'typebox';

import {DEFAULT_CONVERSATION} from '../contract/conversation.js';
import {Locale, SiteKey} from '../contract/common.js';
import type {SiteConfig} from '../contract/sites.js';
import {SiteConfig as SiteConfigSchema} from '../contract/sites.js';
import type {Config} from '../config.js';
import {UnknownSite} from '../errors.js';
import type {App} from '../http/app-type.js';
import {answers} from '../http/answers.js';
import {rateLimit} from '../http/rate-limits.js';
import {siteLimits} from './limits.js';
import {demandAllowedOrigin} from './origin.js';
import type {Site, Sites} from './store.js';

export interface SiteRouteParts {
  config: Config;
  sites: Sites;
  version: string;
}

export const siteRoutes = (app: App, {config, sites, version}: SiteRouteParts): void => {
  app.get(
    '/api/sites/:key/config',
    {
      config: rateLimit(config.ratePerMinute, 'config'),
      schema: {
        summary: 'A site’s public settings, conversation and limits',
        tags: ['sites'],
        params: Type.Object({key: SiteKey}),
        querystring: Type.Object({locale: Type.Optional(Locale)}, {additionalProperties: false}),
        response: answers({200: SiteConfigSchema, 304: Type.Null()}, [
          'invalid_request',
          'unknown_site',
          'origin_not_allowed',
        ]),
      },
    },
    async (request, reply) => {
      const {key} = request.params;
      const site = await sites.find(key);
      if (!site) throw new UnknownSite(`There is no site "${key}". Check data-site.`);
      demandAllowedOrigin(site, request.headers.origin, config);
      const shown = publicConfig(site, config, version);
      const etag = `"${createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22)}"`;
      void reply.header('etag', etag).header('cache-control', 'no-cache');
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(null);
      return reply.send(shown);
    },
  );
};

const publicConfig = (site: Site, config: Config, version: string): SiteConfig => {
  const {maxFiles, minFiles, maxFileBytes} = siteLimits(site, config.limits);
  return {
    site: site.key,
    name: site.name,
    version,
    limits: {max_files: maxFiles, min_files: minFiles, max_file_bytes: maxFileBytes},
    privacy_url: site.settings.privacy_url ?? null,
    conversation: site.settings.conversation ?? DEFAULT_CONVERSATION,
  };
};
