import type {SiteConfig} from '../contract/sites.js';
import {getConversation} from './conversation.js';
import {getFileLimits} from './limits.js';
import type {FileLimits} from './limits.js';
import type {Site} from './store.js';

interface ServerValues {
  limits: FileLimits;
  version: string;
  /** True if a responder replies to the site's visitors. */
  hasResponder: boolean;
}

/** Returns the settings of a site that its visitors may read. */
export const toPublicConfig = (
  site: Site,
  {limits, version, hasResponder}: ServerValues,
): SiteConfig => {
  const {maxFiles, minFiles, maxFileBytes} = getFileLimits(site, limits);
  return {
    site: site.key,
    name: site.name,
    version,
    limits: {max_files: maxFiles, min_files: minFiles, max_file_bytes: maxFileBytes},
    privacy_url: site.settings.privacy_url ?? null,
    can_ask: site.notifyEmail !== null || hasResponder,
    conversation: getConversation(site.settings),
  };
};
