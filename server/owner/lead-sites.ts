import type {Queryable} from '../database/sql.js';

export interface LeadSite {
  uuid: string;
  site: string;
}

/** Returns those of the sessions that are leads of the given sites, or were until they ended. */
export const findSitesOfLeads = (
  sql: Queryable,
  {uuids, sites}: {uuids: string[]; sites: string[]},
): Promise<LeadSite[]> =>
  sql<LeadSite[]>`
    select v.uuid, v.site_key as site from visits v
    where v.uuid = any(${uuids}) and v.site_key = any(${sites})
      and (v.state <> 'open' or exists (select from messages m where m.session_uuid = v.uuid))`;
