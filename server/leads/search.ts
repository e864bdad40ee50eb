import {MIN_LEAD_SEARCH_LENGTH} from '../contract/owner-limits.js';
import type {Queryable} from '../database/sql.js';
import {InvalidRequest} from '../errors.js';

/** Returns a text as it is searched for. Throws `InvalidRequest` if too little of it is left. */
export const readSearchText = (given: string): string => {
  // PostgreSQL has no texts with NUL, so none can be found.
  const text = given.replaceAll('\0', '').trim().replace(/\s+/g, ' ');
  if ([...text].length >= MIN_LEAD_SEARCH_LENGTH) return text;
  const message = `must have at least ${MIN_LEAD_SEARCH_LENGTH} characters, without the space around them`;
  throw new InvalidRequest(`/q ${message}. Send a longer text.`, {
    faults: [{path: '/q', message}],
  });
};

/**
 * Returns a query of the UUIDs that match a text: a part of the name, e-mail address or file name,
 * or the beginning of the UUID. Texts that are too short for the trigram indexes match the beginning
 * of a word only. The join with the leads lets a small site search its own files only. Each branch
 * stops at `limit` hits.
 */
export const selectHits = (
  sql: Queryable,
  text: string,
  {siteKeys, limit}: {siteKeys: string[]; limit: number | undefined},
) => {
  const patterns = getPatterns(text);
  const matches = (column: ReturnType<Queryable>) =>
    patterns
      .map((pattern) => sql`${column} like lower(${pattern})`)
      .reduce((all, one) => sql`${all} or ${one}`);
  const reference = readReference(text);
  const upToLimit = limit === undefined ? sql`` : sql`limit ${limit}`;
  return sql`
    (select s.uuid from user_sessions s
     where s.site_key = any(${siteKeys}::text[]) and s.archived_at is null
       and (${matches(sql`lower(s.name || ' ' || s.email)`)}) ${upToLimit})
    union
    (select f.session_uuid from file_uploads f
     join leads l on l.session_uuid = f.session_uuid
     where l.site_key = any(${siteKeys}::text[]) and l.has_files
       and f.state = 'stored' and (${matches(sql`lower(f.file_name)`)}) ${upToLimit})
    ${
      reference === undefined
        ? sql``
        : sql`union
    (select l.session_uuid from leads l
     where l.site_key = any(${siteKeys}::text[])
       and l.session_uuid between ${reference.first}::uuid and ${reference.last}::uuid ${upToLimit})`
    }`;
};

/**
 * Returns the patterns of a text. A database with the locale `C` changes the case of ASCII letters
 * only, so other letters are searched in both cases.
 */
const getPatterns = (text: string): string[] => {
  const folded = text.toLowerCase();
  const isAscii = /^[\0-\x7f]*$/.test(folded);
  const capitalised = folded.replace(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase());
  const forms = isAscii ? [folded] : [folded, capitalised, folded.toUpperCase()];
  const escaped = forms.map((form) => form.replace(/[\\%_]/g, '\\$&'));
  return [...text].length < TRIGRAM_LENGTH
    ? escaped.flatMap((form) => [`${form}%`, `% ${form}%`])
    : escaped.map((form) => `%${form}%`);
};

/** Length from which a text in the middle of a word has a trigram. */
const TRIGRAM_LENGTH = 3;

const FIRST = '00000000-0000-0000-0000-000000000000';
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Returns the range of UUIDs that begin with a text of at least eight characters. */
const readReference = (text: string): {first: string; last: string} | undefined => {
  const start = text.toLowerCase();
  const rest = FIRST.slice(start.length);
  const isReference = start.length >= 8 && start.length <= FIRST.length && isUuid(start + rest);
  return isReference ? {first: start + rest, last: start + LAST.slice(start.length)} : undefined;
};

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
