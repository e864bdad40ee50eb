import type {SiteConfig} from '../../server/contract/sites.js';

import type {ChatHost} from './chat-host.js';
import {isRefused} from './session/session-end.js';
import type {SiteStorage} from './session/storage.js';
import type {Status} from './status.js';
import {ClientError} from './transport/api-client.js';
import type {ApiClient} from './transport/api-client.js';

interface ConfigDeps {
  readonly client: Readonly<ApiClient>;
  readonly host: Pick<ChatHost, 'languages'>;
  readonly status: Readonly<Status>;
  readonly storage: Readonly<SiteStorage>;
}

/** Loads the configuration of the site. Returns null if it cannot be loaded. */
export const loadConfig = async ({client, host, status, storage}: ConfigDeps) => {
  const site = encodeURIComponent(storage.site);
  const path = `/api/sites/${site}/config?locale=${host.languages.wanted}`;
  try {
    return await client.call<SiteConfig>('GET', path);
  } catch (error) {
    // The default conversation is used instead.
    if (error instanceof ClientError && !error.isTransient && !isRefused(error)) {
      status.report(error);
    }
    return null;
  }
};
