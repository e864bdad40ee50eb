import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';

import type {SiteSettings} from '../contract/sites.js';
import type {Queryable} from '../database/sql.js';
import {DEMO_OWNER} from '../text/email.js';
import {addMissingSite, updateUnchangedSite} from './store.js';

// dist/server/sites/ -> the project
const EXAMPLES = new URL('../../../examples/', import.meta.url);

export const DEMO_SITE = 'demo';
/** Site of the playground's preview, which exists once a question was added there. */
export const PLAYGROUND_SITE = 'playground';

/** Sites of the examples. A rule validates their origins, so that any local port works. */
const DEMO_SITES: readonly {key: string; name: string; settingsFile?: string}[] = [
  {key: DEMO_SITE, name: 'Demo'},
  {key: 'workshop', name: 'Workshop'},
  {key: 'questions', name: 'Questions', settingsFile: 'questions.json'},
];

export const isDemoSite = (key: string): boolean =>
  key === PLAYGROUND_SITE || DEMO_SITES.some((site) => site.key === key);

/**
 * Adds the missing sites. A site with an example's settings gets those of this release, unless it
 * was changed. The npm package has no examples, and so no site with their settings.
 */
export const ensureDemoSites = async (
  sql: Queryable,
  publicUrl: string,
  examples = EXAMPLES,
): Promise<void> => {
  const allowedOrigins = [new URL(publicUrl).origin];
  for (const {key, name, settingsFile} of DEMO_SITES) {
    const file = settingsFile === undefined ? undefined : new URL(settingsFile, examples);
    if (file && !existsSync(file)) continue;
    const settings = file ? await readSettings(file) : {};
    await addMissingSite(sql, {
      ...{key, name, allowedOrigins, settings},
      notifyEmail: DEMO_OWNER,
    });
    if (file) await updateUnchangedSite(sql, {key, settings});
  }
};

const readSettings = async (file: URL): Promise<SiteSettings> =>
  JSON.parse(await readFile(file, 'utf8')) as SiteSettings;
