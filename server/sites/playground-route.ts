import {Type} from 'typebox';

import type {Config} from '../config/config.js';
import type {Conversation} from '../contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import type {Sql} from '../database/sql.js';
import type {ValidationError} from '../errors.js';
import type {Plugin} from '../http/app-type.js';
import {createRateLimit} from '../http/rate-limits.js';
import {findWarnings} from './conversation-warnings.js';
import {PLAYGROUND_SITE} from './demo-sites.js';
import {requireAllowedOrigin} from './origin.js';
import {saveSite} from './store.js';
import type {Site, Sites} from './store.js';
import {validateConversation} from './validate-conversation.js';

export interface PlaygroundDeps {
  config: Config;
  sql: Sql;
  sites: Sites;
}

interface Report {
  errors: ValidationError[];
  warnings: ValidationError[];
}

const MAX_BODY_BYTES = 1_048_576;

/** Saves the conversation that the playground previews. Only development has this route. */
export const playgroundRoute: Plugin<PlaygroundDeps> = async (app, {config, sql, sites}) => {
  const options = {
    bodyLimit: MAX_BODY_BYTES,
    config: createRateLimit(config.ratePerMinute, 'config'),
  };
  app.get('/conversation', {...options, schema: {hide: true}}, async () => DEFAULT_CONVERSATION);
  app.put(
    '/conversation',
    // The conversation is validated in the handler, whose response has all errors.
    {...options, schema: {hide: true, body: Type.Unknown()}},
    async ({body, headers}): Promise<Report> => {
      const site = createSite(config.publicUrl);
      requireAllowedOrigin(site, headers.origin, config);
      const errors = validateConversation(body, '');
      if (errors.length > 0) return {errors, warnings: []};
      const conversation = body as Conversation;
      await saveSite(sql, {...site, settings: {...site.settings, conversation}});
      sites.uncache(site.key);
      return {errors, warnings: findWarnings(conversation, '')};
    },
  );
};

/** Returns a site without replies, whose chat begins with the first step and has no doors. */
const createSite = (publicUrl: string): Site => ({
  key: PLAYGROUND_SITE,
  name: 'Playground',
  allowedOrigins: [new URL(publicUrl).origin],
  notifyEmail: null,
  settings: {responder: {kind: 'none'}},
});
