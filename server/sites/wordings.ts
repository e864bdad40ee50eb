import {readFile} from 'node:fs/promises';
import path from 'node:path';

import type {Queryable} from '../database/sql.js';
import {WIDGET} from '../http/assets.js';

interface BuiltWordings {
  version: string;
  wordings: {purpose: string; locale: string; text: string}[];
}

/** Place of an answer in a text of a site, as a regular expression of PostgreSQL. */
const PLACE = String.raw`\{(name|answers\.\w+)\}`;
const ESCAPED_PLACE = String.raw`\{(name|answers\.[\w\\]+)\}`;
/** Characters that do not tell a wording from another text. */
const BLANK = '[[:space:][:punct:]]';
/** Characters with a meaning in a pattern of LIKE. */
const SPECIAL = String.raw`[\\%_]`;
const ESCAPED = String.raw`\\\&`;

/** Stores the wordings of this release and of all sites, so that recorded consents can be checked. */
export const storeWordings = async (sql: Queryable, folder = WIDGET): Promise<void> => {
  const built = await readBuiltWordings(path.join(folder, 'wordings.json'));
  if (built) await storeWidgetWordings(sql, built);
  await storeSiteWordings(sql);
};

/** Reads the file of the build. Returns undefined if the widget is not built. */
const readBuiltWordings = async (file: string): Promise<BuiltWordings | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as BuiltWordings;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const storeWidgetWordings = async (
  sql: Queryable,
  {version, wordings}: BuiltWordings,
): Promise<void> => {
  await sql`
    insert into known_wordings (sha256, purpose, locale, version)
    select sha256(convert_to(text, 'UTF8')), purpose, locale, ${version}
    from unnest(${wordings.map(({text}) => text)}::text[],
                ${wordings.map(({purpose}) => purpose)}::text[],
                ${wordings.map(({locale}) => locale)}::text[]) as given (text, purpose, locale)
    on conflict do nothing`;
};

/**
 * Stores the texts of the consent steps of one site, or of all sites. The widget replaces places
 * such as `{name}`, so a text with places has a pattern of LIKE. A text of places only has none,
 * because every text would match.
 */
export const storeSiteWordings = async (
  sql: Queryable,
  key: string | null = null,
): Promise<void> => {
  await sql`
    insert into known_wordings (site_key, sha256, purpose, locale, pattern)
    select site.key, sha256(convert_to(wording.text, 'UTF8')), step->>'purpose', wording.locale,
           case when wording.text ~ ${PLACE}
                  and regexp_replace(regexp_replace(wording.text, ${PLACE}, '', 'g'),
                                     ${BLANK}, '', 'g') <> ''
                then regexp_replace(regexp_replace(wording.text, ${SPECIAL}, ${ESCAPED}, 'g'),
                                    ${ESCAPED_PLACE}, '%', 'g') end
    from sites site
    cross join jsonb_array_elements(site.settings #> '{conversation,steps}') as step
    cross join lateral (
      select null as locale, step->>'text' as text where jsonb_typeof(step->'text') = 'string'
      union all
      select key, value from jsonb_each_text(
        case jsonb_typeof(step->'text') when 'object' then step->'text' else '{}' end)
    ) wording
    where step->>'type' = 'consent' and (site.key = ${key} or ${key}::text is null)
    on conflict do nothing`;
};
