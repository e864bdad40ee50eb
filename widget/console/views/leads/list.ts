import type {Lead, LeadFilter, LeadList} from '../../../../server/contract/owner-leads.js';
import {call} from '../../core/api.js';

/** Rows of the list, as far as they were loaded. */
export interface Rows {
  leads: readonly Lead[];
  next: string | null;
  counts: LeadList['counts'];
}

/** Loads a page of the list. A search is sent in a body, because URLs are written to logs. */
export const loadPage = (filter: LeadFilter, after?: string): Promise<LeadList> => {
  const {files, q, ...query} = filter;
  if (q) return call('leads/search', {method: 'POST', body: {...filter, q, ...(after && {after})}});
  const withFiles = files === undefined ? {} : {files: String(files)};
  return call('leads', {query: {...query, ...withFiles, ...(after && {after})}});
};

/** Adds a page. A lead that moved up between two pages is shown once. */
export const addPage = (rows: Rows, {leads, next, counts}: LeadList): Rows => {
  const known = new Set(rows.leads.map(({uuid}) => uuid));
  return {leads: [...rows.leads, ...leads.filter(({uuid}) => !known.has(uuid))], next, counts};
};

/** Replaces the beginning of the list by a new first page, and keeps the older rows below it. */
export const replaceStart = (rows: Rows, {leads, next, counts}: LeadList): Rows => {
  const last = leads.at(-1);
  if (!next || !last) return {leads, next, counts};
  const fresh = new Set(leads.map(({uuid}) => uuid));
  const older = rows.leads.filter(
    ({uuid, last_activity_at}) => !fresh.has(uuid) && last_activity_at < last.last_activity_at,
  );
  return {leads: [...leads, ...older], next: older.length > 0 ? rows.next : next, counts};
};
