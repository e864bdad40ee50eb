import type {OwnerSite, SeenOrigin} from '../contract/owner-sites.js';
import type {Role} from '../contract/owner.js';
import type {SiteConfig} from '../contract/sites.js';
import {createInstall} from '../sites/install.js';
import type {LoaderRelease} from '../sites/install.js';
import type {OriginRow} from '../sites/seen-origins.js';
import type {Site} from '../sites/store.js';

export interface SiteFacts {
  role: Role;
  publicUrl: string;
  release: LoaderRelease | null;
  origins: OriginRow[];
  wasOpened: boolean;
  config: SiteConfig;
}

/** Returns a site as the console shows it, without secrets of its responder. */
export const describeSite = (
  {key, name, allowedOrigins, settings}: Site,
  {role, publicUrl, release, origins, wasOpened, config}: SiteFacts,
): OwnerSite => ({
  ...{key, name, role},
  install: createInstall(key, {publicUrl, release}),
  allowed_origins: allowedOrigins,
  origins: origins.map(describeOrigin),
  was_opened: wasOpened,
  config,
  refuse_active_content: settings.refuse_active_content ?? false,
  commands: {
    show: `maria site show ${key} --json | jq .settings > ${key}.json`,
    set: `maria site set ${key} --settings ${key}.json`,
    add_origin: `maria site set ${key} --add-origin ORIGIN`,
  },
});

const describeOrigin = ({origin, firstAt, lastAt, isRefused}: OriginRow): SeenOrigin => ({
  origin,
  first_at: firstAt.toISOString(),
  last_at: lastAt.toISOString(),
  is_refused: isRefused,
});
